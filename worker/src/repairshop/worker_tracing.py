"""
The worker's half of an order's trace: its workflow and each of its activities as spans.

Off unless the standard OpenTelemetry variables name an OTLP endpoint. Nothing of OpenTelemetry is imported before that,
so that a worker without traces has no cost.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.plugin import SimplePlugin

from repairshop.environment import SettingsError

LOG = logging.getLogger("repairshop")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_FLUSH_MILLISECONDS = 3000


@contextmanager
def plugins() -> Iterator[list[SimplePlugin]]:
    """
    Yield the plugins to connect with: Temporal's, or none when no endpoint is named; send the last spans at the end.

    Raises:
        SettingsError: The environment asks for a protocol other than OTLP over HTTP.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        yield []
        return
    refused = tuple(
        f"{name}={os.environ[name]}: spans leave over HTTP only; write http/protobuf and the receiver's "
        "HTTP port, usually 4318"
        for name in _PROTOCOLS
        if os.environ.get(name) not in (None, "", "http/protobuf")
    )
    if refused:
        raise SettingsError(refused)
    import opentelemetry.trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from temporalio.contrib.opentelemetry import OpenTelemetryPlugin, create_tracer_provider

    name = os.environ.get("OTEL_SERVICE_NAME", "repair-worker")
    provider = create_tracer_provider(resource=Resource.create({SERVICE_NAME: name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # Temporal's plugin uses the process's provider; there is no other way to pass it one.
    opentelemetry.trace.set_tracer_provider(provider)
    try:
        yield [OpenTelemetryPlugin(add_temporal_spans=True)]
    finally:
        # The process ends by os._exit, which does not send spans by itself.
        if not provider.force_flush(_FLUSH_MILLISECONDS):
            LOG.warning("the last spans of this worker were not taken within %d ms", _FLUSH_MILLISECONDS)
