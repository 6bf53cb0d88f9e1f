"""
What a rate needs that was not measured, from the valid steps of a run, and what that costs a month with the user's own
prices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from loadtest.analysis.capacities.extrapolation import Extrapolation
from loadtest.analysis.costs.replica_model_evidence import why_not_borne_out, why_workflow_tasks_wait
from loadtest.analysis.costs.replicas_wanted import ReplicaModel, replicas_wanted
from loadtest.analysis.costs.sizing_resources import BY_RATE, part_cores, part_cost, worker_memory
from loadtest.analysis.costs.sizing_steps import (
    believable_steps,
    extrapolation_of,
    saturated_steps,
    sizing_notes,
)
from loadtest.analysis.estimators.usual_scatter import STATED
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.analysis.readings.page_counters import actions_per_order
from loadtest.analysis.readings.workers_as_planned import unknown_slots
from loadtest.analysis.saturation.calibrated_model import calibration
from loadtest.analysis.twin import Measure, SloBound
from loadtest.plan import Plan, Slo
from loadtest.plan.plan_tables import DynamicValue
from loadtest.plan.prices import PriceTable
from loadtest.plural import counted
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import setting_text
from loadtest.results.sizing_result import Basis, Priced, Sized, SizingResult
from loadtest.results.sweep_result import Interval

_NONE_VALID = "no step of the run is valid"


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
    extrapolation = extrapolation_of(believed, plan)
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
    if extrapolation is None:
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
        contention=_contention(extrapolation),
        actions_per_order=actions_per_order(believed) or {},
        currency=prices.currency if prices is not None else None,
        prices=priced(prices, quantities) if prices is not None else (),
        notes=sizing_notes(steps, believed, manifest, quantities, needed),
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
    valid = [step.measured for step in closed if step.is_valid]
    if valid and all(step.slots is None for step in valid):
        reasons = unknown_slots([worker for step in valid for worker in step.workers])
        return f"no saturate step tells what replicas carry: {'; '.join(reasons) or 'the slots of its workers are not known'}"
    if valid:
        return "nobody counted what the run's saturate steps completed"
    return f"no saturate step of the run is valid: {'; '.join(closed[-1].reasons)}"


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
    extrapolation = extrapolation_of(steps, plan)

    def refused(why: str) -> Sized:
        return Sized("replicas", "replicas", None, Basis.REFUSED, why)

    if extrapolation is None:
        return refused("the run has no valid saturate step")
    largest = max(saturated_steps(steps), key=lambda step: step.key.replicas)
    learnt = calibration(plan, largest)
    if isinstance(learnt, str):
        return refused(f"{learnt}, so nobody knows how tasks would wait")
    model, bounds = ReplicaModel(learnt, largest.key.replicas, extrapolation), bounds_of(plan.slo)
    found = why_not_borne_out(model, steps, plan, bounds) or replicas_wanted(model, rate, bounds)
    if isinstance(found, str):
        return refused(found)
    if (why := why_workflow_tasks_wait(steps, plan, rate / found.value)) is not None:
        return refused(why)
    counts = extrapolation.counts
    most = found.high if found.high is not None else float("inf")
    if counts[0] <= found.value and most <= counts[-1]:
        return Sized("replicas", "replicas", found, Basis.MEASURED)
    told = (
        f"{counts[0]} to {counted(counts[-1], 'replica')} were measured"
        if len(counts) > 1
        else f"no count but {counts[0]} was measured"
    )
    return Sized("replicas", "replicas", found, Basis.BEYOND, told)


def _contention(extrapolation: Extrapolation | None) -> str:
    if extrapolation is None:
        return "not known, as no saturate step tells throughput"
    if len(extrapolation.counts) < 2:
        return f"not known, as {extrapolation.counts[0]} alone was saturated"
    if len(extrapolation.counts) < 3:
        return f"a replica costs the others {_percent(extrapolation.contention)}; a fall needs a third count to be seen"
    return (
        f"a replica costs the others {_percent(extrapolation.contention)}, "
        f"and each pair {_percent(extrapolation.coherency, 2)}"
    )


def _percent(value: Interval, decimals: int = 1) -> str:
    ends = f"{100 * (value.low or 0):.{decimals}f} to {100 * (value.high or 0):.{decimals}f}"
    return f"{100 * value.value:.{decimals}f} % ({ends})"


HOURS_OF_A_MONTH = 730.0
_MILLION = 1e6
_SECONDS_OF_AN_HOUR = 3600.0
# Key of the price -> the quantity that it prices, and the number of its units in a month.
_PRICED = {
    "worker_core_hour": ("worker cores", HOURS_OF_A_MONTH),
    "worker_gib_hour": ("worker memory", HOURS_OF_A_MONTH),
    "server_core_hour": ("server cores", HOURS_OF_A_MONTH),
    "million_actions": ("actions", HOURS_OF_A_MONTH * _SECONDS_OF_AN_HOUR / _MILLION),
    "million_state_transitions": ("state transitions", HOURS_OF_A_MONTH * _SECONDS_OF_AN_HOUR / _MILLION),
}


def priced(prices: PriceTable, quantities: Sequence[Sized]) -> tuple[Priced, ...]:
    """
    Price what a rate needs; the last entry is the sum, which is not known if one of its parts is not.
    """
    by_name = {one.quantity: one for one in quantities}
    found = []
    for key, (name, units) in _PRICED.items():
        price: float | None = getattr(prices, key)
        if price is None:
            continue
        sized = by_name[name]
        if sized.needed is None:
            found.append(Priced(key, None, f"{name} are not known: {sized.why}"))
        else:
            found.append(Priced(key, _scaled(sized.needed, price * units)))
    if prices.fixed_month is not None:
        found.append(
            Priced("fixed_month", Interval(prices.fixed_month, prices.fixed_month, prices.fixed_month))
        )
    return (*found, _sum(found))


def _scaled(value: Interval, factor: float) -> Interval:
    return Interval(
        value.value * factor,
        None if value.low is None else value.low * factor,
        None if value.high is None else value.high * factor,
    )


def _sum(parts: Sequence[Priced]) -> Priced:
    unknown = [part.item for part in parts if part.per_month is None]
    if unknown:
        return Priced("sum", None, f"{', '.join(unknown)} cannot be told")
    told = [part.per_month for part in parts if part.per_month is not None]
    lows, highs = [one.low for one in told], [one.high for one in told]
    return Priced(
        "sum",
        Interval(
            sum(one.value for one in told),
            None if None in lows else sum(low for low in lows if low is not None),
            None if None in highs else sum(high for high in highs if high is not None),
        ),
    )
