"""
Which replica counts keep the SLO, the fewest that do, and what that makes of the run.

It reads the plan's bounds and the steps' readings, and knows nothing of how they were made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loadtest.analysis.percentiles import samples_wanted
from loadtest.plan import Load, LoadKind, Plan, Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Demand, Judgement, SloAnswer


@dataclass(frozen=True, slots=True)
class Bound:
    """
    One number of a step and the most it may be.

    Attributes:
        name: For people.
        key: Of the reading, for its ``why``.
        most: The bound, ``None`` asks nothing.
        read: The number, ``None`` if it is not shown.
        samples: How many samples a percentile has; ``None`` for other numbers.
        show: The number as people read it.
    """

    name: str
    key: str
    most: float | None
    read: Callable[[StepResult], float | None]
    samples: Callable[[StepResult], int] | None
    show: Callable[[float], str]


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.2f} %"


def bounds(slo: Slo) -> tuple[Bound, ...]:
    """
    Return every bound that the SLO sets.
    """
    every = (
        Bound(
            "the activity queue's schedule-to-start p95",
            "schedule_to_start_seconds.activity.p95",
            slo.schedule_to_start_p95_seconds,
            lambda step: step.schedule_to_start_seconds.activity.p95,
            lambda step: step.schedule_to_start_seconds.activity.n,
            _milliseconds,
        ),
        Bound(
            "the workflow queue's schedule-to-start p95",
            "schedule_to_start_seconds.workflow.p95",
            slo.schedule_to_start_p95_seconds,
            lambda step: step.schedule_to_start_seconds.workflow.p95,
            lambda step: step.schedule_to_start_seconds.workflow.n,
            _milliseconds,
        ),
        Bound(
            "the end-to-end p95",
            "end_to_end_seconds.p95",
            slo.end_to_end_p95_seconds,
            lambda step: step.end_to_end_seconds.p95,
            lambda step: step.end_to_end_seconds.n,
            _milliseconds,
        ),
        Bound(
            "the error ratio", "error_ratio", slo.error_ratio, lambda step: step.error_ratio, None, _percent
        ),
    )
    return tuple(bound for bound in every if bound.most is not None)


def judge_step(step: StepResult, slo: Slo) -> Judgement:
    """
    Hold one step against every bound.

    Returns:
        ``missed`` as soon as one bound is, even if another reading is not shown; ``unknown`` for an
        invalid step or when nothing was missed and a reading is not shown.
    """
    if step.verdict is StepVerdict.INVALID:
        return Judgement(
            SloAnswer.UNKNOWN, tuple(f"step {step.step} is invalid: {reason}" for reason in step.reasons)
        )
    missed = [f"overloaded: {reason}" for reason in step.reasons if step.verdict is StepVerdict.OVERLOADED]
    unknown = []
    for bound in bounds(slo):
        value = bound.read(step)
        most = bound.most
        if value is None or most is None:
            unknown.append(_not_known(bound, step))
        elif value > most:
            over = f", {value / most:.1f} times as much" if most else ""
            missed.append(f"{bound.name} is {bound.show(value)} where {bound.show(most)} is allowed{over}")
    if missed:
        return Judgement(SloAnswer.MISSED, tuple(missed))
    if unknown:
        return Judgement(SloAnswer.UNKNOWN, tuple(unknown))
    return Judgement(SloAnswer.MET, ())


def _not_known(bound: Bound, step: StepResult) -> str:
    told = f"{bound.name} is not known: {step.why.get(bound.key, 'no reason given')}"
    samples = bound.samples(step) if bound.samples is not None else 0
    wanted = samples_wanted(95)
    if not 0 < samples < wanted:
        return told
    # A tenth more than what this window's samples call for, as the next one may hold fewer.
    seconds = math.ceil(1.1 * step.window_seconds * wanted / samples)
    return f"{told}; write window_seconds = {seconds} or more (now {step.window_seconds:g})"


def judge_count(steps: Sequence[StepResult], slo: Slo) -> Judgement:
    """
    Join the repetitions of one replica count: each that may be believed must keep the SLO.

    A repetition that is invalid counts only if there is no other.
    """
    usable = [step for step in steps if step.is_usable] or list(steps)
    if not usable:
        return Judgement(SloAnswer.UNKNOWN, ("no such step was measured",))
    worst_first = sorted(usable, key=lambda step: excess(step, slo), reverse=True)
    judgements = [judge_step(step, slo) for step in worst_first]
    for answer in (SloAnswer.MISSED, SloAnswer.UNKNOWN):
        found = [judgement for judgement in judgements if judgement.answer is answer]
        if found and len(judgements) > 1:
            which = f"{len(found)} of {len(judgements)} repetitions, the worst"
            return Judgement(answer, (f"{which}: {'; '.join(found[0].why)}",))
        if found:
            return found[0]
    return Judgement(SloAnswer.MET, ())


def excess(step: StepResult, slo: Slo) -> float:
    """
    Return the largest reading of a step as a share of its bound, to tell which repetition is worst.
    """
    shares = [0.0]
    for bound in bounds(slo):
        value = bound.read(step)
        if value is not None and bound.most is not None and value > 0:
            shares.append(value / bound.most if bound.most > 0 else math.inf)
    return max(shares)


def fewest(judgements: Mapping[int, Judgement]) -> tuple[int | None, str]:
    """
    Find the fewest replicas that keep the SLO.

    Every smaller count must be known to miss it, or "fewest" would be a guess; a larger count
    that misses it is told beside the answer.

    Returns:
        The count, or ``None``, and why.
    """
    counts = sorted(judgements)
    met = [count for count in counts if judgements[count].answer is SloAnswer.MET]
    unknown = [count for count in counts if judgements[count].answer is SloAnswer.UNKNOWN]
    if not met:
        if unknown:
            return None, f"{_counts(unknown)} could not be judged: {judgements[unknown[0]].why[0]}"
        if not counts:
            return None, "no step of this load was measured"
        return None, f"not even {counts[-1]} replicas keep it: {'; '.join(judgements[counts[-1]].why)}"
    answer = met[0]
    below = [count for count in unknown if count < answer]
    if below:
        return None, (
            f"{answer} replicas keep it, but {_counts(below)} could not be judged, so they may not be the fewest: "
            f"{judgements[below[0]].why[0]}"
        )
    above = [count for count in counts if count > answer and judgements[count].answer is SloAnswer.MISSED]
    if above:
        return answer, (
            f"{answer} replicas keep it, yet {_counts(above)} do not: {'; '.join(judgements[above[0]].why)}; "
            "look for another limit than replicas"
        )
    missed = [count for count in counts if count < answer]
    if not missed:
        return answer, f"already {answer}, the fewest measured, keep it"
    return answer, f"with {missed[-1]}: {'; '.join(judgements[missed[-1]].why)}"


def demand(steps: Sequence[StepResult], plan: Plan, load: int) -> Demand:
    """
    Find the fewest replicas that keep the SLO under one open load of the plan.
    """
    mine = [step for step in steps if step.load.index == load]
    judgements = {
        count: judge_count([s for s in mine if s.replicas == count], plan.slo) for count in plan.replicas
    }
    rates = [rate for step in mine if (rate := step.load.arrival_rate) is not None]
    replicas, why = fewest(judgements)
    return Demand(
        load=load,
        arrival_rate=sum(rates) / len(rates) if rates else None,
        replicas=replicas,
        why=why,
        by_replicas={str(count): judgement for count, judgement in judgements.items()},
    )


def demands(steps: Sequence[StepResult], plan: Plan) -> tuple[Demand, ...]:
    """
    Find the demand under each open load; a plan without one asks for none.
    """
    return tuple(demand(steps, plan, index) for index, load in enumerate(plan.loads) if _is_common(load))


def no_demand() -> Demand:
    """
    The demand of a plan that has no open load.
    """
    return Demand(
        None, None, None, "the plan has no open load, whose rate is the same for all replica counts", {}
    )


def _is_common(load: Load) -> bool:
    return load.kind is LoadKind.OPEN


def _counts(counts: Sequence[int]) -> str:
    return ", ".join(str(count) for count in counts)
