"""
The Prometheus queries for the numbers of each window, with that window's own seconds and divisor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.analysis.readings.workflow_counts import looked_seconds, work
from loadtest.catalogue.window_queries import MeasuredWindow, throughput_query, wait_query
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured


@dataclass(frozen=True, slots=True)
class WindowQueries:
    """
    The queries of one step's window, or why there are none.

    Attributes:
        step: Name of the step's folder.
        throughput: Query for ``throughput_per_second``; ``None`` where activities were not counted.
        wait_p95: Query for ``schedule_to_start_seconds.activity.p95``.
        why: Why there is no query.
    """

    step: str
    throughput: str | None
    wait_p95: str | None
    why: str | None = None


def window_queries(steps: Sequence[Measured], manifest: Manifest) -> list[WindowQueries]:
    """
    Return the queries of every step.
    """
    return [_of(step, manifest) for step in steps]


def _of(step: Measured, manifest: Manifest) -> WindowQueries:
    start = step.started_at + step.warm_up_seconds
    namespace = manifest.namespace_at(dict(step.key.factors).get("profile"))
    try:
        window = MeasuredWindow(start, start + looked_seconds(step), namespace, manifest.task_queue)
    except ValueError as error:
        return WindowQueries(step.key.folder, None, None, str(error))
    done = work(step)
    return WindowQueries(
        step.key.folder,
        None if done is None else throughput_query(window, done.per_workflow),
        None if step.arrival_rate is None else wait_query(window, "activity", 0.95),
    )
