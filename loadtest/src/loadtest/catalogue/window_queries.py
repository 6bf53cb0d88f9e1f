"""
What Prometheus says of one measured window, in the report's own terms.

A ``rate`` over a minute mixes a window with what was before it, and an ``increase`` stretches what the scrapes
hold to the window's length.  These queries take each counter at the window's two ends instead, and divide by
the time between the very samples that were taken, so that only the growth between scrapes is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.metric import Metric, MetricKind, MetricReading
from loadtest.catalogue.promql import QueryScope, select


@dataclass(frozen=True, slots=True)
class MeasuredWindow:
    """
    One window of one step, and whose it is.

    Attributes:
        start_seconds: Unix time of the look that opened it.
        end_seconds: Unix time of the look that closed it.
        namespace: Temporal's namespace, as workers write it.
        task_queue: The task queue, as workers write it.
    """

    start_seconds: float
    end_seconds: float
    namespace: str
    task_queue: str

    def __post_init__(self) -> None:
        """
        Refuse a window without a length.

        Raises:
            ValueError: It ends before it begins.
        """
        if not self.end_seconds > self.start_seconds:
            raise ValueError(
                f"a window from {self.start_seconds:.3f} to {self.end_seconds:.3f} has no length"
            )

    @property
    def scope(self) -> QueryScope:
        """
        What its queries are narrowed to.
        """
        return QueryScope(_exactly(self.namespace), _exactly(self.task_queue))


def _exactly(name: str) -> str:
    # A backslash of the expression is itself one in a PromQL string.
    return re.sub(r"([^\w-])", r"\\\\\1", name)


def _growth(window: MeasuredWindow, series: str) -> str:
    # A series that begins in the window counts from 0.
    start, end = f"{series} @ {window.start_seconds:.3f}", f"{series} @ {window.end_seconds:.3f}"
    return f"({end} - ({start} or 0 * {end}))"


def _seconds(window: MeasuredWindow, series: str) -> str:
    start, end = f"{series} @ {window.start_seconds:.3f}", f"{series} @ {window.end_seconds:.3f}"
    return f"(timestamp({end}) - (timestamp({start}) or 0 * {end} + {window.start_seconds:.3f}))"


def throughput_query(window: MeasuredWindow, activities_per_order: float) -> str:
    """
    Return the query for ``throughput_per_second``: activities finished, over an order's activities and the seconds.

    Args:
        window: The step's window.
        activities_per_order: Activities that one order takes on the average, as the report divides.

    Raises:
        ValueError: An order without activities has no such throughput.
    """
    if not activities_per_order > 0:
        raise ValueError(f"activities_per_order = {activities_per_order:g}: must be above 0")
    series = select(BY_KEY["worker.activity_finished"], window.scope, "_count")
    return f"sum({_growth(window, series)} / {_seconds(window, series)}) / {activities_per_order:g}"


def wait_query(window: MeasuredWindow, kind: str, q: float) -> str:
    """
    Return the query for a quantile of ``schedule_to_start_seconds``: of the tasks that were taken in the window.

    Args:
        window: The step's window.
        kind: ``activity`` or ``workflow``.
        q: Which quantile, 0..1.

    Raises:
        KeyError: No such kind of task.
    """
    return quantile_query(window, BY_KEY[f"worker.{kind}_schedule_to_start"], q)


def quantile_query(window: MeasuredWindow, metric: Metric, q: float) -> str:
    """
    Return the query for a quantile of a histogram's samples of the window alone.

    Raises:
        ValueError: The metric is read without its buckets.
    """
    if metric.kind is not MetricKind.HISTOGRAM or metric.reading is not MetricReading.BUCKETS:
        raise ValueError(f"{metric.key} has no buckets")
    series = select(metric, window.scope, "_bucket")
    return f"histogram_quantile({q:g}, sum by (le) ({_growth(window, series)}))"
