"""
How many replicas to deploy at a rate, in sentences, and how long tasks waited for them.

A count is recommended only where it was measured and decided, and so was every smaller measured count.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.decisions.slo import judge_errors
from loadtest.analysis.readings.step_load import shape_text
from loadtest.plan import Slo
from loadtest.plural import counted
from loadtest.report.numbers import bound_text, capitalised, listed, percent, rate, share, wait_milliseconds
from loadtest.report.run_cells import Cell, cells, unit
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Demand, RunVerdict, SweepResult

MOST_TOLD = 4
_LEVEL = ("poisson", "constant")
_UNKNOWN = "How many replicas to deploy"


def deployment_sentences(sweep: SweepResult, demand: Demand, *, explain: bool = True) -> tuple[str, ...]:
    """
    Return how many replicas to deploy at one rate, or why that is not known; then what each count showed and how long
    tasks waited.

    Args:
        sweep: The run, or one combination of its factors.
        demand: Demand of one of the run's open loads.
        explain: Whether to explain in plain words what the goal and a window are.
    """
    mine = cells(sweep, load=demand.load)
    if not mine or demand.arrival_rate is None:
        return (f"{_UNKNOWN} is not known: no step at an open rate was measured.",)
    at = f"at {_offered(mine, demand.arrival_rate, unit(sweep))}"
    waits = _waits(_worth_telling(mine, demand.replicas), sweep.slo, explain=explain)
    if not has_goal(sweep):
        return (f"{_UNKNOWN} {at} is not known, as the plan sets no bound on waits. {waits}",)
    asked = f"the goal {at}" + (f" (the SLO: at most {_goal(sweep)})" if explain else "")
    if sweep.verdict is RunVerdict.INVALID:
        told = f"{_UNKNOWN} for {asked} is not known, as the run is invalid."
        if not any(cell.usable for cell in mine):
            return (told,)
        return f"{told} Of the steps that may be believed: {demand.why}.", waits
    if demand.replicas is None or not demand.is_decided:
        return (
            f"{_UNKNOWN} for {asked} is not known: {demand.why}{_what_would_tell(demand, mine, sweep.slo)}.",
            waits,
        )
    tried = len(demand.enough) + len(demand.not_enough)
    why = "the fewest of those tried that keep" if tried > 1 else "the only count tried, and it keeps"
    spare = (
        "; with one of them lost the rest do not"
        if explain and demand.replicas - 1 in demand.not_enough
        else ""
    )
    return (
        f"Deploy {counted(demand.replicas, 'replica')}: {why} {asked}{_used(mine, demand.replicas)}{spare}.",
        f"{capitalised(demand.why)}. {waits}",
    )


def _used(mine: Sequence[Cell], replicas: int) -> str:
    """
    Tell how much of its capacity a level rate asks of a count; empty where its capacity is not known.
    """
    ratios = [
        step.utilization_ratio
        for cell in mine
        for step in cell.usable
        if cell.replicas == replicas
        and step.utilization_ratio is not None
        and (step.load.shape is None or step.load.shape.kind in _LEVEL)
    ]
    return f", at {percent(max(ratios))} of {'its' if replicas == 1 else 'their'} capacity" if ratios else ""


def _what_would_tell(demand: Demand, mine: Sequence[Cell], slo: Slo) -> str:
    if demand.undecided:
        count = demand.undecided[0]
        return f". With {count}: {demand.by_replicas[str(count)].why[0]}"
    if not demand.not_enough:
        return ""
    most = demand.not_enough[-1]
    why = demand.by_replicas[str(most)].why
    steps = [step for cell in mine if cell.replicas == most for step in cell.steps]
    failing = {told for step in steps for told in judge_errors(step, slo).why}
    advice = "A sweep of more replicas, or at a lower rate, may find a count that does"
    if why and failing.issuperset(why):
        advice = (
            "Mend what fails them, which is named below a step; more replicas, or a lower rate, help only where the load makes "
            "orders fail"
        )
    return f": {'; '.join(why)}. {advice}"


def _offered(mine: Sequence[Cell], arrival_rate: float, unit_name: str) -> str:
    """
    Name the rate that was offered; for a shape the shape's own rates, as the load's rate alone differs from them.
    """
    shape, each_second = mine[0].steps[0].load.shape, f" {unit_name}/s"
    if shape is None:
        return f"{rate(arrival_rate)}{each_second}"
    mixed = "" if shape.kind in (*_LEVEL, "spike") else ", all rates mixed"
    return f"{shape_text(shape, rate, each_second)}{mixed}"


def has_goal(sweep: SweepResult) -> bool:
    """
    Tell whether the plan bounds a latency.
    """
    return sweep.slo.schedule_to_start_p95_seconds is not None or sweep.slo.end_to_end_p95_seconds is not None


def is_searchable(sweep: SweepResult) -> bool:
    """
    Tell whether a search for capacities accepts the run's plan: it needs a bound on activities' waits and a level,
    random rate.
    """
    opened = [step for step in sweep.steps if step.load.arrival_rate is not None]
    shapes = {step.load.shape.kind for step in opened if step.load.shape is not None}
    waits = [step.schedule_to_start_seconds for step in opened]
    return (
        sweep.slo.schedule_to_start_p95_seconds is not None
        and (not shapes or _LEVEL[0] in shapes)
        and (any(each.activity.n for each in waits) or not any(each.workflow.n for each in waits))
    )


def _goal(sweep: SweepResult) -> str:
    parts = []
    if sweep.slo.schedule_to_start_p95_seconds is not None:
        most = bound_text(sweep.slo.schedule_to_start_p95_seconds)
        parts.append(f"5 % of the tasks wait longer than {most} for a worker")
    if sweep.slo.end_to_end_p95_seconds is not None:
        most = bound_text(sweep.slo.end_to_end_p95_seconds)
        parts.append(f"5 % of the {unit(sweep)} take longer than {most}")
    return listed(parts)


def _worth_telling(mine: Sequence[Cell], replicas: int | None) -> Sequence[Cell]:
    """
    Of many replica counts, keep those around the answer and the largest.
    """
    if len(mine) <= MOST_TOLD:
        return mine
    near = [cell for cell in mine if replicas is None or cell.replicas <= replicas][-(MOST_TOLD - 1) :]
    return near if mine[-1] in near else [*near, mine[-1]]


def _waits(mine: Sequence[Cell], slo: Slo, *, explain: bool) -> str:
    """
    Tell how many activities were late in the windows, or how long tasks waited where no bound says what is late; and
    that windows are short compared with the time for which a service runs.
    """
    told = _late_activities(mine, slo) or _long_waits(mine)
    if told is None:
        return "How long tasks waited is not shown."
    short = " (seconds; hours may differ)" if explain else ""
    return f"In the windows measured{short} {told}."


def _late_activities(mine: Sequence[Cell], slo: Slo) -> str | None:
    """
    Name the share of late activities at each count; ``None`` where the share of a count is not known.
    """
    if slo.schedule_to_start_p95_seconds is None:
        return None
    told: list[str] = []
    for cell in mine:
        known = [(step.late_ratio, step) for step in cell.usable if step.late_ratio is not None]
        if not known:
            return None
        ratio, step = max(known, key=lambda each: each[0])
        late = "none" if ratio == 0 else "all" if ratio == 1 else share(ratio)
        number = step.schedule_to_start_seconds.activity.n
        what = (
            f" activities waited longer than {bound_text(slo.schedule_to_start_p95_seconds)}"
            if not told
            else ""
        )
        told.append(f"{late} of {number}{what} with {_named(cell)}")
    return f"{listed(told)}{_repeated(mine)}" if told else None


def _long_waits(mine: Sequence[Cell]) -> str | None:
    found: list[str] = []
    for cell in mine:
        value = cell.worst(lambda step: step.schedule_to_start_seconds.activity.p95)
        if value is not None:
            unit_once = " ms" if not found else ""
            found.append(f"{wait_milliseconds(value)}{unit_once} with {_named(cell)}")
    parts = [f"95 % of the activities waited less than {', '.join(found)}{_repeated(mine)}"] if found else []
    workflow = [wait for cell in mine if (wait := cell.worst(_workflow_wait)) is not None]
    if workflow:
        low, high = wait_milliseconds(min(workflow)), wait_milliseconds(max(workflow))
        parts.append(
            f"half of the workflow tasks less than {low if low == high else f'{low} to {high}'} ms with any"
        )
    return ", ".join(parts) or None


def _named(cell: Cell) -> str:
    overloaded = any(step.verdict is StepVerdict.OVERLOADED for step in cell.usable)
    return f"{cell.replicas}{' (overloaded)' if overloaded else ''}"


def _repeated(mine: Sequence[Cell]) -> str:
    most = max((len(cell.usable) for cell in mine), default=0)
    return f" (worst of {most} repetitions)" if most > 1 else ""


def _workflow_wait(step: StepResult) -> float | None:
    return step.schedule_to_start_seconds.workflow.p50


# Waits of queues that are hardly used differ by no more than two buckets of the workers' histograms.
ALIKE_RATIO = 1.44
MOST_USED_RATIO = 0.5


def shortest_waits(found: Sequence[Cell]) -> str | None:
    """
    Name the counts whose activities wait no longer than it takes to hand a task over; ``None`` for fewer than two.

    Args:
        found: The cells of one open load.
    """
    waits = {
        cell.replicas: wait
        for cell in found
        if cell.usable
        and all((step.utilization_ratio or 1.0) <= MOST_USED_RATIO for step in cell.usable)
        and (wait := cell.worst(lambda step: step.schedule_to_start_seconds.activity.p95)) is not None
    }
    alike = [str(count) for count, wait in waits.items() if wait <= ALIKE_RATIO * min(waits.values())]
    if len(alike) < 2:
        return None
    return (
        f"With {listed(alike)} replicas hardly a task queues: their waits are the time to hand a task over, "
        "which more replicas do not shorten."
    )
