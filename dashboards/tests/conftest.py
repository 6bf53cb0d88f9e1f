"""
A real Prometheus that has scraped a stack on which every event of the catalogue has happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Imported by who asks for it: a run on several cores reads this file once more, in a process that tests nothing.
if TYPE_CHECKING:
    from watched_stack import Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """
    Server, two workers, a mischievous one, an injector and a sweep's page, scraped by Prometheus each second.

    Prometheus ends with the module, and all else before the first question.
    """
    from watched_stack import running_stack

    with running_stack(tmp_path_factory.mktemp("watched")) as running:
        yield running
