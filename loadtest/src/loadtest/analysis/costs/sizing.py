"""
What a rate needs that was not measured, from the valid steps of a run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from loadtest.analysis.capacities.capacity_growth import CapacityGrowth, fit_capacity_growth
from loadtest.analysis.costs.model_evidence import why_not_borne_out, why_workflow_tasks_wait
from loadtest.analysis.costs.monthly_cost import priced
from loadtest.analysis.costs.replicas_wanted import ReplicaModel, replicas_wanted
from loadtest.analysis.costs.sizing_quantities import BY_RATE, part_cores, part_cost, worker_memory
from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.estimators.usual_scatter import STATED
from loadtest.analysis.judged_steps.step_verdict import judge_closed, judge_in_run
from loadtest.analysis.readings.actions_per_order import actions_per_order
from loadtest.analysis.readings.full_machine import PARTS_FILL_MACHINE_RATIO, is_full
from loadtest.analysis.readings.workers_as_planned import run_on_one_core
from loadtest.analysis.saturation.calibrated_model import calibration
from loadtest.analysis.saturation.cell_capacity import cell_capacity
from loadtest.analysis.saturation.doubled_loop import counting_steps, loop_pairs
from loadtest.analysis.twin import Measure, SloBound
from loadtest.plan import Plan, Slo
from loadtest.plan.plan_tables import DynamicValue
from loadtest.plan.prices import PriceTable
from loadtest.plural import counted, plural
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import setting_text
from loadtest.results.sizing_result import Basis, Sized, SizingResult
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import limit_text
from loadtest.results.sweep_result import Interval

# A worker in Python or JavaScript runs workflows and activities on one core.
_FULL_WORKER = 0.8
_NONE_VALID = "no step of the run is valid"


def believable_steps(steps: Sequence[Measured], plan: Plan) -> list[Measured]:
    """
    Return the steps of one setting that count: the valid ones, and the overloaded ones, whose costs are real.

    Args:
        steps: Steps of the setting.
        plan: Plan of the setting.
    """
    closed = judge_closed(steps, plan)
    judged = (judge_in_run(step, plan, closed)[0] for step in steps)
    return [each.measured for each in judged if each.verdict is not StepVerdict.INVALID]


def size(
    steps: Sequence[Measured],
    plan: Plan,
    manifest: Manifest,
    rate: float,
    *,
    setting: Mapping[str, DynamicValue] | None = None,
    prices: PriceTable | None = None,
) -> SizingResult:
    """
    Return what a rate needs.

    Args:
        steps: Steps of one setting of the run.
        plan: Plan of that setting, with the bounds to keep.
        manifest: Manifest of the run.
        rate: Orders per second.
        setting: Values of the plan's factors.
        prices: Prices that the user gave.
    """
    believed = believable_steps(steps, plan)
    growth = growth_of(believed, plan)
    replicas = sized_replicas(believed, plan, rate)
    needed = replicas.needed
    quantities: tuple[Sized, ...] = (
        *(quantity(believed, rate, STATED) for quantity in BY_RATE[:1]),
        part_cores(believed, "worker", rate, needed),
        worker_memory(believed, needed),
        part_cores(believed, "server", rate, None),
        *(quantity(believed, rate, STATED) for quantity in BY_RATE[1:]),
    )
    costs = tuple(part_cost(believed, part) for part in ("worker", "server"))
    if growth is None:
        replicas = replace(replicas, why=why_no_throughput(steps, plan))
    if not believed:
        quantities = tuple(replace(one, why=_NONE_VALID) for one in quantities)
        costs = tuple(replace(one, why=_NONE_VALID) for one in costs)
    return SizingResult(
        schema=1,
        run=manifest.run,
        setting=setting_text(tuple((setting or {}).items())),
        arrival_rate=rate,
        slo=slo_text(plan.slo),
        replicas=replicas,
        quantities=quantities,
        costs=costs,
        contention=_contention(growth),
        actions_per_order=actions_per_order(believed) or {},
        currency=prices.currency if prices is not None else None,
        prices=priced(prices, quantities) if prices is not None else (),
        notes=(
            *_left_out(steps, believed),
            *_full(believed, manifest),
            *_limits(believed),
            *_busy_workers(believed, quantities, needed),
        ),
    )


def why_no_throughput(steps: Sequence[Measured], plan: Plan) -> str:
    """
    Say why no saturate step tells what replicas carry, and what would.

    Args:
        steps: Steps of the setting, also those that may not be believed.
        plan: Plan of the setting.
    """
    closed = judge_closed(steps, plan)
    if not closed:
        return "the run has no saturate step; add a load of kind saturate"
    if any(step.is_valid for step in closed):
        return "nobody counted what the run's saturate steps completed"
    return f"no saturate step of the run is valid: {'; '.join(closed[-1].reasons)}"


def fills_machine(step: Measured) -> bool:
    """
    Tell whether a step left the machine no free core, so that its throughput is the machine's and not the replicas'.
    """
    return is_full(step.limits.machine)


def saturated_steps(steps: Sequence[Measured]) -> list[Measured]:
    """
    Return the saturate steps that tell what replicas carry: those whose throughput is used and that did not fill the
    machine, or all if each filled it.
    """
    saturated = counting_steps(steps)
    return [step for step in saturated if not fills_machine(step)] or saturated


def growth_of(steps: Sequence[Measured], plan: Plan) -> CapacityGrowth | None:
    """
    Fit throughput against replicas, ``None`` without a saturate step.
    """
    points, spreads = [], [0.0]
    for step in saturated_steps(steps):
        found = cell_capacity([step])
        if found is not None:
            points.append((step.key.replicas, found.capacity.orders_per_second))
            spreads.append(found.capacity.half_width_ratio / NORMAL_95)
    return fit_capacity_growth(points, max(spreads), plan.seed) if points else None


def bounds_of(slo: Slo) -> tuple[SloBound, ...]:
    """
    Return the bounds of an SLO that the model can answer.
    """
    found = []
    if slo.schedule_to_start_p95_seconds is not None:
        found.append(SloBound(slo.schedule_to_start_p95_seconds))
    if slo.end_to_end_p95_seconds is not None:
        found.append(SloBound(slo.end_to_end_p95_seconds, measure=Measure.END_TO_END))
    return tuple(found)


def slo_text(slo: Slo) -> str:
    """
    Write the bounds that the replicas keep.
    """
    told = [
        f"p95 {name} of at most {seconds * 1000:,.10g} ms"
        for name, seconds in (
            ("wait", slo.schedule_to_start_p95_seconds),
            ("end to end", slo.end_to_end_p95_seconds),
        )
        if seconds is not None
    ]
    return " and ".join(told) or "throughput alone, as the plan bounds no wait"


def sized_replicas(steps: Sequence[Measured], plan: Plan, rate: float) -> Sized:
    """
    Say how many replicas keep the bounds of a plan at a rate, or why that cannot be told.

    Args:
        steps: Steps of the setting that may be believed.
        plan: Plan of the setting, with the bounds to keep.
        rate: Orders per second.
    """
    growth = growth_of(steps, plan)

    def refused(why: str) -> Sized:
        return Sized("replicas", "replicas", None, Basis.REFUSED, why)

    if growth is None:
        return refused("the run has no valid saturate step")
    largest = max(saturated_steps(steps), key=lambda step: step.key.replicas)
    learnt = calibration(plan, largest)
    if isinstance(learnt, str):
        return refused(f"{learnt}, so nobody knows how tasks would wait")
    model, bounds = ReplicaModel(learnt, largest.key.replicas, growth), bounds_of(plan.slo)
    found = why_not_borne_out(model, steps, plan, bounds) or replicas_wanted(model, rate, bounds)
    if isinstance(found, str):
        return refused(found)
    if (why := why_workflow_tasks_wait(steps, plan, rate / found.value)) is not None:
        return refused(why)
    counts = growth.counts
    most = found.high if found.high is not None else float("inf")
    if counts[0] <= found.value and most <= counts[-1]:
        return Sized("replicas", "replicas", found, Basis.MEASURED)
    told = (
        f"{counts[0]} to {counted(counts[-1], 'replica')} were measured"
        if len(counts) > 1
        else f"no count but {counts[0]} was measured"
    )
    return Sized("replicas", "replicas", found, Basis.BEYOND, told)


def _contention(growth: CapacityGrowth | None) -> str:
    if growth is None:
        return "not known, as no saturate step tells throughput"
    if len(growth.counts) < 2:
        return f"not known, as {growth.counts[0]} alone was saturated"
    if len(growth.counts) < 3:
        return (
            f"a replica costs the others {_percent(growth.contention)}; a fall needs a third count to be seen"
        )
    return (
        f"a replica costs the others {_percent(growth.contention)}, "
        f"and each pair {_percent(growth.coherency, 2)}"
    )


def _percent(value: Interval, decimals: int = 1) -> str:
    ends = f"{100 * (value.low or 0):.{decimals}f} to {100 * (value.high or 0):.{decimals}f}"
    return f"{100 * value.value:.{decimals}f} % ({ends})"


def _left_out(steps: Sequence[Measured], valid: Sequence[Measured]) -> tuple[str, ...]:
    gone = len(steps) - len(valid)
    told = f"{gone} of {counted(len(steps), 'step')} {plural(gone, 'is', 'are')} not valid and left out"
    return (told,) if gone else ()


def _full(steps: Sequence[Measured], manifest: Manifest) -> tuple[str, ...]:
    cores = manifest.machine.usable_cores
    saturated = counting_steps(steps)
    if gone := len(saturated) - len(saturated_steps(steps)):
        return (
            f"{gone} of {counted(len(saturated), 'saturate step')} filled the machine: what they carried is its limit, "
            "and no part of what replicas are said to carry",
        )
    if manifest.target != "local" or not cores:
        return ()
    busiest = max(
        (
            (step.injector.cpu_seconds + sum(use.cpu_seconds or 0.0 for use in step.use.values()))
            / step.window_seconds
            for step in steps
            if step.window_seconds > 0
        ),
        default=0.0,
    )
    if busiest < PARTS_FILL_MACHINE_RATIO * cores:
        return ()
    return (
        f"server, workers and injectors took {busiest:.2g} of the {cores:g} {plural(cores, 'core')} that this machine has for "
        "them: its own limit is part of the contention, and more machines would do better",
    )


def _limits(steps: Sequence[Measured]) -> tuple[str, ...]:
    """
    Name the counts whose throughput was limited by something other than their slots.
    """
    found = {
        (pair.counting.key.replicas, told) for pair in loop_pairs(steps) if (told := limit_text(pair.limit))
    }
    return tuple(f"what {counted(count, 'replica')} carried: {told}" for count, told in sorted(found))


def _busy_workers(
    steps: Sequence[Measured], quantities: Sequence[Sized], replicas: Interval | None
) -> tuple[str, ...]:
    if not all(run_on_one_core(step.workers) for step in steps):
        return ()
    cores = next((one.needed for one in quantities if one.quantity == "worker cores"), None)
    if cores is None or replicas is None or cores.value / replicas.value < _FULL_WORKER:
        return ()
    return (
        f"each replica would take {cores.value / replicas.value:.2g} cores, and a worker in Python or JavaScript has about one: "
        "more replicas with fewer slots each are needed",
    )
