"""
How much each replica count carries: saturate, let the model propose a rate, probe it, until there is a bracket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.calibrated_model import Calibration, calibration, learn_again
from loadtest.analysis.capacity_search import (
    RATE_TASKS,
    CapacityBracket,
    ProbeResult,
    search_capacity,
)
from loadtest.analysis.twin import SloBound
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS
from loadtest.design.design import Answer, KeptStep, NextStep, most_attempts
from loadtest.design.probe_window import ProbeWindow
from loadtest.plan import Plan
from loadtest.results.measured_step import StepKey
from loadtest.results.question import CapacityQuestion
from loadtest.results.steps_of_plan import step_keys

# One replica's queue changes most slowly, so that it needs the longest window.
_LONGEST_PROBE_SECONDS = {1: 100.0, 2: 80.0}
_LONGEST_PROBE_OF_MANY_SECONDS = 60.0


def longest_probe_seconds(replicas: int) -> float:
    """
    Return the longest window of a probe where nobody asked for another.
    """
    return _LONGEST_PROBE_SECONDS.get(replicas, _LONGEST_PROBE_OF_MANY_SECONDS)


@dataclass(frozen=True, slots=True)
class CountSearch:
    """
    How far the search of one replica count has come.

    Attributes:
        replicas: The count.
        bracket: The answer; ``None`` while there is a step to do.
        todo: The next step; ``None`` with an answer.
        rate: Of the next step; ``None`` for the closed load and with an answer.
        learnt: What is known of the count by now; ``None`` before its saturate step.
        probes: What the valid probes found.
    """

    replicas: int
    bracket: CapacityBracket | None
    todo: StepKey | None
    rate: float | None = None
    learnt: Calibration | None = None
    probes: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    Searches the capacity at the SLO of each replica count of a plan.

    Attributes:
        plan: Of the run, with a closed and an open load.
        question: What is asked.
        rate_tasks, edge_tasks: Tasks of each simulated long run, for the rates and for the twins.
    """

    plan: Plan
    question: CapacityQuestion
    rate_tasks: int = RATE_TASKS
    edge_tasks: int = LONG_RUN_TASKS

    @property
    def bound(self) -> SloBound:
        """
        What is late.

        Raises:
            ValueError: The plan asks no bound on the waits.
        """
        seconds = self.plan.slo.schedule_to_start_p95_seconds
        if seconds is None:
            raise ValueError("a capacity at an SLO needs a bound on the waits")
        return SloBound(seconds)

    @property
    def counts(self) -> tuple[int, ...]:
        """
        The replica counts in the order in which they are searched.
        """
        return tuple(dict.fromkeys(key.replicas for key in step_keys(self.plan)))

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the next step of the first count without an answer; takes seconds of CPU where a rate is proposed.
        """
        found = next((one for one in self._searches(kept) if one.todo is not None), None)
        if found is None or found.todo is None:
            return Answer("every count was searched")
        spent = sum(step.measured.window_seconds for step in kept)
        if self.plan.budget_seconds is not None and spent >= self.plan.budget_seconds:
            return Answer(f"the budget of {self.plan.budget_seconds:g} s of windows is spent")
        again = None
        if found.todo.attempt > 1:
            last = [step for step in kept if replace(step.key, attempt=1) == replace(found.todo, attempt=1)]
            again = f"measured again, as it was invalid: {'; '.join(last[-1].result.reasons)}"
        if found.rate is None or found.learnt is None:
            return NextStep(found.todo, None, again)
        longest = self.question.longest_probe_seconds or longest_probe_seconds(found.replicas)
        window = ProbeWindow(found.learnt, self.bound, longest, self.edge_tasks)
        return NextStep(found.todo, found.rate, again, window)

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps still to come if every count needs one probe more.
        """
        todo: list[StepKey] = []
        for found in self._searches(kept):
            if found.todo is not None:
                todo.append(found.todo)
                if found.todo.load == self.question.saturate:
                    todo.append(self._key(found.replicas, self.question.probe, 1))
        return tuple(todo)

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return none, as what the answers so far will ask for cannot be counted.
        """
        del kept
        return ()

    def search(self, replicas: int, kept: Sequence[KeptStep]) -> CountSearch:
        """
        Return how far the search of one count has come.
        """
        saturated = self._attempted(self._key(replicas, self.question.saturate, 1), kept)
        if not isinstance(saturated, KeptStep):
            return _stopped(replicas, saturated)
        first = calibration(self.plan, saturated.measured)
        if isinstance(first, str):
            return _stopped(replicas, f"no model could be made: {first}")
        steps, probes = [saturated.measured], list[ProbeResult]()
        while True:
            learnt = probes[-1].learnt if probes else first
            found = search_capacity(first, probes, self.bound, self.question.most_probes, self.rate_tasks)
            if isinstance(found, CapacityBracket):
                return CountSearch(replicas, found, None, None, learnt, tuple(probes))
            probe = self._attempted(self._key(replicas, self.question.probe, len(probes) + 1), kept)
            if isinstance(probe, StepKey):
                return CountSearch(replicas, None, probe, found, learnt, tuple(probes))
            if isinstance(probe, str):
                return replace(_stopped(replicas, probe), learnt=learnt, probes=tuple(probes))
            measured = probe.measured
            if measured.probe is None or measured.arrival_rate is None:
                why = "; ".join(measured.notes) or "its late tasks were not counted"
                why = f"the probe at {measured.arrival_rate or 0:.3g}/s decided nothing: {why}"
                return replace(_stopped(replicas, why), learnt=learnt, probes=tuple(probes))
            steps.append(measured)
            probes.append(
                ProbeResult(
                    measured.arrival_rate,
                    measured.probe.against_slower.answer,
                    measured.probe.against_faster.answer,
                    learn_again(first, self.plan, steps),
                )
            )

    def _searches(self, kept: Sequence[KeptStep]) -> list[CountSearch]:
        return [self.search(replicas, kept) for replicas in self.counts]

    def _key(self, replicas: int, load: int, number: int) -> StepKey:
        return StepKey(replicas, load, self.plan.loads[load].kind.value, number)

    @staticmethod
    def _attempted(key: StepKey, kept: Sequence[KeptStep]) -> KeptStep | StepKey | str:
        """
        Return the step that counts, the attempt to make, or why there is none to be believed.
        """
        mine = [step for step in kept if replace(step.key, attempt=1) == key]
        usable = [step for step in mine if step.result.is_usable]
        if usable:
            return usable[-1]
        if len(mine) < most_attempts(mine):
            return replace(key, attempt=len(mine) + 1)
        what = "the saturate step" if key.kind == "saturate" else f"probe {key.repetition}"
        return f"{what} is invalid: {'; '.join(mine[-1].result.reasons)}"


def _stopped(replicas: int, why: StepKey | str) -> CountSearch:
    if isinstance(why, StepKey):
        return CountSearch(replicas, None, why)
    return CountSearch(replicas, CapacityBracket(None, None, why=why), None)
