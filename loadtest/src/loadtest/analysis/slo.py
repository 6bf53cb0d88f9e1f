"""
Which replica counts keep the SLO, the fewest that do, and what that makes of the run.

It reads the plan's bounds and the steps' readings.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from loadtest.analysis.overload import LoadLevel
from loadtest.analysis.percentiles import samples_wanted
from loadtest.analysis.twin.decision import DEVIATIONS, MISFIT_RATIO
from loadtest.plan import Load, LoadKind, Plan, Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Demand, Judgement, SloAnswer
from loadtest.results.window_decision import Decided


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
        ``missed`` as soon as one bound is, even if another reading is not shown; ``undecided`` for an
        invalid step or when nothing was missed and a reading is not shown.
    """
    if step.verdict is StepVerdict.INVALID:
        return Judgement(
            SloAnswer.UNDECIDED, tuple(f"step {step.step} is invalid: {reason}" for reason in step.reasons)
        )
    waits = judge_waits([step], slo)
    missed = [f"overloaded: {reason}" for reason in step.reasons if step.verdict is StepVerdict.OVERLOADED]
    undecided: list[str] = []
    if step.verdict is not StepVerdict.OVERLOADED and waits is not None:
        (missed if waits.answer is SloAnswer.MISSED else undecided).extend(waits.why)
    for bound in bounds(slo):
        value = bound.read(step)
        most = bound.most
        if value is None or most is None:
            undecided.append(_not_known(bound, step))
        elif value > most:
            over = f", {value / most:.1f} times as much" if most else ""
            missed.append(f"{bound.name} is {bound.show(value)} where {bound.show(most)} is allowed{over}")
    if missed:
        return Judgement(SloAnswer.MISSED, tuple(missed))
    if undecided:
        return Judgement(SloAnswer.UNDECIDED, tuple(undecided))
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


def judge_waits(steps: Sequence[StepResult], slo: Slo) -> Judgement | None:
    """
    Join what the late tasks of the repetitions of one cell say: their counts are added, never their answers.

    The twins' error shrinks with repetitions, the part of it that the model's misfit makes does not.

    Returns:
        The judgement, with no reason if it is met; ``None`` if the SLO sets no bound.
    """
    bound = slo.schedule_to_start_p95_seconds
    if bound is None:
        return None
    asked = f"5 % of the activities may wait longer than {_milliseconds(bound)}"
    at = [step for step in steps if step.load_level == LoadLevel.AT]
    if at:
        told = f"the rate is at capacity ({(at[0].utilization_ratio or 0) * 100:.0f} %), where waits grow with the window"
        return Judgement(SloAnswer.UNDECIDED, (f"{told}; test a rate 5 % lower or higher",))
    found = [step.decision for step in steps if step.decision is not None]
    if not found:
        why = steps[0].why.get("decision", "no reason given") if steps else "no such step was measured"
        return Judgement(SloAnswer.UNDECIDED, (f"{asked}; whether they do is not decided: {why}",))
    late = math.fsum(each.late for each in found)
    twin = math.fsum(each.twin_late for each in found)
    answer = found[0].answer
    because = found[0].why
    if len(found) > 1:
        luck = math.sqrt(math.fsum(each.twin_deviation**2 for each in found))
        least = DEVIATIONS * max(luck, MISFIT_RATIO * twin)
        because = f"{late:g} late in {len(found)} repetitions, and a system just at the limit would have {twin:.0f} ± {least:.0f}"
        answer = Decided.UNDECIDED
        if abs(late - twin) > least:
            answer = Decided.MET if late < twin else Decided.MISSED
    if answer is Decided.MET:
        return Judgement(SloAnswer.MET, ())
    if answer is Decided.MISSED:
        told = f"{asked}: {late:g} waited longer, where a system just at that limit has {twin:.0f}"
        return Judgement(SloAnswer.MISSED, (told,))
    longest = max(each.seconds for each in found)
    wanted = f"write max_window_seconds = {math.ceil(2 * longest)} or more, or test another rate"
    return Judgement(SloAnswer.UNDECIDED, (f"{asked}: undecided after {longest:.0f} s: {because}; {wanted}",))


def judge_count(steps: Sequence[StepResult], slo: Slo) -> Judgement:
    """
    Join the repetitions of one replica count; one that is invalid counts only if there is no other.

    Late tasks are added over the repetitions, so that more of them bring the answer nearer to the truth.
    """
    usable = [step for step in steps if step.is_usable] or list(steps)
    if not usable:
        return Judgement(SloAnswer.UNDECIDED, ("no such step was measured",))
    if len(usable) == 1 or any(step.verdict is not StepVerdict.VALID for step in usable):
        worst = max(usable, key=lambda step: step.verdict is StepVerdict.OVERLOADED)
        return judge_step(worst, slo)
    waits = judge_waits(usable, slo)
    rest = slo.model_copy(update={"schedule_to_start_p95_seconds": None})
    judgements = [judge_step(step, rest) for step in usable] + ([waits] if waits is not None else [])
    for answer in (SloAnswer.MISSED, SloAnswer.UNDECIDED):
        told = tuple(dict.fromkeys(why for each in judgements if each.answer is answer for why in each.why))
        if told:
            return Judgement(answer, told)
    return Judgement(SloAnswer.MET, ())


def by_answer(judgements: Mapping[int, Judgement], answer: SloAnswer) -> tuple[int, ...]:
    """
    Return the measured counts with an answer, rising.
    """
    return tuple(count for count in sorted(judgements) if judgements[count].answer is answer)


def not_measured(judgements: Mapping[int, Judgement]) -> str | None:
    """
    Name the counts among which the fewest that are enough may lie without having been measured.
    """
    enough = by_answer(judgements, SloAnswer.MET)
    if not enough:
        return None
    missing = [count for count in range(1, enough[0]) if count not in judgements]
    worse = [count for count in by_answer(judgements, SloAnswer.MISSED) if count < enough[0]]
    missing = [count for count in missing if not worse or count > worse[-1]]
    spans: list[list[int]] = []
    for count in missing:
        if spans and spans[-1][-1] == count - 1:
            spans[-1].append(count)
        else:
            spans.append([count])
    return ", ".join(f"{s[0]} to {s[-1]}" if len(s) > 1 else f"{s[0]}" for s in spans) or None


def answer_in_words(judgements: Mapping[int, Judgement]) -> str:
    """
    Say what is known of every measured count, and what was not measured.
    """
    if not judgements:
        return "no step of this load was measured"
    enough, not_enough, undecided = (
        by_answer(judgements, answer) for answer in (SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNDECIDED)
    )
    parts = []
    if enough:
        parts.append(f"{_counts(enough)} {_are(enough)} enough")
    if not_enough:
        parts.append(f"{_counts(not_enough)} {_are(not_enough)} not")
    if not enough and not_enough and not undecided:
        parts = [f"not even {not_enough[-1]} {_are(not_enough[-1:])} enough"]
    told = ", ".join(parts)
    more = [f"{_counts(undecided)} {_are(undecided)} undecided"] if undecided else []
    gap = not_measured(judgements)
    if gap is not None:
        more.append(f"{gap} {'was' if gap.isdigit() else 'were'} not measured")
    return "; ".join([told, *more] if told else more)


def _are(counts: Sequence[int]) -> str:
    return "is" if len(counts) == 1 else "are"


def demand(steps: Sequence[StepResult], plan: Plan, load: int) -> Demand:
    """
    Find the fewest replicas that keep the SLO under one open load of the plan.
    """
    mine = [step for step in steps if step.load.index == load]
    judgements = {
        count: judge_count([s for s in mine if s.replicas == count], plan.slo) for count in plan.replicas
    }
    rates = [rate for step in mine if (rate := step.load.arrival_rate) is not None]
    enough = by_answer(judgements, SloAnswer.MET)
    return Demand(
        load=load,
        arrival_rate=sum(rates) / len(rates) if rates else None,
        replicas=enough[0] if enough else None,
        enough=enough,
        not_enough=by_answer(judgements, SloAnswer.MISSED),
        undecided=by_answer(judgements, SloAnswer.UNDECIDED),
        not_measured=not_measured(judgements),
        why=answer_in_words(judgements),
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
        None,
        None,
        None,
        (),
        (),
        (),
        None,
        "the plan has no open load, whose rate is the same for all replica counts",
        {},
    )


def _is_common(load: Load) -> bool:
    return load.kind is LoadKind.OPEN


def _counts(counts: Sequence[int]) -> str:
    return ", ".join(str(count) for count in counts)
