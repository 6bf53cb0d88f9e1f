"""
A run in a few sentences: what a reader should take away, each with its numbers.

No sentence rests on an invalid step without saying so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loadtest.analysis.doubled_loop import first_key
from loadtest.catalogue.action_kinds import action_kind
from loadtest.report.numbers import duration, listed, milliseconds, percent, rate, with_error
from loadtest.report.run_cells import Cell, cells, parts, setting_of, unit
from loadtest.report.suspect_text import held_back
from loadtest.results.measured_step import StepKey
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import limit_text
from loadtest.results.sweep_result import Demand, Interval, RunVerdict, SweepResult

MOST_TOLD = 4
_LEVEL = ("poisson", "constant")


def headlines(sweep: SweepResult, resume: str | None = None) -> list[str]:
    """
    Return the sentences, the most important first.

    Args:
        sweep: The run, judged.
        resume: Command that does what is left; by default that of a run on this machine.
    """
    found = parts(sweep)
    sentences = [_invalid(sweep)]
    if len(found) == 1:
        sentences += [*_answers(sweep), _law(sweep), _cost(sweep), _counted(sweep)]
    else:
        told = found[:MOST_TOLD]
        sentences += [
            f"{setting_of(part)}: {sentence}" for part in told for sentence in _answers(part) if sentence
        ]
        left = len(found) - len(told)
        sentences += (
            [f"{left} more settings are told below." if left > 1 else "One more setting is told below."]
            if left
            else []
        )
    sentences += [_missing(sweep, resume or f"loadtest sweep --resume results/{sweep.run}")]
    return [sentence for sentence in sentences if sentence]


def _answers(sweep: SweepResult) -> list[str | None]:
    return [*[_demand(sweep, each) for each in sweep.demands], _throughput(sweep), held_back(sweep)]


def _invalid(sweep: SweepResult) -> str | None:
    if sweep.verdict is not RunVerdict.INVALID:
        return None
    first, *others = sweep.reasons or ("its steps do not tell",)
    told = {_cell(step) for step in sweep.steps if step.is_usable}
    broken = [step for step in sweep.steps if step.reasons and _cell(step) not in told]
    if broken:
        step = broken[0]
        first = f"{step.name}: {step.reasons[0]}"
        further = len(broken) - 1 + len(step.reasons) - 1
    else:
        further = len(others)
    more = f" ({further} more {'reason' if further == 1 else 'reasons'} below)" if further else ""
    return f"This run is invalid: {first}{more}."


def _cell(step: StepResult) -> StepKey:
    """
    What an attempt measured; a later one stands for it.
    """
    return replace(first_key(step.key), repetition=1)


def _throughput(sweep: SweepResult) -> str | None:
    known = {int(count): value for count, value in sweep.scaling.throughput_per_second.items()}
    if not known:
        return None
    largest, first = max(known), min(known)
    sentence = f"{_replicas(largest)} complete{'s' if largest == 1 else ''} {with_error(known[largest])} {unit(sweep)}/s"
    limits = {
        s.capacity.limit
        for s in sweep.steps
        if s.replicas == largest and s.capacity is not None and s.counts_for_cell
    }
    if told := [text for limit in sorted(limits) if (text := limit_text(limit))]:
        sentence += f" ({listed(told)})"
    fewer = sorted(known)[:-1][-(MOST_TOLD - 1) :]
    carried = [f"{rate(known[count].value)}/s with {count}" for count in fewer]
    also = f" It is {listed(carried)}." if carried else ""
    speedup = sweep.scaling.speedup.get(str(largest))
    if speedup is None or speedup.value is None:
        return f"{sentence}.{also}"
    efficiency = sweep.scaling.efficiency[str(largest)]
    return (
        f"{sentence}, {_times(speedup.value)} {'one replica' if first == 1 else f'{first} replicas'} "
        f"(efficiency {with_error(efficiency)}).{also}"
    )


def _times(value: float) -> str:
    return f"{value:.1f}x" if value < 10 else f"{value:.0f}x"


def _demand(sweep: SweepResult, demand: Demand) -> str | None:
    mine = cells(sweep, load=demand.load)
    if not mine or demand.arrival_rate is None:
        return None
    at = f"At {_offered(mine, demand.arrival_rate)}"
    told = _told(_worth_telling(mine, demand.replicas))
    asked = _asked(sweep)
    if not asked:
        return f"{at} the activity queue's schedule-to-start p95 is {told}; the plan sets no bound on it."
    raw = f"(p95 of these windows, not of the long run: {told})"
    question = f"{at}, for {asked}"
    if demand.replicas is None and not demand.undecided:
        last = demand.by_replicas[str(demand.not_enough[-1])] if demand.not_enough else None
        because = f": {'; '.join(last.why)}" if last is not None else ""
        return f"{question}: {demand.why}{because} {raw}."
    undecided = [f"{n}: {demand.by_replicas[str(n)].why[0]}" for n in demand.undecided[:1]]
    return f"{question}: {demand.why} {raw}{''.join(f'. Undecided with {each}' for each in undecided)}."


def _offered(mine: Sequence[Cell], arrival_rate: float) -> str:
    """
    Name the rate that was offered: of a shape its own highest, as the load's rate alone would name another one.
    """
    shape = mine[0].steps[0].load.shape
    if shape is None or shape.kind in _LEVEL:
        return f"{rate(arrival_rate)}/s"
    if shape.kind == "spike":
        return f"a spike of {rate(shape.highest_rate)}/s over {rate(shape.lowest_rate)}/s"
    return f"a {shape.kind} from {rate(shape.lowest_rate)} to {rate(shape.highest_rate)}/s, all rates mixed"


def _asked(sweep: SweepResult) -> str:
    parts = []
    if sweep.slo.schedule_to_start_p95_seconds is not None:
        bound = duration(sweep.slo.schedule_to_start_p95_seconds)
        parts.append(f"the activity queue's schedule-to-start p95 under {bound}")
    if sweep.slo.end_to_end_p95_seconds is not None:
        parts.append(f"the end-to-end p95 under {duration(sweep.slo.end_to_end_p95_seconds)}")
    return listed(parts) if parts else ""


def _worth_telling(mine: Sequence[Cell], replicas: int | None) -> Sequence[Cell]:
    """
    Of many replica counts, keep those around the answer and the largest.
    """
    if len(mine) <= MOST_TOLD:
        return mine
    near = [cell for cell in mine if replicas is None or cell.replicas <= replicas][-(MOST_TOLD - 1) :]
    return near if mine[-1] in near else [*near, mine[-1]]


def _told(mine: Sequence[Cell]) -> str:
    waits: list[str] = []
    for cell in mine:
        value = cell.worst(lambda step: step.schedule_to_start_seconds.activity.p95)
        if value is not None:
            overloaded = any(step.verdict is StepVerdict.OVERLOADED for step in cell.usable)
            unit_once = " ms" if not waits else ""
            waits.append(
                f"{milliseconds(value)}{unit_once} with {cell.replicas}{' (overloaded)' if overloaded else ''}"
            )
    repeated = max((len(cell.usable) for cell in mine), default=0)
    of = f" (worst of {repeated} repetitions)" if repeated > 1 else ""
    told = ", ".join(waits) + of if waits else "not shown"
    workflow = [w for cell in mine if (w := cell.worst(_workflow_wait)) is not None]
    if workflow:
        low, high = milliseconds(min(workflow)), milliseconds(max(workflow))
        told += f"; workflow tasks wait {low if low == high else f'{low} to {high}'} ms (p50) with any"
    return told


def _workflow_wait(step: StepResult) -> float | None:
    return step.schedule_to_start_seconds.workflow.p50


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
        f"{milliseconds(max(0.0, part.seconds_per_workflow.value))} ms in {name}"
        for name, part in parts
        if part.seconds_per_workflow is not None
    ]
    idle = [
        f"{max(0.0, part.idle_cores.value):.2f} cores in {name if name != 'the workers' else 'each worker'}"
        for name, part in parts[:2]
        if part.idle_cores is not None
    ]
    if not told:
        return None
    beside = f", beside {listed(idle)} without load" if idle else ""
    return f"One more {unit(sweep)[:-1]} costs {listed(told)} of CPU{beside} (a line through {sweep.cost.server.steps} steps)."


def _counted(sweep: SweepResult) -> str | None:
    saturated = [step for cell in cells(sweep, kind="saturate") for step in cell.usable]
    if not saturated:
        return None
    step = saturated[-1]
    counted = [
        f"{rate(number)} {name}"
        for name, number in (
            ("state transitions", step.state_transitions_per_workflow),
            ("actions", step.actions_per_workflow),
        )
        if number is not None
    ]
    if not counted:
        return None
    kinds = ", ".join(f"{rate(number)} {action_kind(kind)}" for kind, number in step.actions_by_kind.items())
    what = f" ({kinds})" if kinds else ""
    return f"One {unit(sweep)[:-1]} takes {listed(counted)}{what} ({_loaded(step)})."


def _loaded(step: StepResult) -> str:
    """
    Say what a closed load did to slots that somebody has seen.
    """
    if step.activity_slots is None:
        return f"closed load, {_replicas(step.replicas)} whose slots are not known"
    return f"saturated, {_replicas(step.replicas)} with {step.activity_slots} slots"


def _missing(sweep: SweepResult, resume: str) -> str | None:
    if not sweep.missing:
        return None
    number = len(sweep.missing)
    return (
        f"{number} of {number + len(sweep.steps)} steps {'was' if number == 1 else 'were'} not measured; "
        f"`{resume}` does what is left."
    )


def _replicas(count: int) -> str:
    return "1 replica" if count == 1 else f"{count} replicas"
