"""
What an injector used of the CPU in a window, and what its limit kept from it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from loadtest.injector import locust_process_use
from loadtest.injector.locust_process_use import WindowCpu


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([1.0, 1.5, 4.0], 2.5, id="in-the-window-alone"),
        pytest.param([None, None, None], None, id="nothing-tells"),
    ],
)
async def test_the_time_of_the_window_counts(
    monkeypatch: pytest.MonkeyPatch, told: Sequence[float | None], expected: float | None
) -> None:
    """What held the process back in the warm-up or in the drain made no start of the window late."""
    readings = iter(told)
    monkeypatch.setattr(locust_process_use, "throttled_seconds", lambda: next(readings))

    cpu = WindowCpu(opens_in=0.0, closes_in=3600.0)
    await asyncio.sleep(0.01)
    cpu.close()

    assert cpu.use.throttled_seconds == expected
    assert cpu.use.seconds >= 0.0
