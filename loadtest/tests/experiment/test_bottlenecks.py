"""
Limits that were planted in a real system are the first suspects.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import bottleneck_run
import pytest
from matrix import Outcome, outcome, section
from planted_limits import PLANTS


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["activity slots", "queue rate by API"])
def test_a_planted_limit_is_found(name: str, tmp_path: Path) -> None:
    """One saturated step on a real server names it."""
    found = asyncio.run(bottleneck_run.answer_of(PLANTS[name], tmp_path))

    assert outcome(PLANTS[name], found).is_right, found["ranking"]


@pytest.mark.parametrize(("relief", "columns"), [("", 4), ("6 slots: +39 % better", 5)])
def test_a_column_of_reliefs_is_there_where_one_was_tried(relief: str, columns: int) -> None:
    """An empty column says nothing of why it is empty."""
    page = section([Outcome("activity slots", "activity slots", True, "4 of 4 in use", relief)])
    rows = [line for line in page.splitlines() if line.startswith("|")]

    assert {row.count(" | ") + 1 for row in rows} == {columns}
    assert ("none was relieved" in page) == (not relief)
