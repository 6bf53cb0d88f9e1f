"""
The second step of a closed load, with twice the orders in flight: when it is made, and which of the two steps counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.readings.cpu_and_memory import is_full
from loadtest.analysis.readings.work_done import looked_seconds, window_workflows, work, workflows_per_second
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.cell_capacity import UNSEEN_CV, histogram_cv, slot_looks, slots_used_ratio
from loadtest.analysis.saturation.saturation_limit import (
    LEAST_LACKING_ORDERS_RATIO,
    RISE_RATIO,
    lacking_orders_ratio,
    limit_of,
)
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.step_key import StepKey
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import Suspect, SuspectName

# Suspects that hold orders back before these could get a slot: more orders in flight would only wait there.
_BEFORE_THE_SLOTS = frozenset(
    {
        SuspectName.REQUEST_RATE,
        SuspectName.LONG_POLLS,
        SuspectName.PERSISTENCE_RATE,
        SuspectName.OTHER_REFUSAL,
        SuspectName.QUEUE_RATE_API,
        SuspectName.QUEUE_RATE_WORKER,
        SuspectName.QUEUE_RATE_SYSTEM,
        SuspectName.WORKER_RATE,
        SuspectName.INJECTOR,
    }
)


@dataclass(frozen=True, slots=True)
class ClosedLoadPair:
    """
    The valid steps of one closed load at one cell and repetition.

    Attributes:
        first: The step with the plan's number of orders in flight.
        second: The step with twice as many orders in flight; ``None`` where it was not made, or is invalid.
    """

    first: Measured
    second: Measured | None = None

    @property
    def rise_ratio(self) -> float | None:
        """
        How much more the second step completes, as a share of the first step's throughput; ``None`` without a second
        step.
        """
        return None if self.second is None else rise_ratio(self.first, self.second)

    @property
    def takes_second(self) -> bool:
        """
        Whether the second step completes more, or fills the slots and completes no less. Looks once a second may by
        chance see free slots in a first step that filled them too.
        """
        rise = self.rise_ratio
        if self.second is None or rise is None:
            return False
        return rise > RISE_RATIO or (rise >= -RISE_RATIO and _fills_slots(self.second))

    @property
    def counting(self) -> Measured:
        """
        The step whose throughput is used.
        """
        return self.second if self.second is not None and self.takes_second else self.first

    @property
    def limit(self) -> Limit:
        """
        What limited the throughput that is used.
        """
        return _limit(self.counting, self.rise_ratio)

    def limit_at(self, step: Measured) -> Limit:
        """
        Return what limited the throughput of one of the two steps.
        """
        if self.takes_second and step.key == self.first.key:
            return Limit.LOOP
        return _limit(step, self.rise_ratio)

    def told_of(self, step: Measured) -> str | None:
        """
        Return what the two steps show together, as a note for one of them; ``None`` without a second step.
        """
        rise, second = self.rise_ratio, self.second
        if rise is None or second is None:
            return None
        many, more = counted(second.in_flight or 0, "order") + " in flight", f"{100 * rise:+.1f} %"
        if rise > RISE_RATIO:
            found = f"complete more ({more})"
        elif self.takes_second:
            found = f"fill the slots and complete as much ({more})"
        else:
            found = f"complete no more ({more})"
        used = f"the throughput of step {self.counting.key.folder} is used"
        if step.key == second.key:
            return f"{many} were tried, as {_used(self.first)}: they {found}, so {used}"
        if self.takes_second:
            return f"{many} {found}, so {used}"
        limits = (
            "the slots limit it" if self.limit is Limit.SLOTS else "the hand-over between slots limits it"
        )
        return f"{many} {found} (step {second.key.folder}), so {limits}"


def why_doubled(step: Measured, plan: Plan, suspects: Sequence[Suspect]) -> str | None:
    """
    Say why a valid closed step is followed by a second one with twice the orders in flight; ``None`` where it is not.

    Args:
        step: The step with the plan's number of orders in flight.
        plan: Plan of the step's run.
        suspects: Suspects of the step.
    """
    if not _leaves_slots_free(step) or _obstacle(step, plan, suspects) is not None:
        return None
    return f"{_used(step)}, so twice as many are tried"


def why_not_doubled(step: Measured, plan: Plan, suspects: Sequence[Suspect]) -> str | None:
    """
    Say why no second step is made after a step that left slots free, and what would allow one; ``None`` for any other
    step.
    """
    obstacle = _obstacle(step, plan, suspects)
    if obstacle is None or not _leaves_slots_free(step):
        return None
    return f"{_used(step)}, and twice as many are not tried: {obstacle}"


def second_key(key: StepKey, plan: Plan) -> StepKey | None:
    """
    Return the key of the step with twice the orders in flight that may follow a step; ``None`` where none can.
    """
    load = plan.loads[key.load]
    follows = isinstance(load, Saturate) and load.in_flight_per_slot is None and not key.doubled
    return replace(first_key(key), doubled=True) if follows else None


def doubling_notes(
    step: Measured, plan: Plan, pair: ClosedLoadPair | None, suspects: Sequence[Suspect]
) -> tuple[str, ...]:
    """
    Return notes for the reader on a closed step and on the other step of its load; none for an open step.
    """
    if pair is None:
        return ()
    told = pair.told_of(step) or why_not_doubled(step, plan, suspects)
    return () if told is None else (told,)


def closed_load_pairs(steps: Iterable[Measured]) -> list[ClosedLoadPair]:
    """
    Pair the valid closed steps of a run, each second step with its first one; of several attempts at a step the last counts.
    """
    found: dict[StepKey, dict[bool, Measured]] = {}
    for step in steps:
        if is_closed(step):
            found.setdefault(first_key(step.key), {})[step.key.doubled] = step
    return [
        ClosedLoadPair(each[False], each.get(True)) if False in each else ClosedLoadPair(each[True])
        for each in found.values()
    ]


def counting_steps(steps: Iterable[Measured]) -> list[Measured]:
    """
    Return the closed steps whose throughput is used, out of valid steps.
    """
    return [pair.counting for pair in closed_load_pairs(steps)]


def first_key(key: StepKey) -> StepKey:
    """
    Return the key of the first attempt at the first step of a load; it names both steps of a closed load and all their
    attempts.
    """
    return replace(key, attempt=1, doubled=False)


def rise_ratio(first: Measured, second: Measured) -> float:
    """
    Return how much more workflows a second step completes, as a share, without the luck of the work that both steps
    drew.

    It is the smaller one of two rises: that of the counted workflows, and that of the slots' time in use, which does
    not depend on the draws. Where the second step's activities hold their slots longer or shorter than luck explains,
    the count alone is used. Where slot times were not seen, a rise within the luck of the counts is zero.

    Args:
        first, second: Valid closed steps of one cell.
    """
    before, after = workflows_per_second(first), workflows_per_second(second)
    if before <= 0:
        return math.inf if after > 0 else 0.0
    rise = after / before - 1
    held = [histogram_of(step.worker_window, "worker.activity_execution") for step in (first, second)]
    seen = [each for each in held if each is not None and each.sum > 0]
    if len(seen) < len(held):
        luck = (
            NORMAL_95
            * UNSEEN_CV
            * math.hypot(*(1 / math.sqrt(_activities(step)) for step in (first, second)))
        )
        return rise if abs(rise) > luck else 0.0
    luck = NORMAL_95 * math.hypot(*(histogram_cv(each) / math.sqrt(each.count) for each in seen))
    longer = (seen[1].sum / seen[1].count) / (seen[0].sum / seen[0].count) - 1
    if abs(longer) > luck:
        return rise
    return min(rise, (seen[1].sum / looked_seconds(second)) / (seen[0].sum / looked_seconds(first)) - 1)


def _leaves_slots_free(step: Measured) -> bool:
    known = slots_used_ratio(step) is not None
    return is_closed(step) and not step.key.doubled and known and not _fills_slots(step)


def _fills_slots(step: Measured) -> bool:
    return _limit(step, None) is Limit.SLOTS


def _limit(step: Measured, rise: float | None) -> Limit:
    return limit_of(slots_used_ratio(step), rise, slot_looks(step))


def _lacks_no_orders(step: Measured) -> bool:
    lacking = lacking_orders_ratio(step)
    return lacking is not None and lacking < LEAST_LACKING_ORDERS_RATIO


def _used(step: Measured) -> str:
    return f"{100 * (slots_used_ratio(step) or 0.0):.0f} % of the slots were in use with {counted(step.in_flight or 0, 'order')} in flight"


def _obstacle(step: Measured, plan: Plan, suspects: Sequence[Suspect]) -> str | None:
    load = plan.loads[step.key.load]
    if not isinstance(load, Saturate) or step.in_flight is None:
        return "its load is not closed"
    first = next((suspect for suspect in suspects if suspect.name in _BEFORE_THE_SLOTS), None)
    if first is not None:
        return f"{first.name.value} may hold orders back before the slots ({first.evidence})"
    machine = step.limits.machine
    if machine is not None and is_full(machine):
        return (
            f"the machine has no core left ({machine.busy_cores:.1f} of {machine.cores} in use), where more orders would only "
            "wait; measure fewer replicas, or on more cores"
        )
    if _lacks_no_orders(step):
        return (
            f"slots were without a task in {100 * (lacking_orders_ratio(step) or 0.0):.1f} % of their time, so that more orders "
            "would only wait"
        )
    if load.in_flight_per_slot is not None:
        return (
            f"the plan gives in_flight_per_slot = {load.in_flight_per_slot:g}; leave it out, or write "
            f"{2 * load.in_flight_per_slot:g}"
        )
    if 2 * step.in_flight > plan.max_awaited:
        return (
            f"{2 * step.in_flight:,} results cannot be awaited at once (bound {plan.max_awaited:,}); lower "
            "the workers' activity slots or replicas, or raise max_awaited where the server answers more"
        )
    return None


def _activities(step: Measured) -> float:
    done = work(step)
    return max(1.0, done.in_window if done is not None else window_workflows(step))
