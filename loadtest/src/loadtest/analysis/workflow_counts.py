"""
How many workflows each side counted: injectors, workers, server.

It decides which counter speaks for what, and judges nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.results.failure import FailureKind, count_of
from loadtest.results.measured_step import InjectorCounts, InjectorReport, Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.step_result import StepCounts

ACTIVITY_FINISHED = "worker.activity_finished"
SERVER_CLOSED = ("server.workflow_closed",)
# The server counts each run of a workflow as closed; those that go on as a new run are no end of it.
_SERVER_CONTINUED = "server.workflow_continued"
# However a worker closes a workflow, it is closed; a run that continues as new is not.
WORKER_CLOSED = ("worker.workflow_completed", "worker.workflow_failed", "worker.workflow_canceled")
SERVER_ACTIVITIES = "server.activity_completed"
# What the end of a workflow is called that the server closed by itself.
_BY_SERVER = frozenset({"TimeoutError", "TerminatedError", "TIMED_OUT", "TERMINATED"})


def failed_starts(counts: InjectorCounts) -> int:
    """
    Return how many starts the server did not confirm.
    """
    return count_of(counts.failed, FailureKind.START)


def failed_workflows(counts: InjectorCounts) -> int:
    """
    Return how many awaited workflows closed, but not well: as failed, or with a result that is a failure.
    """
    return count_of(counts.failed, FailureKind.WORKFLOW, FailureKind.OUTCOME)


def most_closed_by_server(counts: InjectorCounts) -> int:
    """
    Return how many workflows at most the server closed by itself, as they timed out or were terminated: no worker counts them.

    A workflow that a worker closed as failed, since an activity of it timed out, is called the same.
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


def main_type(measured: Measured, names: Sequence[str]) -> str | None:
    """
    Return the type of the workflows that the injectors started, where others closed beside it.

    An order may have child workflows; nobody but the counts says which type was started: it is the
    one whose count over the whole step is nearest to the starts.

    Returns:
        ``None`` if one type closed, or a page does not tell types apart.
    """
    whole = measured.worker_whole if names == WORKER_CLOSED else measured.server_whole
    types = types_closed(whole, names)
    if len(types) < 2:
        return None
    started = measured.injector.whole.sent - failed_starts(measured.injector.whole)
    return min(types, key=lambda kind: (abs(types[kind] - started), kind))


def closed_by_workers(measured: Measured, *, window: bool = False) -> int | None:
    """
    Return the started workflows that the workers closed, ``None`` without their metrics.
    """
    difference = measured.worker_window if window else measured.worker_whole
    return _closed(measured, difference, WORKER_CLOSED)


def closed_by_server(measured: Measured, *, window: bool = False) -> int | None:
    """
    Return the started workflows that the server closed, ``None`` where its page does not say.
    """
    difference = measured.server_window if window else measured.server_whole
    if difference is None or SERVER_CLOSED[0] not in difference.counters:
        return None
    return _closed(measured, difference, SERVER_CLOSED)


def _closed(measured: Measured, difference: Difference | None, names: Sequence[str]) -> int | None:
    if difference is None:
        return None
    kind = main_type(measured, names)
    if kind is not None:
        return round(types_closed(difference, names).get(kind, 0.0))
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
    Return the activities of the whole step that workers, else the server, counted; 0 where nobody did.
    """
    counted = activities(measured.worker_whole)
    if counted is None and measured.server_whole is not None:
        counted = round(measured.server_whole.counters.get(SERVER_ACTIVITIES, 0.0))
    return counted or 0


def is_closed(measured: Measured) -> bool:
    """
    Tell whether the step's load is the closed model.
    """
    return measured.key.kind == "saturate"


def window_closed(measured: Measured) -> int:
    """
    Return the workflows that closed in the window: by the workers, else the server, else the injectors.
    """
    workers = closed_by_workers(measured, window=True)
    if workers is not None:
        return workers
    server = closed_by_server(measured, window=True)
    if server is not None:
        return server
    return results(measured.injector.window)


@dataclass(frozen=True, slots=True)
class WorkDone:
    """
    The activities of a step, by the side that counted them.

    Attributes:
        counter: Which counter.
        in_window: Activities that ended in the window.
        per_workflow: Mean over the whole, drained step: retries and rework are in it.
    """

    counter: str
    in_window: float
    per_workflow: float


def work(measured: Measured) -> WorkDone | None:
    """
    Return the step's activities: by the workers, else by the server.

    Returns:
        ``None`` if nobody counted activities or a workflow has less than one.
    """
    closed, whole = closed_by_workers(measured) or closed_by_server(measured) or 0, measured.injector.whole
    if most_closed_by_server(whole):
        closed = max(closed, results(whole))
    if measured.activities_per_workflow == 0 or closed == 0:
        return None
    for step, window, counter in (
        (measured.worker_whole, measured.worker_window, ACTIVITY_FINISHED),
        (measured.server_whole, measured.server_window, SERVER_ACTIVITIES),
    ):
        if step is None or window is None or counter not in step.counters:
            continue
        per_workflow = step.counters[counter] / closed
        if per_workflow >= 1:
            return WorkDone(counter, window.counters.get(counter, 0.0), per_workflow)
    return None


def window_workflows(measured: Measured) -> float:
    """
    Return the workflows that the window's work amounts to: activities over activities a workflow, else closes.

    Closes come in waves, as orders that start together end together; activities do not.
    """
    done = work(measured)
    return window_closed(measured) if done is None else done.in_window / done.per_workflow


def looked_seconds(measured: Measured) -> float:
    """
    Return the time between the two looks that the window's counts come from, else the window's own length.
    """
    for difference in (measured.worker_window, measured.server_window):
        if difference is not None and difference.seconds > 0:
            return difference.seconds
    return measured.window_seconds


def workflows_per_second(measured: Measured) -> float:
    """
    Return the workflows that the window's work amounts to, per second; zero where nothing was done.
    """
    return window_workflows(measured) / looked_seconds(measured)


def _window_completed(report: InjectorReport) -> int:
    """
    Return how many of the window's arrivals were completed until the drain's end.

    Older versions did not say of a workflow that was still open whether it was one of the window's: there all of them are.
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
