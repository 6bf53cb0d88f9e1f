"""
Valid, overloaded or invalid: a step's rate against its cell's capacity first, then every rule of validity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.readings.backlog import backlog_slope, oldest_ages, window_seconds
from loadtest.analysis.readings.step_load import load_shape
from loadtest.analysis.readings.work_done import work
from loadtest.analysis.readings.workflow_counts import is_closed, window_closed
from loadtest.analysis.rules.validity import EVIDENCE_OF_OVERLOAD, RULES, Rule
from loadtest.analysis.saturation.cell_capacity import (
    CellCapacity,
    cell_capacity,
    histogram_cv,
    same_cell,
    whole_step_execution,
)
from loadtest.analysis.saturation.doubled_closed_load import ClosedLoadPair, closed_load_pairs, first_key
from loadtest.analysis.saturation.slot_capacity import LoadLevel, capacity_of_unknown_draws
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey, plan_of_cell
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import Limit

FEWEST_CLOSED = 0.85
# Order in which a limit is chosen for a cell whose repetitions had different ones: those that were tried come first.
_LIMITS = (Limit.LOOP, Limit.HAND_OVER, Limit.UNTRIED, Limit.UNKNOWN, Limit.SLOTS)


def above_capacity(measured: Measured, found: CellCapacity) -> str | None:
    """
    Say that a step's rate is above the capacity that the saturate step of its own cell found; ``None`` if it is not.
    """
    rate = measured.arrival_rate
    if rate is None or found.level(rate) is not LoadLevel.ABOVE:
        return None
    capacity = found.capacity
    return (
        f"{rate_text(rate)}/s is above capacity: {counted(measured.key.replicas, 'replica')} can do "
        f"{rate_text(capacity.orders_per_second)}/s ± {capacity.half_width_ratio * 100:.1f} % "
        f"({capacity.utilization(rate) * 100:.0f} % asked), so its waits grow with the window"
    )


def growing_backlog(measured: Measured, plan: Plan) -> str | None:
    """
    Say why an open step's rate is above capacity where no saturate step measured that; ``None`` if it is not.

    All must hold: the backlog grows, closes fall well behind arrivals, and the time for which activities hold the slots
    does not say that the rate is below what the slots can do. The first two alone are true in a fifth of valid windows
    of 20 s at 84 % of the capacity of one replica, as a queue that begins empty fills first, and the error of the slope
    does not include that.
    """
    if is_closed(measured) or _slots_can_do(measured, plan):
        return None
    window = measured.injector.window
    if window.offered == 0:
        return None
    growth = backlog_slope(window_seconds(measured))
    closed = window_closed(measured) / window.offered
    if growth.low is None or growth.low <= 0 or closed >= FEWEST_CLOSED:
        return None
    rate = window.offered / measured.window_seconds
    return (
        f"{rate_text(rate)}/s is above the capacity of {counted(measured.key.replicas, 'replica')}: the backlog grew by "
        f"{growth.value:.2f} ± {growth.half_width:.2f} tasks/s and {closed * 100:.0f} % of the arrivals closed in the window; "
        "its latencies grow with the window's length"
    )


def _slots_can_do(measured: Measured, plan: Plan) -> bool:
    """
    Tell whether a rate is below the capacity of the slots by the time for which the step's own activities held them; not where
    nobody saw it.
    """
    held, done = whole_step_execution(measured), work(measured)
    shape = load_shape(plan.loads[measured.key.load], measured.arrival_rate)
    if held is None or done is None or shape is None or not measured.slots or held.sum <= 0:
        return False
    orders_per_second = measured.slots / (done.per_workflow * held.sum / held.count)
    able = capacity_of_unknown_draws(orders_per_second, histogram_cv(held), held.count)
    return able.level(shape.highest_rate) is LoadLevel.BELOW


def judge(
    measured: Measured, plan: Plan, capacity: CellCapacity | None = None
) -> tuple[StepVerdict, tuple[str, ...]]:
    """
    Judge one step: overload by the cell's own capacity first, then every rule.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        capacity: Capacity that the cell's saturate steps found; ``None`` where there is none.

    Returns:
        The verdict and its reasons; none for a valid step.
    """
    above = above_capacity(measured, capacity) if capacity is not None and not is_closed(measured) else None
    if above is not None:
        return StepVerdict.OVERLOADED, (f"{above}{_still_waiting(measured)}",)
    broken = broken_rules(measured, plan, RULES)
    if not broken and capacity is None:
        above = growing_backlog(measured, plan)
        if above is not None:
            return StepVerdict.OVERLOADED, (f"{above}{_still_waiting(measured)}",)
    broken += broken_rules(measured, plan, EVIDENCE_OF_OVERLOAD)
    return (StepVerdict.INVALID, broken) if broken else (StepVerdict.VALID, ())


def _still_waiting(measured: Measured) -> str:
    """
    Say how long the oldest task waited that was not taken, as percentiles know only of tasks that were; empty where nobody saw
    one.
    """
    oldest = max(oldest_ages(measured), default=0.0)
    return f"; tasks that still wait are in none of them, the oldest for {oldest:.1f} s" if oldest > 0 else ""


def broken_rules(measured: Measured, plan: Plan, rules: Iterable[Rule]) -> tuple[str, ...]:
    """
    Return the message of each broken rule, without repetition.
    """
    return tuple(dict.fromkeys(reason for rule in rules for reason in rule(measured, plan)))


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """
    A step with its verdict.

    Attributes:
        measured: The step.
        verdict: Whether its numbers may be believed.
        reasons: Why they may not be believed; empty for a valid step.
    """

    measured: Measured
    verdict: StepVerdict
    reasons: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """
        Whether the step keeps every rule of validity.
        """
        return self.verdict is StepVerdict.VALID


def judge_closed(steps: Iterable[Measured], plan: Plan) -> tuple[JudgedStep, ...]:
    """
    Judge each closed step of a run once, by the plan of its own cell; open steps are left out.

    Args:
        steps: Steps of the run.
        plan: Plan of the run.
    """
    return tuple(
        JudgedStep(step, *judge(step, plan_of_cell(plan, step.key))) for step in steps if is_closed(step)
    )


def judge_in_run(
    measured: Measured, plan: Plan, closed: Sequence[JudgedStep]
) -> tuple[JudgedStep, CellCapacity | None, ClosedLoadPair | None]:
    """
    Judge one step of a run beside the run's closed steps, whose verdicts stand.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        closed: The run's closed steps, judged; a closed step that is not among them is judged here.

    Returns:
        The judged step; the capacity of its cell, which a closed step shows by itself; and, for a valid closed step,
        the pair that it makes with the other step of its load.
    """
    if not is_closed(measured):
        capacity = capacity_for(closed, plan, measured.key)
        return JudgedStep(measured, *judge(measured, plan, capacity)), capacity, None
    known = next((each for each in closed if each.measured is measured), None)
    judged = known or JudgedStep(measured, *judge(measured, plan))
    capacity, pair = capacity_for((judged,), plan, measured.key), pair_of(judged, closed)
    if capacity is not None and pair is not None:
        capacity = replace(capacity, limit=pair.limit_at(measured))
    return judged, capacity, pair


def capacity_for(closed: Iterable[JudgedStep], plan: Plan, key: StepKey) -> CellCapacity | None:
    """
    Return the capacity of a step's cell from its valid saturate steps; ``None`` where none tells it.

    A loop that was sized without the workers' slots may have been too small to fill them, so it tells no capacity.
    """
    pairs = closed_load_pairs(
        each.measured
        for each in closed
        if each.is_valid and each.measured.slots is not None and same_cell(each.measured, key)
    )
    found = cell_capacity([pair.counting for pair in pairs], known_work(plan))
    if found is None or found.is_full:
        return found
    limits = [pair.limit for pair in pairs]
    return replace(found, limit=next((limit for limit in _LIMITS if limit in limits), found.limit))


def pair_of(step: JudgedStep, closed: Iterable[JudgedStep]) -> ClosedLoadPair | None:
    """
    Return a valid closed step with the other step of its load and repetition; ``None`` for an invalid step.
    """
    if not step.is_valid:
        return None
    key = step.measured.key
    others = [
        each.measured
        for each in closed
        if each.is_valid
        and each.measured.key.doubled is not key.doubled
        and first_key(each.measured.key) == first_key(key)
    ]
    return closed_load_pairs([*others, step.measured])[-1]
