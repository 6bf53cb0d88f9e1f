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
        number: Number of the start in the schedule of all injectors, from 0.
        seed: Seed of this order, so that the same arrival in another run has the same work.
        order_id: Id that is unique over runs and injectors; make the workflow's id from it.
        task_queue: Task queue on which to start the workflow.
        work: Work of the order.
    """

    number: int
    seed: int
    order_id: str
    task_queue: str
    work: Work
