"""
Systems whose limit is known, and the design that looks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import synthetic_steps
from compared_blocks import kept_block, replace_block

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.cli.limits_plan import limits_plan
from loadtest.cli.question_plan import RoundsAsked
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.limits import LimitSearch
from loadtest.plan import WorkerSetup
from loadtest.results.resource_use import QueueRateLimit
from loadtest.results.step_key import StepKey, plan_of_cell
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.worker_facts import WorkerFacts

SLOTS = found(SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use")
POLLERS = found(SuspectName.ACTIVITY_POLLERS, 3, "5 of 5 polls are out")
CPU = found(SuspectName.WORKER_CPU, 4, "0.9 cores")
ORDERS = found(SuspectName.ORDERS_IN_FLIGHT, 5, "all are worked on")
DOWNSTREAM = found(SuspectName.DOWNSTREAM, 4, "an activity executes 992 ms")
MACHINE = found(SuspectName.MACHINE, 6, "2.0 of 2 cores are busy")
CACHE = found(SuspectName.CACHE, 3, "0 % hits")
BY_API = found(SuspectName.QUEUE_RATE_API, 2, "at most 20 activities/s of this queue")
BY_WORKER = found(SuspectName.QUEUE_RATE_WORKER, 2, "at most 20 activities/s of this queue")
BY_SYSTEM = found(SuspectName.QUEUE_RATE_SYSTEM, 2, "at most 20 activities/s of this queue")
WF_POLLERS = found(SuspectName.WORKFLOW_POLLERS, 3, "5 of 5 polls are out")
DATABASE_RATE = found(SuspectName.PERSISTENCE_RATE, 1, "refused 12 requests/s")
INJECTOR = found(SuspectName.INJECTOR, 5, "1 injector process uses 0.95 cores")
RPS = found(SuspectName.REQUEST_RATE, 1, "refused 11 requests/s")


def limit_search(
    most_suspects: int = 3, *, starts_server: bool = True, own_worker: bool = True
) -> LimitSearch:
    """
    The design on the demo's work, with 4 slots and 8 orders in flight.
    """
    place = {} if starts_server else {"address": "127.0.0.1:7233"}
    if not own_worker:
        place["worker_command"] = "./worker"
    plan, question = limits_plan(
        synthetic_steps.demo_plan(worker=WorkerSetup(activity_slots=4 if own_worker else None)),
        place,
        RoundsAsked(),
        most_suspects,
    )
    return LimitSearch(plan, question)


@dataclass
class KnownLimit:
    """
    A system that speeds up where its true limit is relieved.

    Attributes:
        ranking: What its readings point at.
        gains: Throughput with a relief over that without, by a word of the step's folder.
        jumps: Whether throughput jumps up and down from round to round in relieved blocks.
        whole: Whether its steps are valid.
    """

    ranking: tuple[Suspect, ...]
    gains: Mapping[str, float]
    jumps: bool = False
    whole: bool = True

    def answer(self, design: LimitSearch) -> tuple[list[KeptStep], Answer]:
        """Measure what the design asks for until it has its answer."""
        kept: list[KeptStep] = []
        pattern = kept_block(design.plan)
        while isinstance(asked := design.next(kept), NextStep):
            names = tuple(f"worker-{number}" for number in range(1, asked.key.replicas + 1))
            slots = plan_of_cell(design.plan, asked.key).worker.activity_slots
            workers = tuple(WorkerFacts(name, "heartbeat", activity_slots=slots) for name in names)
            measured = replace(
                pattern.measured,
                key=asked.key,
                limits=replace(pattern.measured.limits, rate_limit=QueueRateLimit(20.0, "api", active=True)),
                identities_start=names,
                identities_end=names,
                workers=workers,
            )
            step = replace_block(pattern, measured, 100 * self._gain(asked.key))
            step = replace(step, result=replace(step.result, suspects=self.ranking))
            if not self.whole:
                step = replace(step, measured=replace(step.measured, gone=("worker-1",)))
            kept.append(step)
        return kept, asked

    def _gain(self, key: StepKey) -> float:
        relieved = key.factors or key.load or key.replicas > 1
        if not relieved:
            return 1.0
        if self.jumps:
            return (0.6, 1.7)[(key.repetition // 2) % 2]
        words = key.folder
        return next((gain for word, gain in self.gains.items() if word in words), 1.0)
