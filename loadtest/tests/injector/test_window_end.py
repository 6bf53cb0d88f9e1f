"""
The end of a window, which may come nearer while injectors wait for it.
"""

from __future__ import annotations

import time

from loadtest.injector.pacing import WindowEnd


async def test_the_end_only_comes_nearer() -> None:
    """A later instant changes nothing, and whoever waits for something beyond the end is told that it is over."""
    now = time.perf_counter()
    end = WindowEnd(now + 60.0)

    end.bring_forward(now + 0.05)
    end.bring_forward(now + 30.0)

    assert end.at == now + 0.05
    assert not await end.wait_until(now + 10.0)
