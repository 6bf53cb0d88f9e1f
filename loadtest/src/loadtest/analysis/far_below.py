"""
Loads so far below the SLO's limit that the model answers and the window only has to not contradict it.

There even a system at the limit is rarely late, so that twins would need minutes to tell what is plain.
"""

from __future__ import annotations

from loadtest.analysis.calibrated_model import histogram_work
from loadtest.analysis.late_tasks import count_late
from loadtest.analysis.twin import LateBound, QueueModel, WorkDistribution
from loadtest.analysis.twin.long_run import long_run_late_ratio
from loadtest.plan import Plan
from loadtest.results.measured import Measured
from loadtest.results.window_decision import Decided, Decision

# Share of what is allowed that the model may have late, at a rate that much higher than the measured one.
MODEL_RATIO = 0.2
RATE_RATIO = 1.1
# Share of what is allowed that the window may show.
SEEN_RATIO = 0.5
# The shortest window that may contradict the model.
SHORTEST_SECONDS = 5.0
FEWEST_TASKS = 100
_TASKS = 40_000
# Order of service and dead time where no saturate step has told them: what servers have shown, to the bad side.
_USUAL_NEWEST_FIRST = 0.5
_USUAL_DEAD_SECONDS = 0.01


def model_late_ratio(model: QueueModel, work: WorkDistribution, rate: float, bound: LateBound) -> float:
    """
    Return the model's share of late tasks in the long run, at a rate 10 % above the one given.
    """
    return long_run_late_ratio(model, work, RATE_RATIO * rate, bound, _TASKS)


def is_far_below(model: QueueModel, work: WorkDistribution, rate: float, bound: LateBound) -> bool:
    """
    Return whether the model has less than a fifth of the allowed late tasks even at a rate 10 % higher.
    """
    return model_late_ratio(model, work, rate, bound) <= MODEL_RATIO * bound.allowed_ratio


def decided_by_the_model(measured: Measured, plan: Plan) -> Decision | None:
    """
    Return "met" where the model has hardly a late task and the window does not contradict it.

    The model is made of the step's own execution times and slots, so no other step is needed.

    Args:
        measured: An open step.
        plan: Of its cell.

    Returns:
        ``None`` where that cannot be said: the load is closed or not far below, or the slots were not seen.
    """
    seconds, rate, window = (
        plan.slo.schedule_to_start_p95_seconds,
        measured.arrival_rate,
        measured.worker_window,
    )
    if seconds is None or rate is None or window is None or measured.slots is None:
        return None
    waits = window.histograms.get("worker.activity_schedule_to_start")
    held = window.histograms.get("worker.activity_execution")
    if waits is None or held is None or held.count == 0 or measured.window_seconds < SHORTEST_SECONDS:
        return None
    bound, late = LateBound(seconds), count_late(waits, seconds)
    if waits.count < FEWEST_TASKS or late > SEEN_RATIO * bound.allowed_ratio * waits.count:
        return None
    closed = window.counters.get("worker.workflow_completed", 0.0)
    activities = measured.activities_per_workflow or round(held.count / closed if closed else 0)
    if activities < 1:
        return None
    work = histogram_work(held, held.sum)
    model = QueueModel(
        slots=measured.slots,
        shape=(1,) * activities,
        dead_seconds=_USUAL_DEAD_SECONDS,
        newest_first_ratio=_USUAL_NEWEST_FIRST,
    )
    ratio = model_late_ratio(model, work, rate, bound)
    if ratio > MODEL_RATIO * bound.allowed_ratio:
        return None
    expected = ratio * waits.count
    told = (
        f"by the model, and the window does not contradict it: {late:g} of {waits.count} late, "
        f"and at a rate 10 % higher the model has {ratio:.2%}"
    )
    return Decision(Decided.MET, measured.window_seconds, late, expected, 0.0, told, ())
