"""
What Prometheus tells of one measured window, in the report's own terms.

A ``rate`` over a minute mixes a window with the time before it, and an ``increase`` extrapolates from the scrapes to
the window's length. These queries take each counter at the first and at the last scrape in the window, and divide by
the time between these two samples. Nothing from outside of the window is counted; the only assumption is that the
moments before the first and after the last scrape are like the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.metric import Metric, MetricKind, MetricReading, plain_spelling
from loadtest.catalogue.promql import QueryScope, select

SCRAPE_SECONDS = 5.0
"""
Seconds between two scrapes of the workers in all of the kit's configurations for a cluster.
"""


@dataclass(frozen=True, slots=True)
class MeasuredWindow:
    """
    One window of one step, with its namespace and task queue.

    Attributes:
        start_seconds: Unix time of the look that opened it.
        end_seconds: Unix time of the look that closed it.
        namespace: Temporal namespace of the step's workflows.
        task_queue: Task queue of the step's workflows.
        scrape_seconds: Seconds between two scrapes of the workers.
    """

    start_seconds: float
    end_seconds: float
    namespace: str
    task_queue: str
    scrape_seconds: float = SCRAPE_SECONDS

    def __post_init__(self) -> None:
        """
        Refuse a window that does not hold two scrapes.

        Raises:
            ValueError: The window is not longer than the time between two scrapes, or ends before it begins.
        """
        if not self.end_seconds - self.start_seconds > 2 * self.scrape_seconds:
            raise ValueError(
                f"a window of {self.end_seconds - self.start_seconds:g} s: must be longer than twice the "
                f"{self.scrape_seconds:g} s between scrapes, as it is read at two of them"
            )

    @property
    def first(self) -> str:
        """
        The moment whose latest sample is the first one in the window.
        """
        return f"{self.start_seconds + self.scrape_seconds:.3f}"

    @property
    def last(self) -> str:
        """
        The moment whose latest sample is the last one in the window.
        """
        return f"{self.end_seconds:.3f}"

    @property
    def scope(self) -> QueryScope:
        """
        Namespace and task queue to which the window's queries are limited.
        """
        return QueryScope(_as_pages_write(self.namespace), _as_pages_write(self.task_queue))


def _as_pages_write(name: str) -> str:
    """
    Return a regular expression for a name as it is and in its plain spelling.
    """
    # A backslash of the expression must be escaped in a PromQL string.
    exact = re.sub(r"([^\w-])", r"\\\\\1", name)
    plain = plain_spelling(name)
    return exact if plain == name else f"{exact}|{plain}"


def _growth(window: MeasuredWindow, series: str) -> str:
    # A series that begins later counts from 0.
    first, last = f"{series} @ {window.first}", f"{series} @ {window.last}"
    return f"({last} - ({first} or 0 * {last}))"


def _seconds(window: MeasuredWindow, series: str) -> str:
    first, last = f"{series} @ {window.first}", f"{series} @ {window.last}"
    return f"(timestamp({last}) - (timestamp({first}) or 0 * {last} + {window.first}))"


def throughput_query(window: MeasuredWindow, activities_per_order: float) -> str:
    """
    Return the query for ``throughput_per_second``: activities finished, over an order's activities and the seconds.

    Args:
        window: The step's window.
        activities_per_order: Mean number of activities of one order, as the report divides.

    Raises:
        ValueError: The order has no activities, so that it has no such throughput.
    """
    if not activities_per_order > 0:
        raise ValueError(f"activities_per_order = {activities_per_order:g}: must be above 0")
    series = select(BY_KEY["worker.activity_finished"], window.scope, "_count")
    return f"sum({_growth(window, series)} / {_seconds(window, series)}) / {activities_per_order:g}"


def wait_query(window: MeasuredWindow, kind: str, q: float) -> str:
    """
    Return the query for a quantile of ``schedule_to_start_seconds``, over the tasks that were taken in the window.

    Args:
        window: The step's window.
        kind: ``activity`` or ``workflow``.
        q: The quantile to ask for, 0..1.

    Raises:
        KeyError: There is no such kind of task.
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
