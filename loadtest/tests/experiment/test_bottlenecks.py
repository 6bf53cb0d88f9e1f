"""
Limits that were planted in a real system are the first suspects.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import bottleneck_run
import pytest
from matrix import outcome
from plants import PLANTS


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["activity slots", "queue rate by API"])
def test_a_planted_limit_is_found(name: str, tmp_path: Path) -> None:
    """One saturated step on a real server names it."""
    found = asyncio.run(bottleneck_run.answer_of(PLANTS[name], tmp_path))

    assert outcome(PLANTS[name], found).is_right, found["ranking"]
