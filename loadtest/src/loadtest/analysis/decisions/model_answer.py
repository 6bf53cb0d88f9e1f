"""
Decides loads far from the SLO's limit by the model; the window only must not contradict it.

Far below the limit even a system at the limit is rarely late, so twins would need minutes for an answer that is plain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.estimators.intervals import samples_to_keep, share_ends
from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.estimators.percentiles import late_of_hdr, mean_of_hdr
from loadtest.analysis.readings.step_load import load_shape
from loadtest.analysis.readings.work_done import work as work_done
from loadtest.analysis.readings.workflow_counts import closed_by_workers
from loadtest.analysis.saturation.activity_stages import activity_stages
from loadtest.analysis.saturation.calibrated_model import histogram_work, unseen_times
from loadtest.analysis.saturation.cell_capacity import whole_step_execution
from loadtest.analysis.twin import Measure, QueueModel, SloBound, WorkDistribution
from loadtest.analysis.twin.long_run import long_run_late_ratio
from loadtest.analysis.twin.work_distribution import knows_orders
from loadtest.plan import ArrivalKind, Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram, histogram_of
from loadtest.results.window_decision import Decided, Decision

# For "met": share of the allowed late tasks that the model may have, at a rate higher than the measured one by this
# ratio.
MODEL_RATIO = 0.2
RATE_RATIO = 1.1
# For "met": share of the allowed late tasks that the window may show.
SEEN_RATIO = 0.5
# For "missed": what the model must have at a lower rate, and what the window must show.
MODEL_MISSED_RATIO = 4.0
RATE_MISSED_RATIO = 0.9
SEEN_MISSED_RATIO = 2.0
# The shortest window that may contradict the model.
SHORTEST_SECONDS = 5.0
FEWEST_TASKS = 100
FEWEST_ORDERS = 20
_TASKS = 40_000
# A few retries do not add a stage.
_ROUNDING = 0.05
# Order of service and dead time where no saturate step told them: the worst that servers have shown.
_USUAL_NEWEST_FIRST = 0.5
_USUAL_DEAD_SECONDS = 0.01
# The best that servers have shown.
_BEST_NEWEST_FIRST = -0.5


@dataclass(frozen=True, slots=True)
class SeenWindow:
    """
    What one open window showed, without the readings of any other step; the times are those of the whole step.

    Attributes:
        seconds: Length of the window.
        rate: Orders per second.
        slots: Slots of all replicas.
        shape: How many activities of one order run side by side, stage after stage; one by one where that is not known.
        held: How long activities held their slots, as a histogram.
        gap_seconds: Seconds from an activity's end until the next one enters the queue.
        counted: Tasks started, or orders closed.
        late: How many of the counted ones were late.
        shape_known: Whether that is known.
        orders_known: Whether the model holds how long each order takes, as ``knows_orders`` tells.
    """

    seconds: float
    rate: float
    slots: int
    shape: tuple[int, ...]
    held: Histogram
    gap_seconds: float
    counted: int
    late: float
    shape_known: bool = True
    orders_known: bool = True


def model_late_ratio(model: QueueModel, work: WorkDistribution, rate: float, bound: SloBound) -> float:
    """
    Return the model's share of late tasks in the long run, at a rate 10 % above the one given.
    """
    return long_run_late_ratio(model, work, RATE_RATIO * rate, bound, _TASKS)


def is_far_below(model: QueueModel, work: WorkDistribution, rate: float, bound: SloBound) -> bool:
    """
    Return whether the model has less than a fifth of the allowed late tasks even at a rate 10 % higher.
    """
    return model_late_ratio(model, work, rate, bound) <= MODEL_RATIO * bound.allowed_ratio


def answer_by_model(seen: SeenWindow, bound: SloBound) -> Decision | None:
    """
    Return "met" or "missed" where the model is far from the limit and the window does not contradict it.

    The model is made of the step's own execution times and slots. What only a saturate step could tell is taken at
    its worst for "met" and at its best for "missed".

    Returns:
        ``None`` where neither can be said.
    """
    fewest = fewest_counted(bound, orders_known=True)
    if seen.seconds < SHORTEST_SECONDS or seen.counted < fewest or not seen.shape or not seen.held.count:
        return None
    if unseen_times(seen.held) is not None:
        return None
    work = histogram_work(seen.held)
    allowed = bound.allowed_ratio * seen.counted
    low, high = share_ends(seen.late, seen.counted)
    orders_tell = bound.measure is Measure.END_TO_END and not seen.orders_known
    if seen.late <= SEEN_RATIO * allowed and (high <= bound.allowed_ratio or not orders_tell):
        ratio = _worst_ratio(seen, work, bound)
        if ratio <= MODEL_RATIO * bound.allowed_ratio:
            return _decision(seen, bound, Decided.MET, _far(seen, ratio, "higher"))
    elif seen.late >= SEEN_MISSED_RATIO * allowed:
        model = _model(seen, seen.shape, 0.0, _BEST_NEWEST_FIRST)
        ratio = long_run_late_ratio(model, work, RATE_MISSED_RATIO * seen.rate, bound, _TASKS)
        if ratio >= MODEL_MISSED_RATIO * bound.allowed_ratio:
            return _decision(seen, bound, Decided.MISSED, _far(seen, ratio, "lower"))
        waits_hardly = orders_tell and _worst_ratio(seen, work, bound) <= MODEL_RATIO * bound.allowed_ratio
        if waits_hardly and low > bound.allowed_ratio:
            return _decision(seen, bound, Decided.MISSED, _own_time(seen))
    return None


def fewest_counted(bound: SloBound, *, orders_known: bool) -> int:
    """
    Return how many tasks or orders a window must count before the model may say that few of them are late.
    """
    if bound.measure is Measure.WAIT:
        return FEWEST_TASKS
    return FEWEST_ORDERS if orders_known else samples_to_keep(bound.allowed_ratio, late=1)


def _worst_ratio(seen: SeenWindow, work: WorkDistribution, bound: SloBound) -> float:
    # All at once make the longest queue.
    shape = seen.shape if seen.shape_known else (sum(seen.shape),)
    model = _model(seen, shape, _USUAL_DEAD_SECONDS, _USUAL_NEWEST_FIRST)
    return model_late_ratio(model, work, seen.rate, bound)


def _model(seen: SeenWindow, shape: tuple[int, ...], dead_seconds: float, newest_first: float) -> QueueModel:
    return QueueModel(
        slots=seen.slots,
        shape=shape,
        dead_seconds=dead_seconds,
        gap_seconds=seen.gap_seconds,
        newest_first_ratio=newest_first,
    )


def _decision(seen: SeenWindow, bound: SloBound, answer: Decided, told: str) -> Decision:
    return Decision(answer, seen.seconds, seen.late, bound.allowed_ratio * seen.counted, 0.0, told, ())


def _far(seen: SeenWindow, ratio: float, rate: str) -> str:
    return (
        f"by the model, and the window does not contradict it: {count_text(seen.late)} of {seen.counted} late, "
        f"and at a rate 10 % {rate} the model has {ratio:.2%}"
    )


def _own_time(seen: SeenWindow) -> str:
    return (
        f"by the window's own orders: {count_text(seen.late)} of {seen.counted} late, though by the model hardly a task waits; their timers, "
        "child workflows, or long or parallel activities take that time"
    )


def decide_waits_by_model(measured: Measured, plan: Plan) -> Decision | None:
    """
    Decide the bound on the activity queue's waits by the model; ``None`` where that cannot be said.
    """
    seconds, window = plan.slo.schedule_to_start_p95_seconds, measured.worker_window
    waits = histogram_of(window, "worker.activity_schedule_to_start")
    if seconds is None or waits is None or why_not_counted(waits, seconds) is not None:
        return None
    return _answer(measured, plan, waits.count, count_late(waits, seconds), SloBound(seconds))


def end_to_end_by_model(measured: Measured, plan: Plan) -> Decision | None:
    """
    Decide the bound on the orders' time from intended start to close by the model; ``None`` as above.
    """
    seconds, encoded = plan.slo.end_to_end_p95_seconds, measured.injector.histograms.get("end_to_end")
    if seconds is None or encoded is None:
        return None
    counted, late = late_of_hdr(encoded, seconds)
    return _answer(measured, plan, counted, float(late), SloBound(seconds, measure=Measure.END_TO_END))


def _answer(measured: Measured, plan: Plan, counted: int, late: float, bound: SloBound) -> Decision | None:
    shape = load_shape(plan.loads[measured.key.load], measured.arrival_rate)
    if shape is None:
        return None
    # The model's arrivals are random ones at the highest rate, which are worse than any other shape with that highest
    # rate.
    seen = _seen(measured, plan, shape.highest_rate, counted, late)
    found = None if seen is None else answer_by_model(seen, bound)
    if found is not None and found.answer is Decided.MISSED and shape.kind != ArrivalKind.POISSON.value:
        return None
    return found


def _seen(measured: Measured, plan: Plan, rate: float, counted: int, late: float) -> SeenWindow | None:
    window, encoded = measured.worker_window, measured.injector.histograms.get("end_to_end")
    if window is None or measured.slots is None:
        return None
    waits = window.histograms.get("worker.activity_schedule_to_start")
    # Of the whole step: in a window that is short beside its activities only the short ones end.
    held = whole_step_execution(measured)
    if waits is None or held is None or not waits.count:
        return None
    closed = closed_by_workers(measured)
    activities = measured.activities_per_workflow or round(held.count / closed if closed else 0)
    shape = activity_stages(measured, activities) if activities else ()
    shape_known = not isinstance(shape, str)
    shape = shape if isinstance(shape, tuple) else (1,) * activities
    done = work_done(measured)
    if done is not None and activities:
        # Retries and rework are tasks of the queue, too: the model has no fewer stages than there were, and tasks at
        # their own rate.
        shape += (1,) * (math.ceil(done.per_workflow - _ROUNDING) - activities)
        activities = sum(shape)
        rate *= done.per_workflow / activities
    whole = mean_of_hdr(encoded) if encoded is not None else 0.0
    gap = whole / activities - waits.sum / waits.count - held.sum / held.count if activities else 0.0
    return SeenWindow(
        seconds=measured.window_seconds,
        rate=rate,
        slots=measured.slots,
        shape=shape,
        held=held,
        gap_seconds=max(0.0, gap),
        counted=counted,
        late=late,
        shape_known=shape_known,
        orders_known=knows_orders(plan),
    )
