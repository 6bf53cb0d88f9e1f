"""
Why a bound was not decided in a window, and what to change so that it is.
"""

from __future__ import annotations

import math

from loadtest.analysis.decisions.late_tasks import why_not_counted
from loadtest.analysis.decisions.model_answer import fewest_counted
from loadtest.analysis.estimators.percentiles import decode
from loadtest.analysis.readings.null_reasons import NO_WORKER
from loadtest.analysis.readings.workflow_counts import counted_activities, results
from loadtest.analysis.twin import Measure, SloBound
from loadtest.analysis.twin.work_distribution import knows_orders
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of

_NO_TWINS = (
    "no twins of this window were simulated, and a single window's p95 is no answer on a queue; leave "
    "window_seconds out, so that the window goes on until it is decided"
)
_NOT_FAR = (
    "the rate is not so far from the limit that the model could answer, and a single window's p95 is no answer; "
    "test a lower or a higher rate"
)
NONE_IN_THE_QUEUE = (
    "none of its workflows' activities went through the task queue, as none of local ones or of another queue does; where "
    "that is so, write 0 as the scenario's ACTIVITIES_PER_WORKFLOW"
)


def why_waits_undecided(measured: Measured, plan: Plan) -> str:
    """
    Say why the bound on the activity queue's waits is not decided.
    """
    bound = plan.slo.schedule_to_start_p95_seconds
    waits = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    if bound is not None and waits is not None and (why := why_not_counted(waits, bound)) is not None:
        return why
    if measured.activities_per_workflow == 0:
        return (
            f"the scenario says that its workflows have no activities, and {counted_activities(measured)} were carried out; "
            "write how many each takes, or None, as its ACTIVITIES_PER_WORKFLOW"
        )
    if measured.worker_window is None:
        return NO_WORKER
    if results(measured.injector.whole) > 0 and not counted_activities(measured):
        return NONE_IN_THE_QUEUE
    if bound is not None and waits is not None:
        tasks = counted(waits.count, "activity", "activities")
        few = _too_few(measured, plan, waits.count, tasks, SloBound(bound))
        if few is not None:
            return few
    return _NO_TWINS if plan.loads[measured.key.load].window_seconds is not None else _NOT_FAR


def why_orders_undecided(measured: Measured, plan: Plan) -> str:
    """
    Say why the bound on the orders' end-to-end latency is not decided.
    """
    bound, encoded = plan.slo.end_to_end_p95_seconds, measured.injector.histograms.get("end_to_end")
    if measured.worker_window is None:
        return NO_WORKER
    if bound is None or encoded is None:
        return _NOT_FAR
    orders = int(decode(encoded).get_total_count())
    bounded = SloBound(bound, measure=Measure.END_TO_END)
    few = _too_few(measured, plan, orders, counted(orders, "order"), bounded)
    return _NOT_FAR if few is None else few


def _too_few(measured: Measured, plan: Plan, number: int, told: str, bound: SloBound) -> str | None:
    """
    Say that a window counted too few for the model to answer, however far the rate is from the limit; ``None`` where it did
    not.
    """
    wanted = fewest_counted(bound, orders_known=knows_orders(plan))
    if number >= wanted:
        return None
    longer = window_wanted(measured, plan, number, wanted) or "test a higher rate"
    return f"{told} in a window of {measured.window_seconds:.0f} s, and {wanted} are needed; {longer}"


# A window that ends by itself ends a little before its longest time.
_ABOUT_SECONDS = 5.0


def window_wanted(measured: Measured, plan: Plan, counted: int, wanted: int) -> str | None:
    """
    Say what to write for a window that counts enough: another length where it is fixed, a longer limit where the window ended
    at its longest; ``None`` where it ended by itself.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        counted: Number of tasks or orders that the window counted.
        wanted: Number that an answer needs.
    """
    load, seconds = plan.loads[measured.key.load], measured.window_seconds
    longer = math.ceil(1.1 * seconds * wanted / counted) if counted else math.ceil(2 * seconds)
    if load.window_seconds is not None:
        return f"write window_seconds = {longer} or more (now {seconds:.0f})"
    if seconds >= load.longest_window_seconds - _ABOUT_SECONDS:
        return f"write max_window_seconds = {longer} or more (now {load.longest_window_seconds:.0f})"
    return None
