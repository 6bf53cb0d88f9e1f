"""
How many workflows each side counted: injectors, workers, server.

It decides which counter is used for which number, and judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from loadtest.results.failure import FailureKind, count_of
from loadtest.results.injector_report import InjectorCounts, InjectorReport
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.problem import ProblemCause
from loadtest.results.step_result import StepCounts

ACTIVITY_FINISHED = "worker.activity_finished"
SERVER_CLOSED = ("server.workflow_closed",)
# The server counts each run of a workflow as closed; a run that goes on as a new run is not the workflow's end.
_SERVER_CONTINUED = "server.workflow_continued"
# All ways in which a worker closes a workflow; a run that continues as new is not closed.
WORKER_CLOSED = ("worker.workflow_completed", "worker.workflow_failed", "worker.workflow_canceled")
SERVER_ACTIVITIES = "server.activity_completed"
# Names of the ends of workflows that the server closed by itself.
_BY_SERVER = frozenset({"TimeoutError", "TerminatedError", "TIMED_OUT", "TERMINATED"})


def failed_starts(counts: InjectorCounts) -> int:
    """
    Return how many starts the server did not confirm.
    """
    return count_of(counts.failed, FailureKind.START)


def failed_workflows(counts: InjectorCounts) -> int:
    """
    Return how many awaited workflows did not close well: as failed, or with a result that is a failure.
    """
    return count_of(counts.failed, FailureKind.WORKFLOW, FailureKind.OUTCOME)


def most_closed_by_server(counts: InjectorCounts) -> int:
    """
    Return at most how many workflows the server closed by itself, as they timed out or were terminated: no worker
    counts them.

    A workflow that a worker closed as failed because one of its activities timed out has the same name in these counts.
    """
    return sum(
        number
        for failure, number in counts.failed.items()
        if failure.kind is FailureKind.WORKFLOW and failure.name in _BY_SERVER
    )


def results(counts: InjectorCounts) -> int:
    """
    Return how many awaited workflows closed, however.
    """
    return counts.completed + failed_workflows(counts)


def types_closed(difference: Difference | None, names: Sequence[str]) -> dict[str, float]:
    """
    Return the workflows closed by type, summed over the counters of all ways to close.
    """
    if difference is None:
        return {}
    found: Counter[str] = Counter()
    for name in names:
        found.update(difference.by_label.get(name, {}))
    if names == SERVER_CLOSED:
        found.subtract(difference.by_label.get(_SERVER_CONTINUED, {}))
    return {kind: number for kind, number in found.items() if number > 0}


def started_types(measured: Measured, names: Sequence[str]) -> tuple[str, ...] | None:
    """
    Return the types of the workflows that the injectors started, where workflows of other types closed as well.

    An order may have child workflows, and above capacity more of these than orders may close. The histories of sampled
    orders tell the types; without histories it is the type whose count over the whole step is nearest to the starts.

    Returns:
        ``None`` if no other type closed, or a page does not report types separately.
    """
    whole = measured.worker_whole if names == WORKER_CLOSED else measured.server_whole
    types = types_closed(whole, names)
    sampled = measured.histories.workflow_types if measured.histories is not None else {}
    started = sorted(types.keys() & sampled.keys())
    if len(types) < 2 or len(started) == len(types):
        return None
    if not started:
        starts = measured.injector.whole.sent - failed_starts(measured.injector.whole)
        started = [min(types, key=lambda kind: (abs(types[kind] - starts), kind))]
    return tuple(started)


def closed_by_workers(measured: Measured, *, window: bool = False) -> int | None:
    """
    Return the started workflows that the workers closed, ``None`` without their metrics.
    """
    difference = measured.worker_window if window else measured.worker_whole
    return _closed(measured, difference, WORKER_CLOSED)


def closed_by_server(measured: Measured, *, window: bool = False) -> int | None:
    """
    Return the started workflows that the server closed; ``None`` where its page does not tell, as before server 1.30.
    """
    difference = measured.server_window if window else measured.server_whole
    if difference is None or SERVER_CLOSED[0] not in difference.counters:
        return None
    return _closed(measured, difference, SERVER_CLOSED)


def whole_closed(measured: Measured) -> int:
    """
    Return the workflows that closed in the whole step, by the server, else by the workers, else by the injectors.
    """
    counted = closed_by_server(measured), closed_by_workers(measured)
    return next((count for count in counted if count is not None), results(measured.injector.whole))


def _closed(measured: Measured, difference: Difference | None, names: Sequence[str]) -> int | None:
    if difference is None:
        return None
    started = started_types(measured, names)
    if started is not None:
        closed = types_closed(difference, names)
        return round(sum(closed.get(kind, 0.0) for kind in started))
    continued = difference.counters.get(_SERVER_CONTINUED, 0.0) if names == SERVER_CLOSED else 0.0
    return max(0, round(sum(difference.counters.get(name, 0.0) for name in names) - continued))


def activities(difference: Difference | None) -> int | None:
    """
    Return the activity attempts that the workers ended, ``None`` without their metrics.
    """
    if difference is None:
        return None
    return round(difference.counters.get(ACTIVITY_FINISHED, 0.0))


def counted_activities(measured: Measured) -> int:
    """
    Return the activities of the whole step that the workers counted, else the server; 0 where neither did.
    """
    counted = activities(measured.worker_whole)
    if counted is None and measured.server_whole is not None:
        counted = round(measured.server_whole.counters.get(SERVER_ACTIVITIES, 0.0))
    return counted or 0


def leaves_open(measured: Measured) -> bool:
    """
    Tell whether workflows of this step, or of those before it, may be open when the next one begins: so may those of an
    injector that vanished, and a start that was not confirmed in time.
    """
    earlier = any(problem.cause is ProblemCause.EARLIER_ORDERS for problem in measured.problems)
    report = measured.injector
    return earlier or report.open_at_end > 0 or results(report.whole) < report.whole.sent


def none_ended(measured: Measured) -> bool:
    """
    Tell whether all that is wrong with a step is that none of its workflows ended before its drain did.
    """
    return not measured.problems and not measured.injector.problems and all_left_open(measured)


def all_left_open(measured: Measured) -> bool:
    """
    Tell whether workflows were open after a step's drain and none had ended.
    """
    return measured.injector.open_at_end > 0 and not results(measured.injector.whole)


def is_closed(measured: Measured) -> bool:
    """
    Tell whether the step's load is the closed model.
    """
    return measured.key.kind == "saturate"


def window_closed(measured: Measured) -> int:
    """
    Return the workflows that closed in the window, as the workers counted them, else the server, else the injectors.
    """
    counted = closed_by_workers(measured, window=True), closed_by_server(measured, window=True)
    return next((count for count in counted if count is not None), results(measured.injector.window))


def _window_completed(report: InjectorReport) -> int:
    """
    Return how many of the window's arrivals were completed by the end of the drain.

    Older versions did not tell of an open workflow whether it arrived in the window: for them all open ones count as
    the window's.
    """
    left = (FailureKind.UNFINISHED, FailureKind.NEVER_SENT)
    mine, every = count_of(report.window.failed, *left), count_of(report.whole.failed, *left)
    is_dated = bool(count_of(report.window.failed, FailureKind.UNFINISHED)) or not count_of(
        report.whole.failed, FailureKind.UNFINISHED
    )
    still_open = mine if is_dated and every >= report.open_at_end else report.open_at_end
    return max(0, report.window.offered - (sum(report.window.failed.values()) - mine) - still_open)


def counts(measured: Measured) -> StepCounts:
    """
    Put every side's count of the whole step beside the others.
    """
    whole, window = measured.injector.whole, measured.injector.window
    return StepCounts(
        planned=measured.injector.planned,
        offered=whole.offered,
        sent=whole.sent,
        acknowledged=whole.acknowledged,
        results=results(whole),
        worker=closed_by_workers(measured),
        server=closed_by_server(measured),
        activities=activities(measured.worker_whole),
        window_sent=measured.injector.window.sent,
        window_closed=window_closed(measured),
        window_offered=window.offered,
        window_completed=_window_completed(measured.injector),
        window_activities=activities(measured.worker_window),
    )
