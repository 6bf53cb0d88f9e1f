"""
What an injector process has once: the bridge, the client, the metrics page, and the way to end.

It decides when they are made (never before Locust has forked) and how the process ends.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING

import gevent
import prometheus_client
from locust.env import Environment

from loadtest.errors import InputError
from loadtest.injector import control_messages
from loadtest.injector.asked_tracing import tracing
from loadtest.injector.bridge import Bridge
from loadtest.injector.injector import Injector, connect
from loadtest.injector.meters import InjectorRegistry

if TYPE_CHECKING:
    from loadtest.injector.tracing import Tracing

_FLUSH_SPANS_EVERY_SECONDS = 1.0

log = logging.getLogger(__name__)


class InjectorLifecycle:
    """
    This process's side of Temporal; made on first use, after any fork.

    Attributes:
        page: Metrics page of the process.
        leaving: Whether the process is ending, so that calls that end now tell nothing of the load.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._bridge: Bridge | None = None
        self._injector: Injector | None = None
        self._tracing: Tracing | None = None
        self.page = InjectorRegistry()
        self.leaving = False

    @property
    def bridge(self) -> Bridge:
        """
        The bridge to the loop's thread.
        """
        if self._bridge is None:
            self._bridge = Bridge()
        return self._bridge

    def injector(self) -> Injector:
        """
        Connect, once, and return the injector.

        Raises:
            LoadtestError: No server answers at the address, or a setting cannot be used.
        """
        if self._injector is None:
            self._tracing = tracing()
            client = self.bridge.submit(connect, self._tracing)
            if self._tracing is not None:
                gevent.spawn(self._flush_spans, self._tracing)
            self._injector = Injector(client, self.page, self.stock, self._tracing)
        return self._injector

    def stock(self, kind: str, name: str, seconds: float, error: BaseException | None) -> None:
        """
        Pass a sample to Locust's own statistics; may be called from the loop's thread.
        """
        self.bridge.post(self._fire, kind, name, seconds, error)

    def _fire(self, kind: str, name: str, seconds: float, error: BaseException | None) -> None:
        self._environment.events.request.fire(
            request_type=kind,
            name=name,
            response_time=seconds * 1000,
            response_length=0,
            exception=error,
            context={},
        )

    def serve_metrics(self) -> None:
        """
        Serve the metrics page where the environment names a port for it.

        Raises:
            InputError: The value is no port, or the port is in use.
        """
        port = os.environ.get(control_messages.METRICS_PORT)
        if port:
            host = os.environ.get(control_messages.METRICS_HOST, "127.0.0.1")
            try:
                prometheus_client.start_http_server(int(port), host, registry=self.page.registry)
            except (OSError, ValueError, OverflowError) as error:
                raise InputError(
                    f"{control_messages.METRICS_PORT} = {port}: cannot be served ({error}); give a free port"
                ) from error
            log.info("metrics at http://%s:%s/metrics", host, port)

    def _flush_spans(self, spans: Tracing) -> None:
        while True:
            gevent.sleep(_FLUSH_SPANS_EVERY_SECONDS)
            spans.flush()

    def close(self) -> None:
        """
        Disconnect from Temporal, and wait until the SDK's threads are idle.
        """
        self.leaving = True
        if self._bridge is not None and not self._bridge.close():
            log.error("the loop's thread did not end")
        if self._tracing is not None:
            self._tracing.flush()
            if self._tracing.lost:
                log.error("%d spans were lost", self._tracing.lost)
        self._bridge = None
        self._injector = None

    def leave(self, exit_code: int) -> None:
        """
        End this process at once: a normal exit may crash in the SDK's threads and turn a good code into 139.
        """
        if self._environment.parsed_options.csv_prefix:
            return  # Locust closes its CSV files after this; the pause in ``close`` has to do
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
