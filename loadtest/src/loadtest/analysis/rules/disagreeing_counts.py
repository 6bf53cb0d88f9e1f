"""
Whether injectors, workers and server counted the same workflows over a whole step, and the likely cause where they did
not.
"""

from __future__ import annotations

from loadtest.analysis.readings.workflow_counts import (
    closed_by_server,
    closed_by_workers,
    failed_starts,
    most_closed_by_server,
    results,
)
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.failure import ALREADY_RUNNING, FailureKind, count_of
from loadtest.results.measured_step import Measured
from loadtest.results.problem import ProblemCause


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
