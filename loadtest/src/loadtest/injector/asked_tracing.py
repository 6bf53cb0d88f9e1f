"""
Whether orders are traced: off unless the standard OpenTelemetry variables name an OTLP endpoint.

Nothing of OpenTelemetry is imported before that, so that an injector without traces has no cost.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from loadtest.errors import InputError

if TYPE_CHECKING:
    from loadtest.injector.tracing import Tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def tracing() -> Tracing | None:
    """
    Return the injector's tracing, or ``None`` when no OTLP endpoint is named.

    Raises:
        InputError: The environment asks for a protocol other than OTLP over HTTP.
    """
    if not any(os.environ.get(name) for name in _ENDPOINTS):
        return None
    for name in _PROTOCOLS:
        protocol = os.environ.get(name)
        if protocol not in (None, "", "http/protobuf"):
            raise InputError(
                f"{name} = {protocol}: spans leave over HTTP only, since gRPC's exporter blocks Locust; "
                "write http/protobuf and the receiver's HTTP port, usually 4318"
            )
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    from loadtest.injector.tracing import Tracing

    return Tracing(OTLPSpanExporter())
