"""
How long the work that an earlier step left is waited for.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fake_clock import FakeClock

from loadtest.experiment.left_orders import wait_until_worked_off
from loadtest.results.scrape import Backlog


class ToldQueue:
    """A queue whose looks are told one after the other: tasks that wait, or ``None`` for a look that failed."""

    def __init__(self, waiting: Sequence[int | None]) -> None:
        self._waiting = [*waiting]

    async def give_new_workflows(self, since: float) -> None:
        """Nobody has a version."""

    async def look(self) -> Backlog | None:
        """The next one; the last one again and again."""
        tasks = self._waiting.pop(0) if len(self._waiting) > 1 else self._waiting[0]
        return None if tasks is None else Backlog(0, tasks, 0.0, {}, {})


@pytest.mark.parametrize(
    ("waiting", "seconds"),
    [
        pytest.param([0], 3, id="nothing waits"),
        pytest.param([7, 2, 0, 0, 0], 5, id="worked off"),
        pytest.param([0, 0, 4, 0, 0, 0], 6, id="an order between two activities"),
        pytest.param([0, 0, None, 0, 0, 0], 6, id="a failed look tells nothing"),
        pytest.param([7], 20, id="at most so long"),
    ],
)
async def test_it_takes_three_looks_at_an_empty_queue(waiting: list[int | None], seconds: float) -> None:
    """Each second one; a queue that never empties, as others use it too, does not hold the run for ever."""
    clock = FakeClock()
    began, told = clock.now(), list[object]()

    await wait_until_worked_off(ToldQueue(waiting), 20.0, told.append, clock)

    assert clock.now() - began == seconds
    assert len(told) == 1
