"""
Little's law as a cross-check of the books: the same workflows, timed by injectors and workers.
"""

from __future__ import annotations

from loadtest.analysis.estimators.percentiles import mean_of_hdr
from loadtest.analysis.readings.backlog import window_seconds
from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.analysis.readings.workflow_counts import (
    SERVER_CLOSED,
    WORKER_CLOSED,
    closed_by_workers,
    most_closed_by_server,
    results,
    started_types,
    types_closed,
)
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of

WORKER_ENDTOEND = "worker.workflow_endtoend"
SERVER_ENDTOEND = "server.workflow_endtoend"
_CONTINUED = ("worker.workflow_continued", "server.workflow_continued")


def whole_step_ratio(measured: Measured) -> tuple[float | None, str]:
    """
    Return the injectors' sum of (closed - sent) over the system's own sum of the workflows' times.

    Where only every k-th result is awaited, the injectors' sum is multiplied by k.

    Returns:
        The ratio and whose clock is in the denominator, or ``None`` and why.
    """
    mine = measured.injector.closed_minus_sent_seconds * measured.injector.awaited_every
    if mine == 0:
        return None, "no workflow was seen to close"
    for difference, name, closed, who in (
        (measured.worker_whole, WORKER_ENDTOEND, WORKER_CLOSED, "workers"),
        (measured.server_whole, SERVER_ENDTOEND, SERVER_CLOSED, "server"),
    ):
        histogram = histogram_of(difference, name)
        if started_types(measured, closed) is not None or _others_continued(measured):
            return None, "runs of workflows of several types ended, and their times are not told apart"
        if who == "workers" and _lacks_some(measured):
            continue
        if histogram is not None and histogram.count > 0 and histogram.sum > 0:
            return mine / histogram.sum, who
    return (
        None,
        "neither the workers nor the server say how long all workflows took; a server does from 1.30 on",
    )


def mean_start_seconds(measured: Measured) -> float:
    """
    Return the mean time that the window's starts took, in seconds; 0 where none was timed.

    The server starts the workflow at some moment of it: a scenario may wait for other calls before, and for the answer of
    an update after that.
    """
    encoded = measured.injector.histograms.get("service")
    return 0.0 if encoded is None else mean_of_hdr(encoded)


def _others_continued(measured: Measured) -> bool:
    """
    Tell whether workflows of a type of which none closed went on as a new run, as a long-living one does that orders
    signal: the time of such a run counts beside that of the orders.
    """
    closed = types_closed(measured.worker_whole, WORKER_CLOSED) | types_closed(
        measured.server_whole, SERVER_CLOSED
    )
    continued = {
        kind
        for whole in (measured.worker_whole, measured.server_whole)
        if whole is not None
        for key in _CONTINUED
        for kind, runs in whole.by_label.get(key, {}).items()
        if runs > 0
    }
    return bool(closed) and not continued <= closed.keys()


def _lacks_some(measured: Measured) -> bool:
    """
    Tell whether the server closed workflows by itself, whose times the workers do not report.
    """
    closed, whole = closed_by_workers(measured), measured.injector.whole
    return closed is not None and bool(most_closed_by_server(whole)) and closed < results(whole)


def window_ratio(measured: Measured) -> float | None:
    """
    Return in flight over (throughput x time in system) within the window; edges make it noisy.
    """
    in_flight = [second.in_flight for second in window_seconds(measured) if second.in_flight is not None]
    throughput = workflows_per_second(measured)
    closed = results(measured.injector.window)
    if not in_flight or not throughput or not closed:
        return None
    in_system = measured.injector.window_closed_minus_sent_seconds * measured.injector.awaited_every / closed
    if in_system <= 0:
        return None
    return (sum(in_flight) / len(in_flight)) / (throughput * in_system)
