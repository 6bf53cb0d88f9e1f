"""
What a rate needs beside replicas: cores, memory, requests and the server's units of work, each with its interval.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.costs.cpu_cost import CostPoint, MarginalCost, cost_points, fit_marginal_cost
from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.estimators.usual_scatter import STATED, Sureness, next_value
from loadtest.analysis.readings.page_counters import ACTIONS
from loadtest.analysis.readings.work_done import looked_seconds, window_workflows, workflows_per_second
from loadtest.analysis.readings.workflow_counts import whole_closed
from loadtest.analysis.saturation.cell_capacity import slot_time_cv
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import counter_of, histogram_of
from loadtest.results.sizing_result import Basis, Sized, SizedCost
from loadtest.results.sweep_result import Interval

# Share by which each doubling beyond the highest measured rate may bend the line.
BEND_RATIO = 0.1
# Nothing is told farther than this factor beyond the measured range.
FARTHEST_RATIO = 10.0
_GIB = float(1 << 30)
DATABASE_REQUESTS = "server.database_requests"


def part_cores(
    steps: Sequence[Measured],
    part: str,
    rate: float,
    replicas: Interval | None,
    sure: Sureness = STATED,
) -> Sized:
    """
    Size the cores of a part.

    Args:
        steps: Valid steps of one setting.
        part: ``worker`` or ``server``.
        rate: Orders per second.
        replicas: Replicas that the rate needs, for the idle part of the workers; ``None`` where it is not known.
        sure: Scatter of other runs and confidence, which the interval's width rests on beside the steps.
    """
    name = f"{part} cores"
    fit = fit_marginal_cost(cost_points(steps, part))
    if isinstance(fit, str):
        return Sized(name, "cores", None, Basis.REFUSED, _why_no_cpu(steps, part) or fit)
    if part != "worker":
        return _along(name, "cores", fit, rate, Interval(1, 1, 1), sure)
    if replicas is None:
        return Sized(
            name, "cores", None, Basis.REFUSED, "the replicas are not known, and each has an idle part"
        )
    counts = [float(step.key.replicas) for step in steps]
    most = replicas.high if replicas.high is not None else replicas.value
    return _no_surer(_along(name, "cores", fit, rate, replicas, sure), _reach(counts, most, "replicas"))


def database_points(steps: Sequence[Measured]) -> list[CostPoint]:
    """
    Return the requests to the database of each step, per second; steps without this count are left out.
    """
    points = []
    for step in steps:
        window = step.server_window
        asked = counter_of(window, DATABASE_REQUESTS)
        orders, seconds = window_workflows(step), looked_seconds(step)
        if window is not None and asked and window.seconds > 0 and orders > 0:
            points.append(CostPoint(orders / seconds, asked / window.seconds))
    return points


def database_requests(steps: Sequence[Measured], rate: float, sure: Sureness = STATED) -> Sized:
    """
    Size the requests to the database, which has some also when no order comes.
    """
    name = "database requests"
    points = database_points(steps)
    fit = fit_marginal_cost(points)
    if isinstance(fit, str):
        why = "the server's page was not read, or by an older version" if not points else fit
        return Sized(name, "1/s", None, Basis.REFUSED, why)
    return _along(name, "1/s", fit, rate, Interval(1, 1, 1), sure)


def per_order(
    steps: Sequence[Measured], name: str, counter: str, rate: float, sure: Sureness = STATED
) -> Sized:
    """
    Size a counter of the server that grows by the same number with each order.
    """
    values = []
    for step in steps:
        closed = whole_closed(step)
        if step.server_whole is not None and counter in step.server_whole.counters and closed:
            values.append(step.server_whole.counters[counter] / closed)
    if not values:
        return Sized(
            name, "1/s", None, Basis.REFUSED, "the server's page was not read, or has no such counter"
        )
    return _times(
        name,
        "1/s",
        next_value(values, sure.usual.get(name), confidence=sure.confidence),
        Interval(rate, rate, rate),
        _reach(_rates(steps), rate),
    )


def state_transitions(steps: Sequence[Measured], rate: float, sure: Sureness = STATED) -> Sized:
    """
    Size the state transitions.
    """
    return per_order(steps, "state transitions", "server.state_transitions", rate, sure)


def actions(steps: Sequence[Measured], rate: float, sure: Sureness = STATED) -> Sized:
    """
    Size the actions.
    """
    return per_order(steps, "actions", ACTIONS, rate, sure)


def slot_seconds(steps: Sequence[Measured]) -> list[tuple[float, float]]:
    """
    Return how long an order of each step held activity slots, and how much the luck of its draws makes of that, as a
    share.
    """
    # From Little's law on the time in the slot: looks at the slots once a second are far less exact.
    return [
        (held.sum / orders, slot_time_cv(step) / math.sqrt(held.count))
        for step in steps
        if (held := histogram_of(step.worker_window, "worker.activity_execution")) is not None
        and held.count
        and (orders := window_workflows(step)) > 0
    ]


def slots_held(steps: Sequence[Measured], rate: float, sure: Sureness = STATED) -> Sized:
    """
    Size the activity slots that orders hold at the same time, on average.
    """
    name, found = "slots in use", slot_seconds(steps)
    if not found:
        return Sized(name, "slots", None, Basis.REFUSED, "the workers' slots were not seen")
    # Steps of one load draw the same work, so their scatter does not show how far the draws of another step may be off.
    luck = math.sqrt(math.fsum(luck**2 for _, luck in found) / len(found))
    each = next_value([seconds for seconds, _ in found], sure.usual.get(name), luck, sure.confidence)
    return _times(name, "slots", each, Interval(rate, rate, rate), _reach(_rates(steps), rate))


def replica_memory(steps: Sequence[Measured]) -> list[float]:
    """
    Return the memory of one worker in each step where it was seen, in GiB.
    """
    return [
        use.rss_bytes / step.key.replicas / _GIB
        for step in steps
        if (use := step.use.get("worker")) is not None and use.rss_bytes
    ]


def worker_memory(steps: Sequence[Measured], replicas: Interval | None, sure: Sureness = STATED) -> Sized:
    """
    Size the memory of all workers, in GiB.
    """
    name, values = "worker memory", replica_memory(steps)
    if not values:
        return Sized(name, "GiB", None, Basis.REFUSED, "nobody saw the workers' memory")
    if replicas is None:
        return Sized(name, "GiB", None, Basis.REFUSED, "the replicas are not known")
    counts = [float(step.key.replicas) for step in steps]
    most = replicas.high if replicas.high is not None else replicas.value
    each = next_value(values, sure.usual.get(name), confidence=sure.confidence)
    return _times(name, "GiB", each, replicas, _reach(counts, most, "replicas"))


def part_cost(steps: Sequence[Measured], part: str) -> SizedCost:
    """
    Return what a part takes when idle, and what one order adds.
    """
    fit = fit_marginal_cost(cost_points(steps, part))
    if isinstance(fit, str):
        return SizedCost(part, None, None, _why_no_cpu(steps, part) or fit)
    return SizedCost(part, fit.idle_cores, fit.marginal_seconds)


def _along(name: str, unit: str, fit: MarginalCost, rate: float, units: Interval, sure: Sureness) -> Sized:
    reach = _reach([fit.lowest_rate, fit.highest_rate], rate)
    if reach.basis is Basis.REFUSED:
        return Sized(name, unit, None, reach.basis, reach.why)

    def at(count: float) -> Interval:
        return fit.cores_at(rate, count, sure.usual.get(name), sure.confidence)

    low = at(units.value if units.low is None else units.low).low
    high = None if units.high is None else at(units.high).high
    needed = _widened(Interval(at(units.value).value, low, high), reach.widening)
    return Sized(name, unit, needed, reach.basis, reach.why)


def _no_surer(told: Sized, reach: _Reach) -> Sized:
    """
    Return an answer that rests on a second reach as well, as worker cores rest on the rate and on the replicas.
    """
    if told.needed is None or reach.basis is Basis.MEASURED:
        return told
    if reach.basis is Basis.REFUSED:
        return replace(told, needed=None, basis=reach.basis, why=reach.why)
    both = "; ".join(each for each in (told.why, reach.why) if each)
    return replace(told, needed=_widened(told.needed, reach.widening), basis=reach.basis, why=both)


def _times(name: str, unit: str, each: Interval | str, by: Interval, reach: _Reach) -> Sized:
    if isinstance(each, str):
        return Sized(name, unit, None, Basis.REFUSED, f"{each}; add loads or repetitions")
    if reach.basis is Basis.REFUSED:
        return Sized(name, unit, None, reach.basis, reach.why)
    value = each.value * by.value
    low = (each.low or 0.0) * (by.low if by.low is not None else by.value)
    # Where the number of replicas has no known upper end, what they take has none either.
    high = None if by.high is None or each.high is None else each.high * by.high
    widening = 0.0 if each.low == each.high else reach.widening
    return Sized(name, unit, _widened(Interval(value, low, high), widening), reach.basis, reach.why)


def _widened(told: Interval, ratio: float) -> Interval:
    more = told.value * ratio
    return Interval(
        told.value,
        None if told.low is None else max(0.0, told.value - math.hypot(told.value - told.low, more)),
        None if told.high is None else told.value + math.hypot(told.high - told.value, more),
    )


@dataclass(frozen=True, slots=True)
class _Reach:
    """
    How far an answer at a value lies from what was measured.

    Attributes:
        basis: What it rests on.
        why: The same in words; empty where that value was measured.
        widening: Share by which its interval is wider.
    """

    basis: Basis
    why: str = ""
    widening: float = 0.0


def _reach(measured: Sequence[float], asked: float, of: str = "orders/s") -> _Reach:
    if not measured:
        return _Reach(Basis.REFUSED, "no order was completed in a window")
    lowest, highest = min(measured), max(measured)
    if lowest <= asked <= highest:
        return _Reach(Basis.MEASURED)
    if asked < lowest:
        return _Reach(Basis.BEYOND, f"below the {lowest:.3g} {of} measured")
    times = asked / highest
    told = f"{times:.2g} times the {highest:.3g} {of} measured"
    if times > FARTHEST_RATIO:
        goal = asked / FARTHEST_RATIO
        told = f"{times:,.0f} times the {rate_text(highest)} {of} measured; add a step at {rate_text(float(f'{goal:.3g}'))} {of} or more"
        return _Reach(Basis.REFUSED, told)
    return _Reach(Basis.BEYOND, told, BEND_RATIO * math.log2(times))


def _rates(steps: Sequence[Measured]) -> list[float]:
    return [rate for step in steps if (rate := workflows_per_second(step)) > 0]


def _why_no_cpu(steps: Sequence[Measured], part: str) -> str | None:
    told = [use.why for step in steps if (use := step.use.get(part)) is not None and use.why]
    if cost_points(steps, part):
        return None
    return told[0] if told else "nobody looked at its CPU"


Quantity = Callable[[Sequence[Measured], float, Sureness], Sized]
BY_RATE: tuple[Quantity, ...] = (slots_held, database_requests, state_transitions, actions)
