"""
What all starts of one injector's step have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from loadtest.plan import Work
from loadtest.results.step_instruction import seed_of_order
from loadtest.scenario import Arrival, Scenario

# A namespace's frontend answers at most 1,200 long polls for results at once; all injectors share this many.
AWAITED_AT_ONCE = 500


class SampleSink(Protocol):
    """
    Takes samples for Locust's own table and page.
    """

    def __call__(self, kind: str, name: str, seconds: float, error: BaseException | None) -> None:
        """
        Take one sample.
        """
        ...


@dataclass(frozen=True, slots=True)
class SharedStartSettings:
    """
    What all starts of a step have in common.

    Attributes:
        scenario: Scenario that makes each start.
        id_prefix: Start of every order id; unique per run, step and process.
        task_queue: Task queue where the workflows are started.
        seed: Seed of the step; the seed of an order is made from it and the arrival's number.
        work: Work of an order.
        max_in_flight: Most open workflows, this injector's share; further starts wait here and keep their intended
            time.
        awaited_at_once: Most long polls, this injector's share.
    """

    scenario: Scenario
    id_prefix: str
    task_queue: str
    seed: int
    work: Work
    max_in_flight: int
    awaited_at_once: int

    def arrival(self, number: int) -> Arrival:
        """
        Return the start with that number.
        """
        return Arrival(
            number=number,
            seed=seed_of_order(self.seed, number),
            order_id=f"{self.id_prefix}-{number}",
            task_queue=self.task_queue,
            work=self.work,
        )
