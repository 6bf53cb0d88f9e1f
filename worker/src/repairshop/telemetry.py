"""
What a worker process tells of itself: the SDK's runtime, its buckets and the one /metrics page.

``health`` serves the page.
"""

from __future__ import annotations

import http.client
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from repairshop.free_port import free_port
from repairshop.settings import Settings

FIRST_BUCKET_SECONDS = 0.001
LAST_BUCKET_SECONDS = 60.0
BUCKET_RATIO = 1.2
# Families whose percentiles are reported; the SDK's own first bucket ends at 100 ms or above.
BUCKETED = (
    "temporal_workflow_task_schedule_to_start_latency",
    "temporal_activity_schedule_to_start_latency",
    "temporal_workflow_task_execution_latency",
    "temporal_workflow_task_replay_latency",
    "temporal_activity_execution_latency",
    "temporal_activity_succeed_endtoend_latency",
    "temporal_local_activity_execution_latency",
    "temporal_local_activity_succeed_endtoend_latency",
    "temporal_workflow_endtoend_latency",
    "temporal_request_latency",
)
ATTEMPTS_TO_BIND = 5


def buckets(exact: Iterable[float] = ()) -> tuple[float, ...]:
    """
    Return upper bounds from 1 ms to 60 s, each 1.2 times the one before; they set the resolution of every percentile.

    Args:
        exact: Further bounds in seconds, so that tasks that took longer can be counted exactly.
    """
    bounds = []
    bound = FIRST_BUCKET_SECONDS
    while bound < LAST_BUCKET_SECONDS:
        bounds.append(float(f"{bound:.4g}"))
        bound *= BUCKET_RATIO
    return tuple(sorted({*bounds, LAST_BUCKET_SECONDS, *exact}))


@dataclass(frozen=True, slots=True)
class Telemetry:
    """
    The SDK's runtime and the address of its own page.

    Attributes:
        runtime: Runtime for ``Client.connect``.
        core_address: Address of the SDK's page, on this machine's loopback alone.
        registry: Metrics of prometheus_client: those of the process and of the shop's business.
    """

    runtime: Runtime
    core_address: str
    registry: CollectorRegistry = REGISTRY

    def page(self) -> bytes:
        """
        Return the SDK's metrics and this process's own as one Prometheus text page.

        Raises:
            OSError: The SDK's page cannot be read; half a page is never returned.
        """
        connection = http.client.HTTPConnection(self.core_address, timeout=5)
        try:
            connection.request("GET", "/metrics")
            reply = connection.getresponse()
            core = reply.read()
        except http.client.HTTPException as error:
            raise OSError(f"the SDK's metrics at {self.core_address}: {error}") from error
        finally:
            connection.close()
        if reply.status != http.HTTPStatus.OK:
            raise OSError(f"the SDK's metrics at {self.core_address}: status {reply.status}")
        return core + generate_latest(self.registry)


def start(settings: Settings, log: logging.Logger) -> Telemetry:
    """
    Start the SDK's runtime with metrics in seconds and with the kit's buckets.

    Args:
        settings: Bounds of the histograms and interval of the worker heartbeats.
        log: Logger that gets the runtime's own lines.

    Raises:
        OSError: No loopback port could be bound.
    """
    bounds = buckets(settings.histogram_bounds)
    beat = settings.worker_heartbeat_seconds
    for attempt in range(1, ATTEMPTS_TO_BIND + 1):
        address = f"127.0.0.1:{free_port()}"
        metrics = PrometheusConfig(
            bind_address=address,
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
            histogram_bucket_overrides={name: bounds for name in BUCKETED},
        )
        logs = LoggingConfig(
            filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
            forwarding=LogForwardingConfig(logger=log, append_target_to_name=False),
        )
        try:
            runtime = Runtime(
                telemetry=TelemetryConfig(metrics=metrics, logging=logs),
                worker_heartbeat_interval=timedelta(seconds=beat) if beat else None,
            )
        except (RuntimeError, ValueError) as error:
            # Another process took the port between this check and the SDK's bind.
            if attempt == ATTEMPTS_TO_BIND:
                raise OSError(f"metrics of the SDK cannot be bound to {address}: {error}") from error
            continue
        return Telemetry(runtime, address)
    raise AssertionError("unreachable")
