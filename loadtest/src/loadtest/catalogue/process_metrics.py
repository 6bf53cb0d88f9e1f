"""
What a worker's process says of itself, beside what the SDK says of its work.

These families carry no labels, as each page is that of one process.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, Writer, counter, gauge

_WRITER = Writer("worker process", since="repair-worker 0.1.0")


PROCESS_METRICS: tuple[Metric, ...] = (
    counter(
        key="worker.cpu",
        name="process_cpu_seconds_total",
        unit="seconds",
        labels=(),
        meaning="CPU time of the process, user and system.",
        writer=_WRITER,
    ),
    gauge(
        key="worker.rss",
        name="process_resident_memory_bytes",
        unit="bytes",
        labels=(),
        meaning="Resident memory of the process.",
        writer=_WRITER,
    ),
    gauge(
        key="worker.start_time",
        name="process_start_time_seconds",
        unit="unix time",
        labels=(),
        meaning="When it started: tells a restart.",
        writer=_WRITER,
    ),
)
