"""
What the worker's process says of itself, beside what the SDK core says of its work.

These families carry no labels, as there is one process to a page.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence


def _process(key: str, name: str, kind: Kind, unit: str, meaning: str) -> Metric:
    return Metric(
        key=f"worker.{key}",
        name=f"process_{name}",
        kind=kind,
        unit=unit,
        labels=(),
        meaning=meaning,
        source="worker process",
        presence=Presence.ALWAYS,
        since="repair-worker 0.1.0",
    )


PROCESS: tuple[Metric, ...] = (
    _process(
        "cpu", "cpu_seconds_total", Kind.COUNTER, "seconds", "CPU time of the process, user and system."
    ),
    _process("rss", "resident_memory_bytes", Kind.GAUGE, "bytes", "Resident memory of the process."),
    _process(
        "start_time", "start_time_seconds", Kind.GAUGE, "unix time", "When it started: tells a restart."
    ),
)
