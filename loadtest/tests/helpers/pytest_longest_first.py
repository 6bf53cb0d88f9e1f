"""
Lets the modules that take longest begin first, so that no worker of a run on several cores has one left when the others have
ended; ``pyproject.toml`` loads it with ``-p pytest_longest_first``.

The order of ``testpaths`` alone does not do it: of two paths of which one lies in the other, pytest keeps the outer one.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Modules, or folders of them, as paths from the top of the checkout.
LONGEST = (
    "dashboards/tests/test_proof.py",
    "loadtest/tests/experiment/test_smoke.py",
    "dashboards/tests/test_watched_sweep.py",
    "loadtest/tests/experiment/test_bottlenecks.py",
    "loadtest/tests/experiment/test_workers_of_any_language.py",
    "loadtest/tests/experiment/test_queue_wait.py",
    "loadtest/tests/experiment",
)


def place_of(module: Path) -> int:
    """
    Return the place of a module's tests: that of its path among the longest, or one after all of them.
    """
    for place, longest in enumerate(LONGEST):
        if module.is_relative_to(ROOT / longest):
            return place
    return len(LONGEST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Moves the tests of the longest modules to the front and keeps all others in their order.
    """
    items.sort(key=lambda item: place_of(item.path))
