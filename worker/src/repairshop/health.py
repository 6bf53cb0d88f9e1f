"""
What Kubernetes and Prometheus ask of a worker process: /livez, /readyz and /metrics on one port.

It runs in threads of its own, so that it answers, and tells the problem, while the event loop is stuck.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST

from repairshop.web_server import open_web_server, web_address

STUCK_AFTER_SECONDS = 10.0


class ProcessHealth:
    """
    The state of the process; the event loop writes it and the server's threads read it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last_beat = clock()
        self._unready: dict[str, str] = {"start": "starting: not connected yet"}
        self._notes: dict[str, str] = {}

    def beat(self) -> None:
        """
        Record that the event loop runs.
        """
        with self._lock:
            self._last_beat = self._clock()

    def unready(self, topic: str, reason: str) -> None:
        """
        Give a reason why this process should not be expected to take tasks.
        """
        with self._lock:
            self._unready[topic] = reason

    def ready(self, topic: str) -> None:
        """
        Remove the reason of that topic.
        """
        with self._lock:
            self._unready.pop(topic, None)

    def why(self, topic: str) -> str | None:
        """
        Return the present reason of that topic.
        """
        with self._lock:
            return self._unready.get(topic)

    def note(self, topic: str, text: str | None) -> None:
        """
        Add a note that does not change readiness, or remove it with ``None``.
        """
        with self._lock:
            if text is None:
                self._notes.pop(topic, None)
            else:
                self._notes[topic] = text

    def livez(self) -> tuple[bool, str]:
        """
        Whether the process should be left running, and why not.
        """
        with self._lock:
            silent = self._clock() - self._last_beat
        if silent > STUCK_AFTER_SECONDS:
            return False, f"event loop stuck for {silent:.0f} s"
        return True, "ok"

    def readyz(self) -> tuple[bool, str]:
        """
        Whether the process asks for tasks, every reason why not, and the notes.

        A version that is not current stays ready: it polls and can be made current, and unready pods would stop the
        rollout that makes it current.
        """
        with self._lock:
            reasons, notes = list(self._unready.values()), list(self._notes.values())
        return not reasons, "\n".join([*(reasons or ["ok"]), *notes])


@contextmanager
def serve(health: ProcessHealth, page: Callable[[], bytes], host: str, port: int) -> Iterator[str]:
    """
    Serve the three pages until the block ends; yield their base address.

    Args:
        health: State that /livez and /readyz tell.
        page: Makes the /metrics page.
        host: Address to bind.
        port: Port to bind; 0 takes a free one.

    Raises:
        OSError: The address cannot be bound.
    """
    server = open_web_server(host, port, _handler(health, page))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="health", daemon=True
    )
    thread.start()
    try:
        yield web_address(host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()


def _handler(health: ProcessHealth, page: Callable[[], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """
        Answers the three paths.
        """

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            checks = {"/livez": health.livez, "/readyz": health.readyz}
            if path in checks:
                good, text = checks[path]()
                self._answer(200 if good else 503, "text/plain; charset=utf-8", f"{text}\n".encode())
            elif path == "/metrics":
                try:
                    body = page()
                except OSError as error:
                    # Without the SDK's part the page would read as zero tasks done.
                    self._answer(503, "text/plain; charset=utf-8", f"no metrics: {error}\n".encode())
                else:
                    self._answer(200, CONTENT_TYPE_LATEST, body)
            else:
                self._answer(404, "text/plain; charset=utf-8", b"there are /livez, /readyz and /metrics\n")

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """
            Log nothing: probes come every few seconds and are not worth a line.
            """

    return Handler
