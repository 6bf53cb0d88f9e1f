"""
One start that is due, as a scenario sees it.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.plan import Work


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    What a scenario needs for one start.

    Attributes:
        number: Its place in the schedule of all injectors, from 0.
        seed: Its own, so that the same arrival of another run costs the same.
        order_id: Unique over runs and injectors; make the workflow's id from it.
        task_queue: Where to start.
        work: What the order costs its workers.
    """

    number: int
    seed: int
    order_id: str
    task_queue: str
    work: Work
