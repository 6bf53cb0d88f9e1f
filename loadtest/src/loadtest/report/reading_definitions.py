"""
How each reading of a step is made: in words, as expressions, and as the Prometheus queries for the numbers of each
window, with that window's own seconds and divisor.

It takes the words from the schema of sweep.json and the expressions from the catalogue, and adds no text of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.analysis.readings.work_done import looked_seconds, work
from loadtest.catalogue.window_queries import SCRAPE_SECONDS, MeasuredWindow, throughput_query, wait_query
from loadtest.report.report_figures import Source, sources
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.schema import SCHEMA_PATH

# Keys that tell about the step itself and are no readings.
_NAMES = {
    "step",
    "replicas",
    "factors",
    "repetition",
    "attempt",
    "load",
    "started_at",
    "window_seconds",
    "verdict",
    "reasons",
    "notes",
    "superseded",
    "why",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One reading.

    Attributes:
        key: Key of the reading in sweep.json.
        meaning: Meaning of the reading, as the schema says it.
        sources: Expressions by which it is watched on a running system; empty where only a sweep can know it.
    """

    key: str
    meaning: str
    sources: tuple[Source, ...]


def readings() -> list[Reading]:
    """
    Return every reading of a step, in the order of sweep.json.
    """
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    properties = schema["$defs"]["StepResult"]["properties"]
    return [
        Reading(key, value["description"], sources([key]))
        for key, value in properties.items()
        if key not in _NAMES
    ]


NO_PAGES = "the workers had no pages, which the queries read"


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


def window_queries(
    steps: Sequence[Measured], manifest: Manifest, scrape_seconds: float = SCRAPE_SECONDS
) -> list[WindowQueries]:
    """
    Return the queries of every step.

    Args:
        steps: Steps of one run.
        manifest: Manifest of the run.
        scrape_seconds: Seconds between two scrapes of the Prometheus that is asked.
    """
    return [_of(step, manifest, scrape_seconds) for step in steps]


def _of(step: Measured, manifest: Manifest, scrape_seconds: float) -> WindowQueries:
    if step.worker_window is None:
        return WindowQueries(step.key.folder, None, None, NO_PAGES)
    start = step.started_at + step.warm_up_seconds
    namespace = manifest.namespace_at(dict(step.key.factors).get("profile"))
    try:
        end = start + looked_seconds(step)
        window = MeasuredWindow(start, end, namespace, manifest.task_queue, scrape_seconds)
    except ValueError as error:
        return WindowQueries(step.key.folder, None, None, str(error))
    done = work(step)
    return WindowQueries(
        step.key.folder,
        None if done is None else throughput_query(window, done.per_workflow),
        None if step.arrival_rate is None else wait_query(window, "activity", 0.95),
    )
