"""
The injector's own metrics, as the catalogue names them.

It decides nothing; whoever starts a process gives the page a port.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

# A second family for each metric that says when it was made; nothing reads them.
disable_created_metrics()  # type: ignore[no-untyped-call]

# From 1 ms to 60 s, each bound 1.2 times the one before: the resolution that the worker's histograms have.
BUCKETS = tuple(round(0.001 * 1.2**i, 6) for i in range(61))


class Page:
    """
    The metrics of one injector process, by scenario.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        label = ("scenario",)

        def counter(name: str, text: str, labels: tuple[str, ...] = label) -> Counter:
            return Counter(f"loadtest_injector_{name}", text, labels, registry=self.registry)

        def histogram(name: str, text: str) -> Histogram:
            return Histogram(
                f"loadtest_injector_{name}", text, label, registry=self.registry, buckets=BUCKETS
            )

        self.offered = counter("offered", "Arrivals that fell due.")
        self.sent = counter("sent", "Starts that left the injector.")
        self.completed = counter("completed", "Workflows that closed well.")
        self.failed = counter("failed", "Starts and workflows that failed, by kind.", ("scenario", "kind"))
        self.in_flight = Gauge(
            "loadtest_injector_in_flight",
            "Workflows that this injector started and that are still open.",
            label,
            registry=self.registry,
        )
        self.lag = histogram("lag_seconds", "Actual send minus intended start.")
        self.response_time = histogram("response_time_seconds", "Start acknowledged minus intended start.")
        self.end_to_end = histogram("end_to_end_seconds", "Workflow closed minus intended start.")

    def meters(self, scenario: str) -> Meters:
        """
        The metrics of one scenario, looked up once.
        """
        return Meters(self, scenario)


class Meters:
    """
    One scenario's metrics in one process; all are there from the first moment, at zero.
    """

    def __init__(self, page: Page, scenario: str) -> None:
        self.offered = page.offered.labels(scenario)
        self.sent = page.sent.labels(scenario)
        self.completed = page.completed.labels(scenario)
        self.in_flight = page.in_flight.labels(scenario)
        self.lag = page.lag.labels(scenario)
        self.response_time = page.response_time.labels(scenario)
        self.end_to_end = page.end_to_end.labels(scenario)
        self._failed = page.failed
        self._scenario = scenario

    def failed(self, kind: str) -> None:
        """
        Count one failure of a kind.
        """
        self._failed.labels(self._scenario, kind).inc()
