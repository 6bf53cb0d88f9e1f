"""
What one step decides on each latency bound of the SLO: by its twins, by the model, or by a share with its error.

A window's raw percentile decides no bound.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.analysis.decisions.late_tasks import why_not_counted
from loadtest.analysis.decisions.late_workflow_tasks import decide_workflow_queue
from loadtest.analysis.decisions.model_answer import end_to_end_by_model, waits_by_model
from loadtest.analysis.readings.null_reasons import NullReasons
from loadtest.analysis.readings.other_task_queues import queues_elsewhere
from loadtest.analysis.readings.workflow_counts import counted_activities, is_closed, results
from loadtest.analysis.twin.work_of_plan import OWN_ORDERS
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.window_decision import Decided, Decision

CLOSED = "a closed load is at capacity by intent"
NO_BOUND = "the plan sets no such bound"
NO_TWINS = (
    "no twins of this window were simulated, and a single window's p95 is no answer on a queue; leave "
    "window_seconds out, so that the window goes on until it is decided"
)
NOT_SEEN = "the workflow queue's waits were not seen"
NO_ACTIVITIES = "as its workflows have no activities that could wait"
INSIDE_OF_TASKS = "as its activities run inside of workflow tasks and wait in no queue"
NONE_IN_THE_QUEUE = (
    "none of its workflows' activities went through the task queue, as none of local ones or of another queue does; where "
    "that is so, write 0 as the scenario's ACTIVITIES_PER_WORKFLOW"
)
NOT_LOOKED_AT = (
    "which are not looked at; sweep those, or ask for slo.end_to_end_p95_seconds in place of waits"
)
NOT_FAR = (
    "the rate is not so far from the limit that the model could answer, and a single window's p95 is no answer; "
    "test a lower or a higher rate"
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
        activity = _without_queue(measured, plan) or waits_by_model(measured, plan) or activity
    return BoundDecisions(
        _kept(activity, "decision", _why_undecided(measured, waits), why),
        _kept(
            decide_workflow_queue(measured, plan),
            "workflow_decision",
            NO_BOUND if waits is None else NOT_SEEN,
            why,
        ),
        _kept(
            end_to_end_by_model(measured, plan),
            "end_to_end_decision",
            NO_BOUND if order is None else NOT_FAR,
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


def _why_undecided(measured: Measured, bound: float | None) -> str:
    counted = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    if bound is not None and counted is not None and (why := why_not_counted(counted, bound)) is not None:
        return why
    if measured.activities_per_workflow != 0:
        seen = measured.worker_whole is not None and results(measured.injector.whole) > 0
        return NONE_IN_THE_QUEUE if seen and not counted_activities(measured) else NO_TWINS
    return (
        f"the scenario says that its workflows have no activities, and {counted_activities(measured)} were carried out; write "
        "how many each takes, or None, as its ACTIVITIES_PER_WORKFLOW"
    )


def _kept(decision: Decision | None, key: str, reason: str, why: NullReasons) -> Decision | None:
    if decision is None:
        why[key] = reason
    elif decision.why is None:
        why[f"{key}.why"] = "it is decided"
    return decision
