"""
The share of a window's activities that waited longer than the SLO allows.
"""

from __future__ import annotations

from loadtest.analysis.decisions.bound_decisions import CLOSED
from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.readings.null_reasons import NO_WORKER, NullReasons
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of


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
