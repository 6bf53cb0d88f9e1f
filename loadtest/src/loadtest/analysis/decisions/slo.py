"""
Whether a step keeps the SLO, and whether a replica count does by all its repetitions.

It reads the plan's bounds and the steps' readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loadtest.analysis.decisions.pooled_repetitions import pooled_late_tasks, pooled_repetitions
from loadtest.analysis.estimators.intervals import samples_to_keep
from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.analysis.twin.decision import longer_seconds
from loadtest.plan import Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Limit
from loadtest.results.sweep_result import Judgement, SloAnswer
from loadtest.results.window_decision import Decided

# A capacity that is known no better does not say that a rate within its error is at it.
_ROUGH_RATIO = 0.05


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.10g} ms"


def judge_step(step: StepResult, slo: Slo) -> Judgement:
    """
    Hold one step against every bound.

    Returns:
        ``missed`` as soon as one bound is missed, even if another is not decided; ``undecided`` for an invalid step, or
        when no bound is missed and one is not decided.
    """
    if step.verdict is StepVerdict.INVALID:
        return Judgement(
            SloAnswer.UNDECIDED, tuple(f"step {step.step} is invalid: {reason}" for reason in step.reasons)
        )
    found = [judge_shares(step, slo), judge_errors(step, slo)]
    if step.verdict is StepVerdict.OVERLOADED:
        found.append(Judgement(SloAnswer.MISSED, tuple(f"overloaded: {reason}" for reason in step.reasons)))
    elif (waits := judge_waits([step], slo)) is not None:
        found.insert(0, waits)
    return _joined(found)


def _joined(judgements: Iterable[Judgement]) -> Judgement:
    every = list(judgements)
    for answer in (SloAnswer.MISSED, SloAnswer.UNDECIDED):
        told = tuple(dict.fromkeys(why for each in every if each.answer is answer for why in each.why))
        if told:
            return Judgement(answer, told)
    return Judgement(SloAnswer.MET, ())


def judge_shares(step: StepResult, slo: Slo) -> Judgement:
    """
    Hold a step against the bounds on the workflow queue's waits and on the orders' end-to-end latency.
    """
    bounds = (
        (
            "workflow tasks may wait",
            "workflow_decision",
            slo.schedule_to_start_p95_seconds,
            step.workflow_decision,
        ),
        ("orders may take", "end_to_end_decision", slo.end_to_end_p95_seconds, step.end_to_end_decision),
    )
    found = []
    for what, key, most, decision in bounds:
        if most is None:
            continue
        asked = f"5 % of the {what} longer than {_milliseconds(most)}"
        if decision is None:
            told = step.why.get(key, "no reason given")
            found.append(
                Judgement(SloAnswer.UNDECIDED, (f"{asked}; whether they do is not decided: {told}",))
            )
        elif decision.answer is Decided.UNDECIDED:
            found.append(Judgement(SloAnswer.UNDECIDED, (f"{asked}: undecided: {decision.why}",)))
        elif decision.answer is Decided.MISSED:
            more = f"{count_text(decision.late)} did, where {decision.twin_late:.0f} may"
            found.append(Judgement(SloAnswer.MISSED, (f"{asked}: {more}",)))
    return _joined(found)


def judge_errors(step: StepResult, slo: Slo) -> Judgement:
    """
    Hold a step's failed orders against the bound, by the 95 % ends of their share.

    A bound of 0 asks that no measured order failed.
    """
    errors, most = step.errors, slo.error_ratio
    asked = f"{100 * most:.10g} % of the orders may fail"
    if not errors.finished:
        return Judgement(SloAnswer.UNDECIDED, (f"{asked}, and nothing finished",))
    seen = f"{errors.failed} of {errors.finished} did"
    if most == 0:
        return Judgement(SloAnswer.MISSED, (f"{asked}: {seen}",)) if errors.failed else _MET
    if errors.high <= most:
        return _MET
    if errors.low > most:
        return Judgement(SloAnswer.MISSED, (f"{asked}: {seen}, so {errors.low:.2%} or more do",))
    told = f"{asked}: {seen}, so up to {errors.high:.2%} may"
    if not errors.failed:
        told += f"; without a failure {samples_to_keep(most)} orders would tell"
    return Judgement(SloAnswer.UNDECIDED, (told,))


_MET = Judgement(SloAnswer.MET, ())
# Closed loads that more orders in flight may let complete more.
_LACK_ORDERS = frozenset({Limit.LOOP, Limit.UNTRIED})


def judge_waits(steps: Sequence[StepResult], slo: Slo) -> Judgement | None:
    """
    Join the late tasks of the repetitions of one cell: their counts are added, never their answers.

    Returns:
        The judgement, with no reason if it is met; ``None`` if the SLO sets no bound.
    """
    bound = slo.schedule_to_start_p95_seconds
    if bound is None:
        return None
    asked = f"5 % of the activities may wait longer than {_milliseconds(bound)}"
    at = [step for step in steps if step.load_level == LoadLevel.AT]
    if at:
        return Judgement(SloAnswer.UNDECIDED, (_near_capacity(at[0]),))
    found = [step.decision for step in steps if step.decision is not None]
    if not found:
        why = steps[0].why.get("decision", "no reason given") if steps else "no such step was measured"
        return Judgement(SloAnswer.UNDECIDED, (f"{asked}; whether they do is not decided: {why}",))
    joined = pooled_late_tasks(found)
    if joined.answer is Decided.MET:
        return Judgement(SloAnswer.MET, ())
    if joined.answer is Decided.MISSED:
        told = f"{asked}: {count_text(joined.late)} waited longer, where a system just at that limit has {joined.twin_late:.0f}"
        return Judgement(SloAnswer.MISSED, (told,))
    longest = max(each.seconds for each in found)
    told = f"{asked}: undecided after {longest:.0f} s: {joined.why}"
    if joined.twin_deviation:
        wanted = longer_seconds(longest, joined.twin_late)
        told += f"; write max_window_seconds = {wanted} or more, or test another rate"
    return Judgement(SloAnswer.UNDECIDED, (told,))


def _near_capacity(step: StepResult) -> str:
    ratio, x = step.utilization_ratio or 0.0, step.capacity
    used = f"{ratio * 100:.0f} %"
    if x is not None and x.limit in _LACK_ORDERS and ratio > 1 + x.half_width / x.orders_per_second:
        return (
            f"the rate is {used} of what the closed load completed ({x.limit_text}), so what the slots can do is not "
            "known; take load off a full machine, or raise the saturate load's in_flight_per_slot where orders wait for timers or others"
        )
    if x is None or x.half_width <= _ROUGH_RATIO * x.orders_per_second:
        return f"the rate is at capacity ({used}), where waits grow with the window; test a rate 5 % lower or higher"
    known = f"{used} of a capacity that is known to ± {100 * x.half_width / x.orders_per_second:.0f} %"
    return f"the rate is {known}, so it may be above it; lengthen the saturate load's window_seconds"


def judge_count(steps: Sequence[StepResult], slo: Slo) -> Judgement:
    """
    Join the repetitions of one replica count; an invalid one counts only if there is no other.

    Late tasks and failed orders are added over the repetitions, so that more repetitions give a surer answer.
    """
    usable = [step for step in steps if step.counts_for_cell] or list(steps)
    if not usable:
        return Judgement(SloAnswer.UNDECIDED, ("no such step was measured",))
    if len(usable) == 1 or any(step.verdict is not StepVerdict.VALID for step in usable):
        worst = max(usable, key=lambda step: step.verdict is StepVerdict.OVERLOADED)
        return judge_step(worst, slo)
    usable = pooled_repetitions(usable)
    waits = judge_waits(usable, slo)
    rest = slo.model_copy(update={"schedule_to_start_p95_seconds": None})
    judgements = [judge_step(step, rest) for step in usable] + [judge_shares(step, slo) for step in usable]
    return _joined(judgements + ([waits] if waits is not None else []))
