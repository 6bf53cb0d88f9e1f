"""
How sure the answers of a run are, in words for people who run the service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.analysis.estimators.number_text import count_text, duration_text
from loadtest.analysis.twin.decision import DEVIATIONS, longer_seconds
from loadtest.plural import counted, plural
from loadtest.report.numbers import bound_text, percent, rate, share, with_error
from loadtest.report.run_cells import Cell, cells, parts, setting_of, unit
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import SweepResult
from loadtest.results.window_decision import Decided, Decision


@dataclass(frozen=True, slots=True)
class Certainty:
    """
    What is known of one replica count at one load, and how well.

    Attributes:
        title: Replica count, load, and the values of factors.
        sentences: Sentences, each with one fact.
    """

    title: str
    sentences: tuple[str, ...]


def certainties(sweep: SweepResult) -> list[Certainty]:
    """
    Return for each open cell of a run what its answer rests on.
    """
    return [
        Certainty(_title(cell, setting_of(part)), tuple(dict.fromkeys(_of_cell(sweep, cell))))
        for part in parts(sweep)
        for cell in cells(part)
        if cell.kind != "saturate" and cell.usable
    ]


def _of_cell(sweep: SweepResult, cell: Cell) -> list[str]:
    """
    Return what each repetition tells, and which attempts were disturbed; a repetition is named where there are several.
    """
    several = len({step.repetition for step in cell.steps}) > 1
    told = [(step, each) for step in cell.usable for each in _of_step(sweep, step)]
    told += [(step, _disturbed(step, cell)) for step in cell.steps if step.is_disturbed]
    return [
        f"Repetition {step.repetition}: {each[:1].lower()}{each[1:]}" if several else each
        for step, each in told
    ]


def _title(cell: Cell, setting: str) -> str:
    count = counted(cell.replicas, "replica")
    offered = cell.usable[0].load.arrival_rate
    at = "" if offered is None else f" at {rate(offered)}/s"
    return f"{count}{at}{f' with {setting}' if setting else ''}"


def _of_step(sweep: SweepResult, step: StepResult) -> Sequence[str]:
    if step.verdict is StepVerdict.OVERLOADED:
        return (f"Overloaded: {'; '.join(step.reasons)}. Its waits are those of this window alone.",)
    bound = sweep.slo.schedule_to_start_p95_seconds
    sentences: list[str | None] = [] if bound is None else [_answer(step, bound)]
    sentences += [_end_to_end(sweep, step), _long_run(step), _capacity(step), _errors(sweep, step)]
    return [each for each in sentences if each]


def _answer(step: StepResult, bound: float) -> str:
    decision = step.decision
    if decision is None:
        return f"Not decided: {step.why.get('decision', 'no reason given')}."
    if decision.why is not None and (decision.answer is not Decided.UNDECIDED or not decision.twin_deviation):
        colon = ":" if decision.answer is Decided.UNDECIDED else ""
        return f"{decision.answer.value.capitalize()}{colon} {decision.why}."
    told = (
        f"In {decision.seconds:.0f} s {count_text(decision.late)} {plural(decision.late, 'task')} waited longer than {bound_text(bound)}. A system just at the "
        f"limit would have had {decision.twin_late:.0f} ± {DEVIATIONS * decision.twin_deviation:.0f} on the very same "
        "arrivals and work"
    )
    if decision.answer is Decided.UNDECIDED:
        return f"Undecided. {told}: {decision.why}. {_wanted(decision)}"
    return f"{decision.answer.value.capitalize()}. {told}, so the difference is no luck of these arrivals."


def _end_to_end(sweep: SweepResult, step: StepResult) -> str | None:
    bound, decision = sweep.slo.end_to_end_p95_seconds, step.end_to_end_decision
    if bound is None:
        return None
    asked = f"Whether at most 5 % of the {unit(sweep)} take longer than {bound_text(bound)}"
    if decision is None:
        return f"{asked} is not decided: {step.why.get('end_to_end_decision', 'no reason given')}."
    return f"{asked}: {decision.answer.value}{f' {decision.why}' if decision.why else ''}."


def _wanted(decision: Decision) -> str:
    return (
        f"To decide it, write max_window_seconds = {longer_seconds(decision.seconds, decision.twin_late)}, or test a rate that is "
        "7 % lower or higher."
    )


def _long_run(step: StepResult) -> str | None:
    found = step.long_run_p95
    if found is None or found.raw is None:
        return None
    raw = f"The p95 of this window alone is {duration_text(found.raw)}"
    if found.alarms:
        return (
            f"{raw}. The model does not fit this step ({'; '.join(found.alarms)}), so no long run is told from it; "
            "the answer above stands, as it needs no fitted model."
        )
    if found.value is None or found.low is None or found.high is None:
        return f"{raw}; what the long run has is not known: {found.why}."
    return (
        f"{raw}; the long run has about {duration_text(found.value)}, between {duration_text(found.low)} and "
        f"{duration_text(found.high)} by what a rate 5 % lower or higher would have and by this window. "
        "Another window will show another raw number."
    )


def _capacity(step: StepResult) -> str | None:
    if step.capacity is None or step.load.arrival_rate is None:
        return None
    x = step.capacity
    left = x.orders_per_second - step.load.arrival_rate
    luck = "the luck of the draws taken out" if x.known_draws else "with the luck of its activities in it"
    limit = f", {x.limit_text}" if x.limit_text else ""
    found = with_error(Estimate(x.orders_per_second, x.half_width, 1, "orders"))
    return (
        f"Offered is {percent(step.utilization_ratio)} of what was completed under saturation, "
        f"{found}/s ({luck}{limit}): {f'{rate(left)}/s are' if left > 0 else 'nothing is'} left."
    )


def _disturbed(step: StepResult, cell: Cell) -> str:
    again = any(
        (other.repetition, other.attempt) == (step.repetition, step.attempt + 1) for other in cell.steps
    )
    hits = [f"{each.what} in {each.span}" for each in step.disturbances if each.counts]
    followed = " and was measured again" if again else ""
    return f"Attempt {step.attempt} was disturbed{followed}: {'; '.join(hits)}. Nothing above rests on it."


def _errors(sweep: SweepResult, step: StepResult) -> str:
    errors = step.errors
    return f"{errors.failed} of {errors.finished} {unit(sweep)} failed, so up to {share(errors.high)} may in the long run."
