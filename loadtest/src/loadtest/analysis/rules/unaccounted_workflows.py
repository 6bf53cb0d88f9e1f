"""
Whether workflows were still open when a step's drain ended without them, and how long a drain they want.
"""

from __future__ import annotations

import math

from loadtest.analysis.readings.failed_attempts import attempts_told, failed_workflow_tasks
from loadtest.analysis.readings.workflow_counts import (
    all_left_open,
    closed_by_server,
    closed_by_workers,
    counted_activities,
    failed_starts,
    is_closed,
)
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Measured


def unaccounted_workflows(measured: Measured, plan: Plan) -> list[str]:
    """
    Return a reason if workflows were still open when the drain ended without them.
    """
    if measured.injector.open_at_end == 0:
        return []
    attempts = attempts_told(measured)
    tried = f"{', '.join(attempts)}, and what fails is tried anew; " if attempts else ""
    report = measured.injector.whole
    if (starting := report.sent - report.acknowledged - failed_starts(report)) > 0:
        tried += f"the scenario's `start` had not returned for {starting} of them; "
    if all_left_open(measured):
        going_on = closed_by_workers(measured) or closed_by_server(measured) or 0
        # As many as there are may have ended just after the drain.
        if going_on > measured.injector.open_at_end:
            tried += (
                f"{counted(going_on, 'run')} of them ended and the workflows went on, as with `cron_schedule`, which the "
                "scenario should leave out; "
            )
        return [
            f"none of {counted(measured.injector.open_at_end, 'workflow')} had ended after a drain of "
            f"{measured.injector.drain_seconds:.0f} s, and an order is counted by its end; {tried}see the workers' log, let the "
            f"scenario start workflows that end, {'' if is_closed(measured) else 'lower the rate, '}or raise drain_seconds (now "
            f"{plan.drain_seconds:g}) beyond what one takes{_told_of_rest(measured)}"
        ]
    less = "keep fewer orders open (in_flight_per_slot)" if is_closed(measured) else "lower the rate"
    return [
        f"{counted(measured.injector.open_at_end, 'workflow')} {plural(measured.injector.open_at_end, 'was', 'were')} still open after a drain of "
        f"{measured.injector.drain_seconds:.0f} s; {tried}see the workers' log, raise drain_seconds (now {plan.drain_seconds:g}) or {less}"
    ]


def _told_of_rest(measured: Measured) -> str:
    """
    Say how long the activities that are left take at the step's own rate; empty where that is not known, as while
    workflow tasks fail, which may never let the next activity begin.
    """
    each, done = measured.activities_per_workflow, counted_activities(measured)
    whole = measured.worker_whole or measured.server_whole
    if not each or not done or whole is None or whole.seconds <= 0 or failed_workflow_tasks(measured):
        return ""
    left = measured.injector.open_at_end * each - done
    if left <= 0:
        return ""
    per_second = done / whole.seconds
    return f": {counted(left, 'activity', 'activities')} {plural(left, 'is', 'are')} left, {math.ceil(left / per_second):,} s at the {per_second:.3g} a second of this step"
