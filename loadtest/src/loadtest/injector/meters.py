"""
The injector's own metrics, made as the catalogue describes them; the process's starter gives the page a port.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric as Family

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.loadtest_metrics import LATENCY_BOUNDS_SECONDS
from loadtest.results.failure import Failure


class _PlainRegistry(CollectorRegistry):
    """
    A registry without the second series that tells when each metric was made, as nothing reads it.
    """

    def collect(self) -> Iterable[Family]:
        for family in super().collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


class InjectorRegistry:
    """
    The metrics of one injector process, by scenario.

    Attributes:
        registry: Registry whose metrics the /metrics page shows.
    """

    def __init__(self) -> None:
        self.registry = _PlainRegistry()
        self.offered = self._counter("offered")
        self.sent = self._counter("sent")
        self.completed = self._counter("completed")
        self.failed = self._counter("failed")
        in_flight = BY_KEY["injector.in_flight"]
        self.in_flight = Gauge(in_flight.name, in_flight.meaning, in_flight.labels, registry=self.registry)
        self.lag = self._histogram("lag")
        self.response_time = self._histogram("response_time")
        self.end_to_end = self._histogram("end_to_end")

    def _counter(self, what: str) -> Counter:
        metric = BY_KEY[f"injector.{what}"]
        return Counter(metric.name, metric.meaning, metric.labels, registry=self.registry)

    def _histogram(self, what: str) -> Histogram:
        metric = BY_KEY[f"injector.{what}"]
        return Histogram(
            metric.name,
            metric.meaning,
            metric.labels,
            registry=self.registry,
            buckets=LATENCY_BOUNDS_SECONDS,
        )

    def meters(self, scenario: str) -> Meters:
        """
        Return the metrics of one scenario, looked up once.
        """
        return Meters(self, scenario)


class Meters:
    """
    One scenario's metrics in one process; all are on the page from the start, at zero.
    """

    def __init__(self, registry: InjectorRegistry, scenario: str) -> None:
        self.offered = registry.offered.labels(scenario)
        self.sent = registry.sent.labels(scenario)
        self.completed = registry.completed.labels(scenario)
        self.in_flight = registry.in_flight.labels(scenario)
        self.lag = registry.lag.labels(scenario)
        self.response_time = registry.response_time.labels(scenario)
        self.end_to_end = registry.end_to_end.labels(scenario)
        self._failed = registry.failed
        self._scenario = scenario

    def failed(self, failure: Failure) -> None:
        """
        Count one order that failed, by its reason.
        """
        self._failed.labels(self._scenario, str(failure)).inc()
