"""
How much each replica count carries: saturate, let the model propose a rate, probe it, until there is a bracket.

A saturate step that leaves slots free is followed by a step with twice the orders in flight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.capacities.capacity_search import (
    RATE_TASKS,
    CapacityBracket,
    ProbeResult,
    search_capacity,
)
from loadtest.analysis.decisions.slo import judge_errors, judge_shares
from loadtest.analysis.saturation.calibrated_model import Calibration, calibration, learn_again
from loadtest.analysis.saturation.doubled_closed_load import ClosedLoadPair
from loadtest.analysis.twin import SloBound
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS
from loadtest.design.design import Answer, KeptStep, NextStep, budget_spent
from loadtest.design.probe_window import ProbeWindow
from loadtest.design.step_attempts import (
    attempt_to_make,
    attempts_at,
    second_step,
    second_steps_to_come,
    usable_attempt,
    why_made,
)
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.question import CapacityQuestion
from loadtest.results.step_key import StepKey, step_keys
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SloAnswer
from loadtest.results.window_decision import Decided

# One replica's queue changes most slowly, so that it needs the longest window.
_LONGEST_PROBE_SECONDS = {1: 100.0, 2: 80.0}
_LONGEST_PROBE_OF_MANY_SECONDS = 60.0


def longest_probe_seconds(replicas: int) -> float:
    """
    Return the longest window of a probe, in seconds, where the user asked for no other.
    """
    return _LONGEST_PROBE_SECONDS.get(replicas, _LONGEST_PROBE_OF_MANY_SECONDS)


@dataclass(frozen=True, slots=True)
class CountSearch:
    """
    How far the search of one replica count has come.

    Attributes:
        replicas: The count.
        bracket: The answer; ``None`` while another step is needed.
        todo: The next step; ``None`` once there is an answer.
        rate: Arrival rate of the next step, in starts per second; ``None`` for the closed load and once there is an
            answer.
        pair: The count's valid closed steps so far; ``None`` before the first.
        learnt: Calibration of the count so far; ``None`` before it has a model.
        probes: Results of the valid probes.
    """

    replicas: int
    bracket: CapacityBracket | None = None
    todo: StepKey | None = None
    rate: float | None = None
    pair: ClosedLoadPair | None = None
    learnt: Calibration | None = None
    probes: tuple[ProbeResult, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """
    Searches the capacity at the SLO of each replica count of a plan.

    Attributes:
        plan: Plan of the run, with a closed and an open load.
        question: Question of the run.
        rate_tasks, edge_tasks: Number of tasks in each simulated long run, for the rates and for the twins.
    """

    plan: Plan
    question: CapacityQuestion
    rate_tasks: int = RATE_TASKS
    edge_tasks: int = LONG_RUN_TASKS

    @property
    def bound(self) -> SloBound:
        """
        The bound beyond which a task is late.

        Raises:
            ValueError: The plan sets no bound on the waits.
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
        if (spent := budget_spent(self.plan, kept)) is not None:
            return spent
        if found.rate is None or found.learnt is None:
            return NextStep(found.todo, None, why_made(found.todo, self.plan, kept))
        longest = self.question.longest_probe_seconds or longest_probe_seconds(found.replicas)
        window = ProbeWindow(found.learnt, self.bound, longest, self.edge_tasks)
        return NextStep(found.todo, found.rate, why_made(found.todo, self.plan, kept), window)

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps to come, if every count needs one more probe.
        """
        todo: list[StepKey] = []
        for found in self._searches(kept):
            if found.todo is not None:
                todo.append(found.todo)
                if found.todo.load == self.question.saturate:
                    todo.append(self._key(found.replicas, self.question.probe, 1))
        return tuple(todo)

    def judged(self, step: KeptStep) -> StepResult:
        """
        Return a step's readings unchanged: every rule of validity counts.
        """
        return step.result

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the second steps of closed loads that were not measured yet; the number of further probes is not known.
        """
        return second_steps_to_come(self.left(kept), self.plan)

    def search(self, replicas: int, kept: Sequence[KeptStep]) -> CountSearch:
        """
        Return how far the search of one count has come.
        """
        known = CountSearch(replicas)
        saturated = self._attempted(self._key(replicas, self.question.saturate, 1), kept)
        if not isinstance(saturated, KeptStep):
            return _stopped(known, saturated)
        second = self._second(saturated, kept)
        if isinstance(second, StepKey):
            return replace(known, todo=second, pair=ClosedLoadPair(saturated.measured))
        pair = ClosedLoadPair(saturated.measured, second)
        known = replace(known, pair=pair)
        first = calibration(self.plan, pair.counting)
        if isinstance(first, str):
            return _stopped(known, f"no model could be made: {first}")
        known, steps = replace(known, learnt=first), [pair.counting]
        while True:
            found = search_capacity(
                first, known.probes, self.bound, self.question.most_probes, self.rate_tasks
            )
            if isinstance(found, CapacityBracket):
                return replace(known, bracket=found)
            probe = self._attempted(self._key(replicas, self.question.probe, len(known.probes) + 1), kept)
            if isinstance(probe, StepKey):
                return replace(known, todo=probe, rate=found)
            if isinstance(probe, str):
                return _stopped(known, probe)
            steps.append(probe.measured)
            result = self._result(probe, first, steps)
            if isinstance(result, str):
                return _stopped(known, result)
            known = replace(known, learnt=result.learnt, probes=(*known.probes, result))

    def _result(self, probe: KeptStep, first: Calibration, steps: Sequence[Measured]) -> ProbeResult | str:
        """
        Return the result of a probe, or why it is of no use; *steps* are those of the probe's replica count up to the
        probe.
        """
        measured = probe.measured
        if measured.probe is None or measured.arrival_rate is None:
            why = "; ".join(measured.notes) or "its late tasks were not counted"
            return f"the probe at {measured.arrival_rate or 0:.3g}/s decided nothing: {why}"
        failing = judge_errors(probe.result, self.plan.slo)
        if failing.answer is SloAnswer.MISSED:
            return f"orders failed at {measured.arrival_rate:.3g}/s: {'; '.join(failing.why)}"
        slower, faster = measured.probe.against_slower.answer, measured.probe.against_faster.answer
        waits = judge_shares(probe.result, self.plan.slo.model_copy(update={"end_to_end_p95_seconds": None}))
        # Where activities miss the bound as well, the next probe is at a lower rate.
        if waits.answer is SloAnswer.MISSED and slower is not Decided.MISSED:
            return (
                f"workflow tasks missed the bound at {measured.arrival_rate:.3g}/s, where activities did not: "
                f"{'; '.join(waits.why)}; give the workers more workflow task slots or cores"
            )
        return ProbeResult(measured.arrival_rate, slower, faster, learn_again(first, self.plan, steps))

    def _second(self, saturated: KeptStep, kept: Sequence[KeptStep]) -> Measured | StepKey | None:
        """
        Return the step with twice the orders in flight, the attempt at it to make, or ``None`` where there is no such
        step.
        """
        second = second_step(saturated.key, self.plan, kept)
        made = None if second is None else self._attempted(second, kept)
        if isinstance(made, KeptStep):
            return made.measured
        # A run of an older version probed without a second step; its answer stays as it was.
        probed = attempts_at(self._key(saturated.key.replicas, self.question.probe, 1), kept)
        return made if isinstance(made, StepKey) and not probed else None

    def _searches(self, kept: Sequence[KeptStep]) -> list[CountSearch]:
        return [self.search(replicas, kept) for replicas in self.counts]

    def _key(self, replicas: int, load: int, number: int) -> StepKey:
        return StepKey(replicas, load, self.plan.loads[load].kind.value, number)

    @staticmethod
    def _attempted(key: StepKey, kept: Sequence[KeptStep]) -> KeptStep | StepKey | str:
        """
        Return the step that counts, the attempt to make, or why none may be believed.
        """
        found = usable_attempt(key, kept) or attempt_to_make(key, kept)
        if found is not None:
            return found
        what = "the saturate step" if key.kind == "saturate" else f"probe {key.repetition}"
        return f"{what} is invalid: {'; '.join(attempts_at(key, kept)[-1].result.reasons)}"


def _stopped(known: CountSearch, why: StepKey | str) -> CountSearch:
    if isinstance(why, StepKey):
        return replace(known, todo=why)
    return replace(known, bracket=CapacityBracket(None, None, why=why))
