"""
A real OTLP receiver: takes protobuf over HTTP and keeps the spans.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Receiver:
    """
    What was received so far.

    Attributes:
        endpoint: For OTEL_EXPORTER_OTLP_ENDPOINT.
        spans: Each with the name of the service that sent it.
        status: What it answers with.
    """

    endpoint: str = ""
    spans: list[tuple[str, Span]] = field(default_factory=list)
    status: int = 200

    def named(self, name: str) -> list[Span]:
        """
        The spans of a name.
        """
        return [span for _, span in self.spans if span.name == name]

    def wait_for(self, name: str, count: int = 1, seconds: float = 60.0) -> list[Span]:
        """
        The spans of a name, once there are that many.
        """
        deadline = time.monotonic() + seconds
        while len(self.named(name)) < count:
            assert time.monotonic() < deadline, f"no {name} among {sorted({s.name for _, s in self.spans})}"
            time.sleep(0.1)
        return self.named(name)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """
    Listen on a free port of the loopback address.
    """
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if self.path == "/v1/traces" and receiver.status == 200:
                for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                    (service,) = [
                        a.value.string_value for a in sent.resource.attributes if a.key == "service.name"
                    ]
                    receiver.spans += [(service, span) for scope in sent.scope_spans for span in scope.spans]
            self.send_response(receiver.status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
