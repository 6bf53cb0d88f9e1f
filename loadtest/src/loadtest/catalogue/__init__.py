"""
Every metric that probes, dashboards, rules and the report use, once.

A ``Difference`` is read by the metrics' keys (``worker.workflow_completed``).
"""

from __future__ import annotations

from loadtest.catalogue.activity_metrics import ACTIVITY_ATTEMPT_METRICS, ACTIVITY_METRICS
from loadtest.catalogue.loadtest_metrics import INJECTOR_METRICS, STEP_METRICS
from loadtest.catalogue.metric import Metric, MetricKind, MetricReading, Presence
from loadtest.catalogue.monitoring_metrics import MONITORING_METRICS
from loadtest.catalogue.server_metrics import SERVER_METRICS
from loadtest.catalogue.shop_metrics import SHOP_METRICS
from loadtest.catalogue.task_queue_metrics import TASK_QUEUE_METRICS
from loadtest.catalogue.worker_metrics import PROCESS_METRICS, WORKER_METRICS
from loadtest.catalogue.workflow_metrics import WORKFLOW_METRICS

ALL: tuple[Metric, ...] = (
    *WORKER_METRICS,
    *WORKFLOW_METRICS,
    *ACTIVITY_METRICS,
    *PROCESS_METRICS,
    *SHOP_METRICS,
    *SERVER_METRICS,
    *ACTIVITY_ATTEMPT_METRICS,
    *TASK_QUEUE_METRICS,
    *INJECTOR_METRICS,
    *STEP_METRICS,
    *MONITORING_METRICS,
)
BY_KEY: dict[str, Metric] = {metric.key: metric for metric in ALL}


def read_by_sweep(role: str) -> tuple[Metric, ...]:
    """
    Return the metrics of a role's pages from which the readings of a step are made.
    """
    return tuple(metric for metric in ALL if metric.role == role and metric.read_by_sweep)


__all__ = [
    "ALL",
    "BY_KEY",
    "INJECTOR_METRICS",
    "MONITORING_METRICS",
    "PROCESS_METRICS",
    "STEP_METRICS",
    "Metric",
    "MetricKind",
    "MetricReading",
    "Presence",
    "read_by_sweep",
]
