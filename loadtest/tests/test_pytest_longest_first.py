"""
The modules that take longest begin first, whatever order pytest finds them in.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import pytest_longest_first
from pytest_longest_first import LONGEST, ROOT, place_of


def test_the_longest_modules_come_first_and_the_others_keep_their_order() -> None:
    """
    A folder in the list stands for all modules in it.
    """
    found = [
        "worker/tests/test_b.py",
        "loadtest/tests/experiment/test_a.py",
        "k8s/tests/test_a.py",
        LONGEST[0],
    ]
    items = [SimpleNamespace(path=ROOT / path) for path in found]

    pytest_longest_first.pytest_collection_modifyitems(items)

    assert [str(item.path.relative_to(ROOT)) for item in items] == [
        LONGEST[0],
        "loadtest/tests/experiment/test_a.py",
        "worker/tests/test_b.py",
        "k8s/tests/test_a.py",
    ]


@pytest.mark.parametrize("path", LONGEST)
def test_what_is_named_as_longest_is_there(path: str) -> None:
    """
    A module that was renamed would begin wherever pytest finds it.
    """
    assert (ROOT / path).exists()


def test_this_run_has_that_order(request: pytest.FixtureRequest) -> None:
    """
    Each run of pytest loads what orders its tests.
    """
    places = [place_of(item.path) for item in request.session.items]

    assert request.config.pluginmanager.has_plugin("pytest_longest_first")
    assert places == sorted(places)
