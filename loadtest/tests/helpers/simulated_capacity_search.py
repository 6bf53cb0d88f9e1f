"""
A simulated system whose capacity is searched by the product's own design: kept steps whose counts come from events.

They are made up, for tests and trials alone; nothing here is ever a result.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import synthetic_steps
from event_system import EventSystem, Record, Traits
from histograms import buckets, hdr
from known_system import ACTIVITIES, Column

from loadtest import arrivals
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.twin import Enough
from loadtest.design.capacity import Capacity
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.experiment.loop import instruction_of
from loadtest.experiment.model_estimates import mean_drawn_work
from loadtest.plan import Plan, Saturate, Work
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.step_instruction import StepInstruction, seed_of_order
from loadtest.results.step_key import StepKey

_DRAIN_SECONDS = 60.0
_SATURATE_ORDERS = 30  # for each slot: twice as many as a saturate step can complete
_LUCK_OF_SECOND = 500  # a second step of a closed load draws the same work and has other luck


def drawn_work(work: Work, seed: int) -> tuple[float, ...]:
    """
    What each activity of an order works.
    """
    chance = random.Random(seed)
    if work.spread == "exponential":
        return tuple(chance.expovariate(1 / work.seconds) for _ in range(ACTIVITIES))
    low, high = work.seconds * (1 - work.spread_ratio), work.seconds * (1 + work.spread_ratio)
    return tuple(chance.uniform(low, high) for _ in range(ACTIVITIES))


def plan_of_one_count(replicas: int, bound_seconds: float, work: str, seed: int) -> Plan:
    """
    The plan of a search at one count.
    """
    plan = synthetic_steps.demo_plan(
        replicas=(replicas,), seed=seed, work=Work(seconds=0.25, spread=work), scenario="repair"
    )
    document = plan.model_dump(mode="json")
    document["slo"]["schedule_to_start_p95_seconds"] = bound_seconds
    document["loads"] = [
        {"kind": "saturate", "window_seconds": 15.0},
        {"kind": "open", "max_window_seconds": 100.0},
    ]
    return Plan.model_validate(document)


@dataclass(slots=True)
class SearchedSystem:
    """
    A system that carries out what the design asks for, each step from empty to empty.

    Attributes:
        traits: What it is like.
        seed: Of its luck.
        draws_known: Whether the design may know what orders draw.
    """

    traits: Traits
    seed: int
    draws_known: bool = True

    def answer(self, design: Capacity) -> tuple[list[KeptStep], Answer]:
        """
        Measure what the design asks for until it has its answer.
        """
        kept: list[KeptStep] = []
        pattern = synthetic_steps.step(1, "saturate", 1, synthetic_steps.demo_plan())
        result = read_step(pattern, synthetic_steps.demo_plan())
        while isinstance(asked := design.next(kept), NextStep):
            kept.append(KeptStep(self._step(design.plan, asked, kept, pattern), result))
        return kept, asked

    def saturated(self, plan: Plan, key: StepKey) -> Measured:
        """
        Carry out one closed step alone.
        """
        pattern = synthetic_steps.step(1, "saturate", 1, synthetic_steps.demo_plan())
        return self._step(plan, NextStep(key, None), [], pattern)

    def opened(self, plan: Plan, asked: NextStep, kept: list[KeptStep]) -> Measured:
        """
        Carry out one open step after others, in the window that is planned for it.
        """
        return self._step(plan, asked, kept, synthetic_steps.step(1, "open", 1, synthetic_steps.demo_plan()))

    def _step(self, plan: Plan, asked: NextStep, kept: list[KeptStep], pattern: Measured) -> Measured:
        instruction = instruction_of(plan, asked, "searched")
        luck = self.seed + (_LUCK_OF_SECOND if asked.key.doubled else 0)
        system = EventSystem(self.traits, 1000 * luck + 10 * asked.key.load + asked.key.repetition)
        if isinstance(plan.loads[asked.key.load], Saturate):
            measured = self._saturated(system, instruction, asked, pattern)
        else:
            measured = self._probed(system, plan, instruction, asked, kept, pattern)
        if not self.draws_known:
            return measured
        return replace(measured, drawn_work_seconds=mean_drawn_work(measured, instruction, drawn_work))

    def _saturated(
        self, system: EventSystem, instruction: StepInstruction, asked: NextStep, pattern: Measured
    ) -> Measured:
        assert instruction.in_flight is not None
        slots = self.traits.replicas * self.traits.slots
        draws = _draws(instruction, _SATURATE_ORDERS * slots)
        end = instruction.warm_up_seconds + instruction.window_seconds
        system.saturate(instruction.in_flight, draws, end)
        system.run(_DRAIN_SECONDS)
        return self._measured(system, instruction, asked, pattern, instruction.window_seconds)

    def _probed(
        self,
        system: EventSystem,
        plan: Plan,
        instruction: StepInstruction,
        asked: NextStep,
        kept: list[KeptStep],
        pattern: Measured,
    ) -> Measured:
        assert asked.plan_window is not None
        window = asked.plan_window(
            plan, instruction, asked.key, tuple(kept), drawn_work if self.draws_known else None
        )
        instruction = instruction.model_copy(update={"schedule_seed": window.schedule_seed})
        times = arrivals.schedule(instruction)
        start, longest = instruction.warm_up_seconds, int(window.rule.longest_seconds)
        system.load(times, _draws(instruction, len(times)))
        enough, second = None, 0
        for second in range(1, longest + 1):
            system.run(start + second - system.now)
            started, waits = np.array(system.record.started), np.array(system.record.waits)
            late = int((waits[started >= start] > (window.late_seconds or 0.0)).sum())
            said = window.rule.feed(second, int((started >= start).sum()), late)
            if isinstance(said, Enough):
                enough = said
                break
        measured = self._measured(system, instruction, asked, pattern, float(second))
        return replace(
            measured,
            decision=enough.decision if enough is not None else None,
            probe=enough.probe if enough is not None else None,
        )

    def _measured(
        self,
        system: EventSystem,
        instruction: StepInstruction,
        asked: NextStep,
        pattern: Measured,
        seconds: float,
    ) -> Measured:
        record, start, end = system.record, instruction.warm_up_seconds, instruction.warm_up_seconds + seconds
        columns = record.arrays()
        ends = columns["started"] + columns["held"]
        used = np.clip(np.minimum(ends, end) - np.maximum(columns["started"], start), 0, None).sum() / seconds
        return replace(
            pattern,
            key=asked.key,
            arrival_rate=asked.arrival_rate,
            in_flight=instruction.in_flight,
            warm_up_seconds=start,
            window_seconds=seconds,
            slots=self.traits.replicas * self.traits.slots,
            slots_used=float(used),
            worker_whole=_counted(record, 0.0, float("inf")),
            worker_window=_counted(record, start, end),
            injector=replace(
                pattern.injector,
                whole=replace(pattern.injector.whole, sent=len(record.closed)),
                histograms={"end_to_end": hdr(columns["end_to_end"].tolist())},
            ),
            notes=(),
        )


def _draws(instruction: StepInstruction, orders: int) -> Column:
    return _drawn(instruction.work, instruction.seed, orders)


# A closed load and the one with twice the orders in flight draw the same, and so do systems that are compared.
@lru_cache(maxsize=256)
def _drawn(work: Work, seed: int, orders: int) -> Column:
    return np.array([drawn_work(work, seed_of_order(seed, number)) for number in range(orders)])


def _counted(record: Record, start: float, end: float) -> Difference:
    columns = record.arrays()
    ended = columns["started"] + columns["held"]
    begun = (columns["started"] >= start) & (columns["started"] < end)
    done = (ended >= start) & (ended < end)
    closed = (columns["closed"] >= start) & (columns["closed"] < end)
    return Difference(
        seconds=end - start,
        counters={
            "worker.workflow_completed": float(closed.sum()),
            "worker.activity_finished": float(done.sum()),
        },
        histograms={
            "worker.activity_schedule_to_start": buckets(columns["waits"][begun].tolist()),
            "worker.activity_execution": buckets(columns["held"][done].tolist()),
            "worker.workflow_endtoend": buckets(columns["end_to_end"][closed].tolist()),
        },
    )
