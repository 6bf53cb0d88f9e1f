"""
What one step decides on each latency bound of the SLO: by its twins, by the model, or by a share with its error.

A window's raw percentile decides no bound; the share of its activities that were late is told beside.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.decisions.late_workflow_tasks import decide_workflow_queue
from loadtest.analysis.decisions.model_answer import decide_waits_by_model, end_to_end_by_model
from loadtest.analysis.decisions.why_undecided import why_orders_undecided, why_waits_undecided
from loadtest.analysis.readings.history_notes import queues_elsewhere
from loadtest.analysis.readings.null_reasons import NO_WORKER, NullReasons
from loadtest.analysis.readings.workflow_counts import counted_activities, is_closed
from loadtest.analysis.twin.work_distribution import OWN_ORDERS
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.window_decision import Decided, Decision

CLOSED = "a closed load is at capacity by intent"
NO_BOUND = "the plan sets no such bound"
NOT_SEEN = "the workflow queue's waits were not seen"
NO_ACTIVITIES = "as its workflows have no activities that could wait"
INSIDE_OF_TASKS = "as its activities run inside of workflow tasks and wait in no queue"
NOT_LOOKED_AT = (
    "which are not looked at; sweep those, or ask for slo.end_to_end_p95_seconds in place of waits"
)


@dataclass(frozen=True, slots=True)
class BoundDecisions:
    """
    One decision for each bound; ``None`` where the plan sets no bound or nothing can be said.
    """

    activity: Decision | None
    workflow: Decision | None
    end_to_end: Decision | None


def decide_bounds(measured: Measured, plan: Plan, why: NullReasons) -> BoundDecisions:
    """
    Decide each bound that the plan sets.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        why: Gets a reason for each bound that is not decided.
    """
    if is_closed(measured):
        for key in ("decision", "workflow_decision", "end_to_end_decision"):
            why[key] = CLOSED
        return BoundDecisions(None, None, None)
    waits, order = plan.slo.schedule_to_start_p95_seconds, plan.slo.end_to_end_p95_seconds
    activity = measured.decision
    if activity is None or activity.answer is Decided.UNDECIDED:
        activity = _without_queue(measured, plan) or decide_waits_by_model(measured, plan) or activity
    return BoundDecisions(
        _kept(
            activity,
            "decision",
            NO_BOUND if waits is None else why_waits_undecided(measured, plan),
            why,
        ),
        _kept(
            decide_workflow_queue(measured, plan),
            "workflow_decision",
            NO_BOUND if waits is None else NOT_SEEN,
            why,
        ),
        _kept(
            end_to_end_by_model(measured, plan),
            "end_to_end_decision",
            NO_BOUND if order is None else why_orders_undecided(measured, plan),
            why,
        ),
    )


def _without_queue(measured: Measured, plan: Plan) -> Decision | None:
    """
    Decide the bound on the activity queue's waits where no activity goes through it; ``None`` where some do, whatever the
    scenario says.
    """
    if plan.slo.schedule_to_start_p95_seconds is None or counted_activities(measured):
        return None
    why = NO_ACTIVITIES if measured.activities_per_workflow == 0 else None
    if plan.scenario == OWN_ORDERS and plan.work.local_activities:
        why = INSIDE_OF_TASKS
    if why is None:
        return None
    answer = Decided.MET
    if queues := queues_elsewhere(measured):
        answer, why = (
            Decided.UNDECIDED,
            f"its activities wait in other task queues ({queues}), {NOT_LOOKED_AT}",
        )
    return Decision(answer, measured.window_seconds, 0.0, 0.0, 0.0, why, ())


def _kept(decision: Decision | None, key: str, reason: str, why: NullReasons) -> Decision | None:
    if decision is None:
        why[key] = reason
    elif decision.why is None:
        why[f"{key}.why"] = "it is decided"
    return decision


def late_ratio(measured: Measured, plan: Plan, why: NullReasons) -> float | None:
    """
    Return which share of the window's activities waited longer than the SLO's bound, or None with the reason kept.
    """
    bound, window = plan.slo.schedule_to_start_p95_seconds, measured.worker_window
    waits = histogram_of(window, "worker.activity_schedule_to_start")
    if is_closed(measured):
        return why.of("late_ratio", None, CLOSED)
    if bound is None:
        return why.of("late_ratio", None, "the plan bounds no waits")
    if waits is None or not waits.count:
        return why.of(
            "late_ratio", None, NO_WORKER if window is None else "no activity started in the window"
        )
    if (unknown := why_not_counted(waits, bound)) is not None:
        return why.of("late_ratio", None, unknown)
    return count_late(waits, bound) / waits.count
