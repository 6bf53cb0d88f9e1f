"""
What one named PromQL expression is: the query, its unit, and what good looks like.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.catalogue.metric import Metric, Presence
from loadtest.catalogue.promql import PLAIN, Query, QueryScope


@dataclass(frozen=True, slots=True)
class Expression:
    """
    One question to Prometheus.

    Attributes:
        name: ``<area>.<what>``, unique.
        query: The query that Prometheus is asked.
        unit: ``seconds``, ``ratio``, ``bytes``, ``unix time``, ``count`` or what is counted, ``…/s`` for rates.
        legend: How the query's series are told apart, in Grafana's spelling (``{{task_queue}}``).
        good: Good values, and what to do where the value is not good.
        readings: Keys of a step's readings in ``sweep.json`` that are about the same.
    """

    name: str
    query: Query
    unit: str
    legend: str
    good: str
    readings: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """
        The catalogue's metrics that the query uses.
        """
        return self.query.metrics

    @property
    def events(self) -> tuple[str, ...]:
        """
        The events that must have happened before the query can answer.
        """
        return tuple(
            dict.fromkeys(
                metric.event
                for metric in self.metrics
                if metric.presence is Presence.ON_EVENT and metric.event is not None
            )
        )

    def promql(self, scope: QueryScope = PLAIN) -> str:
        """
        Return the query as PromQL text.
        """
        return self.query.render(scope)
