"""
The alerts for people, each with its bound and a runbook.

An alert names a recorded series and a value from ``bounds``; the link to its runbook is added
where the rules are written, never by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards import bounds
from dashboards.bounds import QueueBounds, either_spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """
    One alert.

    Attributes:
        name: Name of the alert as people call it; its runbook has the same name.
        left: Recorded series that is compared with the bound.
        operator: Operator of the comparison.
        bound: Value beyond which the alert fires.
        queue_bound: Name of the queue's own bound that replaces this bound for a queue that has one.
        unless: Condition under which the alert does not fire, as it would be pointless.
        where: Condition that must also hold, so that the alert has something to tell.
        wait: How long the condition must hold, as a Prometheus duration.
        keeps: How long it fires on after the condition has ended, where what it tells of shows itself from time to time
            alone; ``None`` where the condition holds for as long as that lasts.
        severity: Severity: ``critical`` wakes somebody up, ``warning`` waits for the morning.
        summary: One sentence on the alert, with Prometheus' templates.
    """

    name: str
    left: str
    operator: str
    bound: float
    wait: str
    severity: str
    summary: str
    queue_bound: str | None = None
    unless: str | None = None
    where: str | None = None
    keeps: str | None = None

    @property
    def promql(self) -> str:
        """
        The whole condition, the same for all queues.
        """
        return self._condition("", self.bound)

    def conditions(self, queues: Mapping[str, QueueBounds]) -> list[str]:
        """
        Return the conditions under which it fires: one for the queues in general, one for each with a bound of its own.

        Args:
            queues: Bounds of queues that have their own, by the queues' names as workers write them.
        """
        own = {
            name: bound
            for name, queue in queues.items()
            if self.queue_bound is not None and (bound := queue.of(self.queue_bound)) is not None
        }
        if not own:
            return [self.promql]
        # The workers' series have task_queue, the server's taskqueue.
        label = "taskqueue" if "$labels.taskqueue" in self.summary else "task_queue"
        others = "|".join(map(either_spelling, own))
        return [
            self._condition(f'{{{label}!~"{others}"}}', self.bound),
            *(
                self._condition(f'{{{label}=~"{either_spelling(name)}"}}', bound)
                for name, bound in own.items()
                if bound is not False
            ),
        ]

    def _condition(self, selector: str, bound: float) -> str:
        condition = f"{self.left}{selector} {self.operator} {bound:g}"
        if self.unless is not None:
            condition += f" unless {self.unless}"
        if self.where is not None:
            condition += f" and {self.where}"
        return condition


ALERTS: tuple[Alert, ...] = (
    Alert(
        name="TemporalActivityScheduleToStartHigh",
        left="task_queue:activity_schedule_to_start_seconds:p95_5m",
        operator=">",
        bound=bounds.SCHEDULE_TO_START_P95_SECONDS,
        wait="5m",
        severity="warning",
        summary="Activities of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker (p95).",
        queue_bound="schedule_to_start_p95_seconds",
    ),
    Alert(
        name="TemporalWorkflowScheduleToStartHigh",
        left="task_queue:workflow_schedule_to_start_seconds:p95_5m",
        operator=">",
        bound=bounds.SCHEDULE_TO_START_P95_SECONDS,
        wait="5m",
        severity="warning",
        summary="Workflow tasks of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker (p95).",
        queue_bound="schedule_to_start_p95_seconds",
    ),
    Alert(
        name="TemporalSyncMatchLow",
        left="task_queue:sync_match_ratio:rate5m",
        operator="<",
        bound=bounds.SYNC_MATCH_RATIO,
        wait="10m",
        severity="warning",
        summary="Only {{ $value | humanizePercentage }} of the {{ $labels.task_type }} tasks of {{ $labels.taskqueue }} found a poller waiting.",
        where=f"task_queue:polls_with_task:rate5m > {bounds.TASKS_PER_SECOND}",
        queue_bound="sync_match_ratio",
    ),
    Alert(
        name="TemporalBacklogOld",
        left="task_queue:backlog_age_seconds:max",
        operator=">",
        bound=bounds.BACKLOG_AGE_SECONDS,
        wait="5m",
        severity="critical",
        summary="The oldest {{ $labels.task_type }} task of {{ $labels.taskqueue }} has waited {{ $value | humanizeDuration }}.",
        queue_bound="backlog_age_seconds",
    ),
    Alert(
        name="TemporalNoPollers",
        left="task_queue:backlog_tasks:sum",
        operator=">",
        bound=0,
        wait="5m",
        severity="critical",
        summary="{{ $value }} {{ $labels.task_type }} tasks wait in {{ $labels.taskqueue }}, and nobody polls it.",
        unless="task_queue:polls:rate5m > 0",
    ),
    Alert(
        name="TemporalPollSuccessLow",
        left="task_queue:poll_success_ratio:rate5m",
        operator="<",
        bound=bounds.POLL_SUCCESS_RATIO,
        wait="30m",
        severity="warning",
        summary="Only {{ $value | humanizePercentage }} of the {{ $labels.task_type }} polls of {{ $labels.taskqueue }} bring a task.",
        where=f"task_queue:polls_with_task:rate5m > {bounds.TASKS_PER_SECOND}",
        queue_bound="poll_success_ratio",
    ),
    Alert(
        name="TemporalShardLockSlow",
        left="cluster:shard_lock_seconds:p95_5m",
        operator=">",
        bound=bounds.SHARD_LOCK_P95_SECONDS,
        wait="10m",
        severity="warning",
        summary="Writes wait {{ $value | humanizeDuration }} for their shard's lock (p95).",
    ),
    Alert(
        name="TemporalStartRequestSlow",
        left="cluster:start_request_seconds:p95_5m",
        operator=">",
        bound=bounds.START_REQUEST_P95_SECONDS,
        wait="5m",
        severity="critical",
        summary="Starting a workflow takes {{ $value | humanizeDuration }} (p95).",
    ),
    Alert(
        name="WorkerSlotsExhausted",
        left="instance:activity_slots_used_ratio:current",
        operator=">",
        bound=bounds.SLOTS_USED_RATIO,
        wait="5m",
        severity="warning",
        summary="{{ $labels.instance }} has {{ $value | humanizePercentage }} of its activity slots in use.",
    ),
    Alert(
        name="WorkerRestarts",
        left="instance:worker_restarts:changes15m",
        operator=">",
        bound=bounds.RESTARTS,
        wait="0m",
        severity="critical",
        summary="{{ $labels.instance }} has restarted {{ $value }} times in 15 minutes.",
    ),
    Alert(
        name="WorkflowTasksFail",
        left="task_queue:workflow_task_failures:rate5m",
        operator=">",
        bound=0,
        wait="5m",
        severity="critical",
        summary="Workflow tasks of {{ $labels.workflow_type }} in {{ $labels.temporal_namespace }} fail: {{ $labels.failure_reason }}.",
        # The server tries the task of one workflow again after ever longer, up to ten minutes (history.workflowTaskRetryMaxInterval).
        keeps="15m",
    ),
    Alert(
        name="InjectorLagHigh",
        left="cluster:injector_lag_seconds:p99_5m",
        operator=">",
        bound=bounds.INJECTOR_LAG_P99_SECONDS,
        wait="1m",
        severity="warning",
        summary="Starts leave {{ $value | humanizeDuration }} late (p99), so the load test measures its injector.",
    ),
    Alert(
        name="InjectorSendsLess",
        left="cluster:sent_ratio:rate5m",
        operator="<",
        bound=bounds.SENT_RATIO,
        wait="1m",
        severity="warning",
        summary="Only {{ $value | humanizePercentage }} of the offered starts leave the injectors.",
    ),
    Alert(
        name="WorkerSilent",
        left="instance:silent_slots:current",
        operator=">",
        bound=0,
        wait="5m",
        severity="critical",
        summary="{{ $labels.instance }} has {{ $value }} free slots of its {{ $labels.worker_type }} and gets no answer to a poll for them.",
    ),
    Alert(
        name="TemporalTargetDown",
        left="job:targets_down:count",
        operator=">",
        bound=0,
        wait="2m",
        severity="critical",
        summary="{{ $value }} targets of {{ $labels.job }} do not answer to Prometheus.",
    ),
    Alert(
        name="TemporalTargetsGone",
        left="job:gone:count",
        operator=">",
        bound=0,
        wait="10m",
        severity="warning",
        summary="{{ $labels.job }} had targets within the last hour, and Prometheus finds none any more.",
    ),
    Alert(
        name="TemporalResourceExhausted",
        left="namespace:resource_exhausted:rate5m",
        operator=">",
        bound=0,
        wait="2m",
        severity="warning",
        summary="The server refuses {{ $value | humanize }} requests/s: {{ $labels.resource_exhausted_cause }} in {{ $labels.temporal_namespace }}.",
    ),
    Alert(
        name="TemporalPersistenceErrors",
        left="operation:persistence_failed_ratio:rate5m",
        operator=">",
        bound=bounds.PERSISTENCE_FAILED_RATIO,
        wait="2m",
        severity="critical",
        summary="{{ $value | humanizePercentage }} of the database's {{ $labels.operation }} requests fail.",
    ),
    Alert(
        name="AutoscalerAtMaximum",
        left="autoscaler:replicas_left:current",
        operator="<",
        bound=bounds.AUTOSCALER_REPLICAS_LEFT,
        wait="10m",
        severity="warning",
        summary="{{ $labels.horizontalpodautoscaler }} in {{ $labels.namespace }} runs as many replicas as it may.",
    ),
    Alert(
        name="CertificateNearEnd",
        left="certificate:seconds_left:current",
        operator="<",
        bound=bounds.CERTIFICATE_SECONDS_LEFT,
        wait="15m",
        severity="warning",
        summary="Certificate {{ $labels.name }} in {{ $labels.namespace }} was not renewed and "
        "{{ if gt $value 0.0 }}ends in {{ $value | humanizeDuration }}{{ else }}has ended, or was never issued{{ end }}.",
    ),
)
