"""
A run in a few sentences: what a reader should remember, each with its numbers.

No sentence uses an invalid step without saying so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from loadtest.analysis.saturation.doubled_closed_load import first_key
from loadtest.plural import counted, plural
from loadtest.report.deployment_text import MOST_TOLD, deployment_sentences, is_searchable
from loadtest.report.numbers import (
    actions_text,
    listed,
    milliseconds,
    percent,
    plain,
    rate,
    with_ends,
    with_error,
)
from loadtest.report.run_cells import cells, parts, setting_of, unit
from loadtest.report.suspect_text import held_back
from loadtest.results.estimate import Estimate
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit, limit_text
from loadtest.results.sweep_result import Interval, RunVerdict, SweepResult

# Explanations for a reader who sees the name of a limit for the first time.
_MEANING = {
    Limit.HAND_OVER: "free slots wait for their next task",
    Limit.LOOP: "too few were kept open",
}


def headlines(sweep: SweepResult, left: str = "") -> list[str]:
    """
    Return the sentences, the most important first.

    Args:
        sweep: The run, judged.
        left: End of the sentence that says that steps were not measured, as ``rest_clause`` makes it; empty where the
            run's folder is not available.
    """
    found = parts(sweep)
    sentences = [_invalid(sweep)]
    if not any(part.demands for part in found):
        sentences += [_not_kept(sweep)]
    if len(found) == 1:
        sentences += [*_answers(sweep), _law(sweep), _cost(sweep), _counted(sweep)]
    else:
        told = found[:MOST_TOLD]
        sentences += [
            f"{setting_of(part)}: {sentence}"
            for part in told
            for sentence in _answers(part, explain=part is told[0])
            if sentence
        ]
        more = len(found) - len(told)
        sentences += (
            [f"{more} more settings are told below." if more > 1 else "One more setting is told below."]
            if more
            else []
        )
    sentences += [_missing(sweep, left)]
    return [sentence for sentence in sentences if sentence]


def _answers(sweep: SweepResult, *, explain: bool = True) -> list[str | None]:
    """
    Return what each part of a run answers; words are explained where they are used first.
    """
    deployed = [
        sentence
        for index, demand in enumerate(sweep.demands)
        for sentence in deployment_sentences(sweep, demand, explain=explain and index == 0)
    ]
    return [
        *dict.fromkeys(deployed),
        _throughput(sweep, explain=explain),
        _throughput_not_known(sweep),
        held_back(sweep, explain=explain),
    ]


def _invalid(sweep: SweepResult) -> str | None:
    if sweep.verdict is not RunVerdict.INVALID:
        return None
    first, *others = sweep.reasons or ("its steps do not tell",)
    told = {_cell(step) for step in sweep.steps if step.is_usable}
    broken = [step for step in sweep.steps if step.reasons and _cell(step) not in told]
    if broken:
        step = broken[0]
        first = f"{step.name}: {step.reasons[0]}"
        further = sum(len(each.reasons) for each in broken) - 1
    else:
        further = len(others)
    return f"This run is invalid: {first}{_more(further)}."


def _not_kept(sweep: SweepResult) -> str | None:
    """
    Return why the goal is missed or not decided, for a run without a rate that all counts share.
    """
    told = {
        RunVerdict.FAIL: "The goal is missed",
        RunVerdict.UNDECIDED: "Whether the goal is kept is not known",
    }
    if sweep.verdict not in told or not sweep.reasons:
        return None
    first, *others = sweep.reasons
    return f"{told[sweep.verdict]}: {first}{_more(len(others))}."


def _more(reasons: int) -> str:
    return f" ({counted(reasons, 'more reason')} below)" if reasons else ""


def _cell(step: StepResult) -> StepKey:
    """
    Return one key for all repetitions, attempts and second steps of a cell.
    """
    return replace(first_key(step.key), repetition=1)


def _throughput(sweep: SweepResult, *, explain: bool) -> str | None:
    known = {int(count): value for count, value in sweep.scaling.throughput_per_second.items()}
    if not known:
        return None
    largest, first = max(known), min(known)
    complete = "completes" if largest == 1 else "complete"
    limits = {
        s.capacity.limit
        for s in sweep.steps
        if s.replicas == largest and s.capacity is not None and s.counts_for_cell
    }
    # Slots that were not seen full are not called saturated.
    seen = Limit.UNKNOWN not in limits
    loaded = "saturated" if seen else "under a closed load"
    sentence = (
        f"{counted(largest, 'replica')} {complete} {with_error(known[largest])} {unit(sweep)}/s {loaded}"
    )
    details = ["at full throttle, whatever the waits"] if explain and seen else []
    details += [text for limit in sorted(limits) if (text := _limited(limit, explain=explain))]
    sentence += f" ({'; '.join(details)})" if details else ""
    fewer = sorted(known)[:-1][-(MOST_TOLD - 1) :]
    carried = [f"{_told(known[count])}/s with {count}" for count in fewer]
    also = f" It is {listed(carried)}." if carried else ""
    if explain and is_searchable(sweep):
        also += " `loadtest capacity` finds how much of it keeps the goal."
    speedup = sweep.scaling.speedup.get(str(largest))
    if speedup is None or speedup.value is None:
        return f"{sentence}.{also}"
    efficiency = sweep.scaling.efficiency[str(largest)]
    return (
        f"{sentence}, {_times(speedup.value)} {'one replica' if first == 1 else counted(first, 'replica')} "
        f"(efficiency {with_error(efficiency)}).{also}"
    )


def _throughput_not_known(sweep: SweepResult) -> str | None:
    """
    Name the counts whose closed load has no step that may be believed, where the run's answer does not need them.
    """
    if sweep.verdict is RunVerdict.INVALID:
        return None
    broken = {cell.replicas: cell.steps[-1] for cell in cells(sweep, kind="saturate") if not cell.usable}
    if not broken:
        return None
    *_, step = broken.values()
    counts = f"{listed([str(count) for count in broken])} replica{'' if list(broken) == [1] else 's'}"
    return (
        f"What {counts} would complete saturated is not known: {'; '.join(step.reasons)}. "
        "The answer above does not rest on it."
    )


def _limited(limit: Limit, *, explain: bool) -> str:
    meaning = _MEANING.get(limit) if explain else None
    return limit_text(limit) if meaning is None else f"{limit_text(limit)}: {meaning}"


def _told(throughput: Estimate) -> str:
    return rate(throughput.value) if throughput.half_width is None else with_error(throughput)


def _times(value: float) -> str:
    return f"{value:.1f}x" if value < 10 else f"{value:.0f}x"


def _law(sweep: SweepResult) -> str | None:
    fit = sweep.scaling.usl
    if fit is None:
        return None
    if fit.contention.low is None or fit.contention.high is None:
        return None  # without repetitions nothing tells how far off the curve is
    return (
        f"The fitted Universal Scalability Law has λ = {rate(fit.rate_of_one.value)} {unit(sweep)}/s, "
        f"{_between(fit.contention)} contention (σ) and {_between(fit.coherency)} coherency cost (κ): "
        f"{fit.saying}."
    )


def _between(interval: Interval) -> str:
    if interval.low is None or interval.high is None:
        return _share(interval.value)
    return f"{_share(interval.low)} to {_share(interval.high)}"


def _share(ratio: float) -> str:
    return "no" if ratio == 0 else percent(ratio, 1 if ratio >= 0.01 else 2)


def _cost(sweep: SweepResult) -> str | None:
    parts = (
        ("the server", sweep.cost.server),
        ("the workers", sweep.cost.worker),
        ("the injectors", sweep.cost.injector),
    )
    told = [
        f"{with_ends(part.seconds_per_workflow, milliseconds, ' ms')} in {name}"
        for name, part in parts
        if part.seconds_per_workflow is not None
    ]
    steps = {part.steps for _, part in parts if part.seconds_per_workflow is not None}
    idle = [
        f"{with_ends(part.idle_cores, plain, ' cores')} in {name if name != 'the workers' else 'each worker'}"
        for name, part in parts[:2]
        if part.idle_cores is not None
    ]
    if not told:
        return None
    beside = f", beside {listed(idle)} without load" if idle else ""
    return (
        f"One more {unit(sweep)[:-1]} costs {listed(told)} of CPU{beside} (a line through {_counts(steps)} steps, "
        "with its 95 % intervals)."
    )


def _counts(numbers: Collection[int]) -> str:
    return str(min(numbers)) if len(numbers) == 1 else f"{min(numbers)} to {max(numbers)}"


def _counted(sweep: SweepResult) -> str | None:
    saturated = [step for cell in cells(sweep, kind="saturate") for step in cell.usable]
    if not saturated:
        return None
    step = saturated[-1]
    parts_told = [
        f"{rate(number)} {name}"
        for name, number in (
            ("state transitions", step.state_transitions_per_workflow),
            ("actions", step.actions_per_workflow),
        )
        if number is not None
    ]
    if not parts_told:
        return None
    what = f" ({actions_text(step.actions_by_kind)})" if step.actions_by_kind else ""
    return f"One {unit(sweep)[:-1]} takes {listed(parts_told)}{what}, counted with {_loaded(step)}."


def _loaded(step: StepResult) -> str:
    """
    Say how a closed load filled slots that were seen.
    """
    if step.activity_slots is None:
        return f"{counted(step.replicas, 'replica')} under a closed load"
    return f"{counted(step.replicas, 'replica')} and {counted(step.activity_slots, 'slot')}, saturated"


def _missing(sweep: SweepResult, left: str) -> str | None:
    if not sweep.missing:
        return None
    number = len(sweep.missing)
    planned = counted(number + len(sweep.steps), "step")
    return f"{number} of {planned} {plural(number, 'was', 'were')} not measured{left}."
