"""
Recording rules: what alerts and long ranges ask for, worked out once a quarter of a minute.

Names are ``level:metric:operation``; the level is what is left of the labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import RULES


@dataclass(frozen=True, slots=True)
class Recording:
    """
    One expression under a name that Prometheus keeps.
    """

    record: str
    expression: str

    @property
    def promql(self) -> str:
        """
        Its expression over all of Temporal's namespaces and task queues, for each Kubernetes namespace, five minutes back.
        """
        return BY_NAME[self.expression].promql(RULES)


RECORDINGS: tuple[Recording, ...] = (
    Recording(
        "task_queue:activity_schedule_to_start_seconds:p95_5m", "task_queues.activity_schedule_to_start_p95"
    ),
    Recording(
        "task_queue:workflow_schedule_to_start_seconds:p95_5m", "task_queues.workflow_schedule_to_start_p95"
    ),
    Recording("task_queue:sync_match_ratio:rate5m", "task_queues.sync_match_ratio"),
    Recording("task_queue:poll_success_ratio:rate5m", "task_queues.poll_success_ratio"),
    Recording("task_queue:polls:rate5m", "task_queues.polls"),
    Recording("task_queue:polls_with_task:rate5m", "task_queues.polls_with_task"),
    Recording("task_queue:backlog_tasks:sum", "task_queues.backlog_tasks"),
    Recording("task_queue:backlog_age_seconds:max", "task_queues.backlog_age"),
    Recording("task_queue:workers:count", "overview.workers"),
    Recording("instance:activity_slots_used_ratio:current", "workers.activity_slots_used_ratio"),
    Recording("instance:worker_restarts:changes15m", "workers.restarts"),
    Recording("instance:worker_cpu_cores:rate5m", "workers.cpu"),
    Recording("task_queue:activities_finished:rate5m", "overview.activities_finished"),
    Recording("task_queue:workflows_completed:rate5m", "overview.orders_completed"),
    Recording("task_queue:workflow_task_failures:rate5m", "workers.workflow_task_failures"),
    Recording("namespace:state_transitions:rate5m", "server.state_transitions"),
    Recording("cluster:shard_lock_seconds:p95_5m", "server.shard_lock_p95"),
    Recording("cluster:start_request_seconds:p95_5m", "server.start_latency_p95"),
    Recording("cluster:injector_lag_seconds:p99_5m", "load.lag_p99"),
    Recording("cluster:sent_ratio:rate5m", "load.sent_ratio"),
    Recording("instance:silent_slots:current", "workers.silent_slots"),
    Recording("job:targets_down:count", "overview.targets_down"),
    Recording("job:gone:count", "overview.jobs_gone"),
    Recording("namespace:resource_exhausted:rate5m", "server.resource_exhausted"),
    Recording("operation:persistence_failed_ratio:rate5m", "server.persistence_failed_ratio"),
    Recording("autoscaler:replicas_left:current", "overview.autoscaler_replicas_left"),
    Recording("certificate:seconds_left:current", "overview.certificate_left"),
)
BY_RECORD: dict[str, Recording] = {recording.record: recording for recording in RECORDINGS}
