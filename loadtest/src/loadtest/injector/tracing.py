"""
One order as one trace: from the injector's intended start through every activity to its settlement.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import opentelemetry.trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Status, StatusCode
from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

_BATCH = 512
# About 100 MB of spans: a collector that does not answer must not take down the injector.
_WAITING_MAX = 100_000


class _WaitingSpans(SpanProcessor):
    """
    Ended spans until the next flush; the loop's thread adds them, the hub's thread takes them.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._waiting: deque[ReadableSpan] = deque()
        # The last flush must wait for a flush that is still running: the process ends right after it.
        self._sending = threading.Lock()
        self.lost = 0

    def on_end(self, span: ReadableSpan) -> None:
        if not span.context.trace_flags.sampled:
            return
        if len(self._waiting) >= _WAITING_MAX:
            self.lost += 1
            return
        self._waiting.append(span)

    def flush(self) -> int:
        sent = 0
        with self._sending:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
                if self._exporter.export(batch) is SpanExportResult.SUCCESS:
                    sent += len(batch)
                else:
                    self.lost += len(batch)
        return sent

    def shutdown(self) -> None:
        self.flush()
        self._exporter.shutdown()


class Tracing:
    """
    The injector's half of each order's trace.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._spans = _WaitingSpans(exporter)
        name = os.environ.get("OTEL_SERVICE_NAME", "loadtest-injector")
        provider = create_tracer_provider(
            resource=Resource.create({SERVICE_NAME: name}), shutdown_on_exit=False
        )
        provider.add_span_processor(self._spans)
        # Temporal's plugin uses the process's provider; there is no other way to pass it one.
        opentelemetry.trace.set_tracer_provider(provider)
        self._tracer = provider.get_tracer(__name__)
        self.plugin = OpenTelemetryPlugin(add_temporal_spans=True)

    @contextmanager
    def order(self, order_id: str, intended_at: float) -> Iterator[None]:
        """
        Hold one order's root span open while it is started and awaited.

        Args:
            order_id: Id that the injector gave the order.
            intended_at: Unix time at which the schedule asked for the start.
        """
        with self._tracer.start_as_current_span(
            "order",
            kind=SpanKind.PRODUCER,
            attributes={"order": order_id},
            start_time=round(intended_at * 1e9),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error}"))
                raise

    def flush(self) -> int:
        """
        Send the spans that have ended; blocks the caller for the length of the requests.

        Returns:
            Number of spans that were accepted.
        """
        return self._spans.flush()

    @property
    def lost(self) -> int:
        """
        Number of spans that the receiver refused or for which there was no room; to be told at the end.
        """
        return self._spans.lost
