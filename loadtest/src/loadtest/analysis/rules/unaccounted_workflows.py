"""
Whether all workflows of a step are accounted for: whether some were still open when its drain ended without them, and
whether injectors, workers and server counted the same ones, with the likely cause where they did not.
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
    most_closed_by_server,
    results,
)
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.failure import ALREADY_RUNNING, FailureKind, count_of
from loadtest.results.measured_step import Measured
from loadtest.results.problem import ProblemCause


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


def disagreeing_counts(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason for each side that counted a different number of workflows over the whole step.

    Workers do not count the workflows that the server closes by itself, so their count may be lower by that number.
    """
    whole = measured.injector.whole
    started = whole.sent - failed_starts(whole)
    fewest = {"workers closed": started - most_closed_by_server(whole)}
    sides = {
        "confirmed": whole.acknowledged,
        "workers closed": closed_by_workers(measured),
        "server closed": closed_by_server(measured),
        "results": results(whole),
    }
    unequal = {
        name: count
        for name, count in sides.items()
        if count is not None and not fewest.get(name, started) <= count <= started
    }
    if not unequal:
        return []
    told = ", ".join(f"{name} {count}" for name, count in unequal.items())
    return [
        f"over the whole step the injectors started {counted(started, 'workflow')}, but {told}; "
        f"{_why_disagreeing(measured, started, max(unequal.values()))}"
    ]


def _why_disagreeing(measured: Measured, started: int, most: int) -> str:
    is_more = most > started
    if any(problem.cause is ProblemCause.EARLIER_ORDERS for problem in measured.problems):
        return "the workflows that earlier steps left open are among them"
    if is_more and measured.histories is not None and measured.histories.retried:
        return (
            "these workflows are retried as a whole, and each attempt is counted: leave `retry_policy` out of the scenario's "
            "`start_workflow`, or mend what fails them"
        )
    missing, failed = measured.injector.open_at_end, measured.injector.whole.failed
    if missing:
        return f"the {missing} still open may be the cause"
    if unknown := count_of(failed, FailureKind.RESULT):
        names = ", ".join(sorted({failure.name for failure in failed if failure.kind is FailureKind.RESULT}))
        return (
            f"how {unknown} ended could not be learnt ({names}) and may be the cause: see the server's log, and mend that "
            "or lower the rate"
        )
    unconfirmed = {
        failure.name: number
        for failure, number in failed.items()
        if failure.kind is FailureKind.START and failure != ALREADY_RUNNING
    }
    if is_more and most <= started + sum(unconfirmed.values()):
        names = " and ".join(f"{number} by {name}" for name, number in sorted(unconfirmed.items()))
        return (
            f"starts that failed ({names}) may have begun their workflows all the same: mend what fails them or, where that is the "
            "answer of an update, let `start` catch it and return the workflow's handle"
        )
    return (
        "something else uses this server, namespace or task queue, workflows or the scenario's `start` start others of the same "
        "type, or some were lost: give the run a task queue of its own, and such others a type of their own"
    )
