"""
The running step as a metric of the sweep's own process, so that panels can mark and select it.

It knows only what it is told of steps, and nothing of how they are run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from loadtest.catalogue import BY_KEY
from loadtest.errors import InputError
from loadtest.results.step_key import StepKey

_METRIC = BY_KEY["sweep.step_info"]


class _Current(Collector):
    """
    One series for the running step; a look at the page never finds two, and none between steps.
    """

    def __init__(self) -> None:
        self.labels: tuple[str, ...] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(_METRIC.name, _METRIC.meaning, labels=_METRIC.labels)
        labels = self.labels
        if labels is not None:
            family.add_metric(labels, 1)
        yield family


class StepInfo:
    """
    Serves the metric until it is closed.
    """

    def __init__(self, run: str, port: int, host: str = "127.0.0.1") -> None:
        """
        Listen.

        Args:
            run: Name of the run.
            port: TCP port to listen on; 0 takes a free one.
            host: Address to listen on: loopback, or every one in a pod.

        Raises:
            InputError: The port is in use.
        """
        self._run = run
        self._current = _Current()
        registry = CollectorRegistry()
        registry.register(self._current)
        try:
            served: tuple[WSGIServer, threading.Thread] = start_http_server(port, host, registry)
        except OSError as error:
            raise InputError(
                f"port {port}: cannot show the step's metric there ({error.strerror}); give a free port or 0"
            ) from None
        self._server, self._thread = served

    @property
    def port(self) -> int:
        """
        The TCP port on which it listens.
        """
        return int(self._server.server_port)

    def tell(self, key: StepKey, phase: str) -> None:
        """
        Set the step and the phase that run from now on.
        """
        self._current.labels = (
            self._run,
            key.folder,
            str(key.replicas),
            key.kind,
            str(key.repetition),
            phase,
        )

    def clear(self) -> None:
        """
        Set that no step runs.
        """
        self._current.labels = None

    def close(self) -> None:
        """
        Close the page of the running step.
        """
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
