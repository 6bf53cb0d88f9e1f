"""
How many workflows a run starts at most, as far as its plan and its question tell.

A step that is repeated because it was invalid is not counted twice; a step that may follow with more orders in flight
is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from loadtest.arrivals import expected_starts
from loadtest.design.alternation import PAIRS_PER_ROUND
from loadtest.design.step_attempts import second_steps_to_come
from loadtest.design.window_plan import DrawnWork
from loadtest.plan import Fraction, Open, Plan, Saturate, Work
from loadtest.results.question import CapacityQuestion, CompareQuestion, LimitsQuestion, Question
from loadtest.results.step_key import StepKey, plan_of_cell, step_keys

# Number of orders whose draws tell the mean work of an order within a few percent.
_ORDERS = 500


@dataclass(frozen=True, slots=True)
class PlannedStarts:
    """
    Counts how many workflows the steps of a run start at most.

    Attributes:
        plan: Plan of the run.
        question: Question that the run answers; ``None`` sweeps the plan.
        drawn_work: Work that each order will draw; ``None`` where the kit does not make the draws.
        knows_slots: Whether the workers have the plan's activity slots.
    """

    plan: Plan
    question: Question | None
    drawn_work: DrawnWork | None
    knows_slots: bool

    def most(self, server: str | None = None) -> float | None:
        """
        Return how many workflows the run starts at most on one server, or in all; ``None`` where a load depends on what
        the workers complete, and that is not known.

        Args:
            server: A name of `Plan.server_names`; ``None`` counts the steps on all of them.
        """
        total = 0.0
        for key, times in self._steps():
            if server not in (None, plan_of_cell(self.plan, key).server_name):
                continue
            starts = self._of_step(key)
            if starts is None:
                return None
            total += starts * times
        return total

    def _steps(self) -> Iterable[tuple[StepKey, int]]:
        plan, first = self.plan, self.plan.replicas[0]
        match self.question:
            case None:
                keys = step_keys(plan)
                return [(key, 1) for key in (*keys, *second_steps_to_come(keys, plan))]
            case CapacityQuestion() as asked:
                keys = step_keys(plan)
                times = {asked.saturate: 1, asked.probe: asked.most_probes}
                return [(key, times[key.load]) for key in (*keys, *second_steps_to_come(keys, plan))]
            case CompareQuestion() as asked:
                times_each = PAIRS_PER_ROUND * asked.most_rounds
                return [(self._key(first, asked.load, setting), times_each) for setting in (asked.a, asked.b)]
            case LimitsQuestion() as asked:
                # Of a suspect's relief only the block with the most orders is known before it runs.
                blocks = 1 + 2 * PAIRS_PER_ROUND * asked.most_rounds * asked.most_suspects
                each = [self._key(plan.replicas[-1], load, ()) for load in range(len(plan.loads))]
                return [(max(each, key=lambda key: self._of_step(key) or 0.0), blocks)]

    def _key(
        self, replicas: int, load: int, setting: tuple[tuple[str, bool | int | float | str], ...]
    ) -> StepKey:
        return StepKey(replicas, load, self.plan.loads[load].kind.value, 1, setting)

    def _of_step(self, key: StepKey) -> float | None:
        cell = plan_of_cell(self.plan, key)
        load = cell.loads[key.load]
        seconds = cell.warm_up_seconds + load.longest_window_seconds
        if isinstance(load, Saturate):
            most = self._most_completed(cell, key.replicas)
            in_flight = load.orders_per_slot * cell.worker.slots * key.replicas * (2 if key.doubled else 1)
            return None if most is None else in_flight + most * seconds
        rate = self._rate(cell, load, key.replicas)
        if rate is None:
            return None
        return expected_starts(load.arrivals, rate, cell.warm_up_seconds, load.longest_window_seconds)

    def _rate(self, cell: Plan, load: Open | Fraction, replicas: int) -> float | None:
        if isinstance(load, Open) and load.arrival_rate is not None:
            return load.arrival_rate
        most = self._most_completed(cell, replicas)
        if most is None or isinstance(self.question, CapacityQuestion):
            return most  # no capacity is above what the workers complete
        if isinstance(load, Fraction):
            return load.fraction * most
        return load.of_one_replica * most / replicas

    def _most_completed(self, cell: Plan, replicas: int) -> float | None:
        """
        Return the workflows per second that the slots can complete if none is ever idle.
        """
        if self.drawn_work is None or not self.knows_slots:
            return None
        seconds = _mean_work(self.drawn_work, cell.work)
        return cell.worker.slots * replicas / seconds if seconds > 0 else None


@lru_cache(maxsize=64)
def _mean_work(drawn_work: DrawnWork, work: Work) -> float:
    orders = [drawn_work(work, seed) for seed in range(_ORDERS)]
    return fmean(0.0 if order is None else sum(order) for order in orders)
