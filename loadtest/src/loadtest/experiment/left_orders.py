"""
Lets the workers work off what an earlier step left open, so that a step begins with an empty queue.
"""

from __future__ import annotations

from collections.abc import Callable

from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import Queue
from loadtest.experiment.progress import Event, PhaseStarted

# The backlog that a server tells may be two seconds old, and an order is in no queue while an activity executes.
EMPTY_SECONDS = 3


async def wait_until_worked_off(
    queue: Queue, longest_seconds: float, tell: Callable[[Event], None], clock: Clock
) -> None:
    """
    Wait until no task has waited in the queue for some looks; a look that fails tells nothing.

    What is left after the longest time is counted by the step, which is then invalid.
    """
    tell(PhaseStarted("work off what is left", longest_seconds, at_most=True))
    latest, empty = clock.now() + longest_seconds, 0
    while empty < EMPTY_SECONDS and clock.now() < latest:
        await clock.sleep(1.0)
        look = await queue.look()
        waiting = look is None or look.activity_tasks + look.workflow_tasks > 0
        empty = 0 if waiting else empty + 1
