"""
A wall clock that somebody sets while a step is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from loadtest.experiment.clock import SystemClock

SetClock = Callable[[float], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """
    Sets the wall clock forward by so many seconds, or back.
    """
    real = time.time

    def set_by(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)

    return set_by


@pytest.mark.parametrize("seconds", [3600.0, -3600.0], ids=["forward", "back"])
def test_a_wall_clock_that_is_set_changes_no_duration(set_clock: SetClock, seconds: float) -> None:
    """Between two steps the new time is taken, as what injectors and workers say is dated by it."""
    clock = SystemClock()
    before = clock.now()

    set_clock(seconds)
    within = clock.now()
    clock.follow_wall_clock()
    after = clock.now()

    assert 0 <= within - before < 600
    assert abs(after - before - seconds) < 600
