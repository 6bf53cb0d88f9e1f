"""
What somebody must be told, each with its bound and a runbook.

An alert names a recorded series and a bound from ``limits``; the link to its runbook is added
where the rules are written, never by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards import limits


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One alert.

    Attributes:
        name: As people call it; its runbook bears the same name.
        left: The recorded series.
        operator: How it is compared.
        bound: What it must not pass.
        unless: Recorded series that, where it is above 0, makes the alert pointless.
        while_above: Recorded series and what it must be above, so that the alert has something to say.
        wait: How long it must hold.
        severity: ``critical`` wakes somebody up, ``warning`` waits for the morning.
        summary: One sentence, with Prometheus' templates.
    """

    name: str
    left: str
    operator: str
    bound: float
    wait: str
    severity: str
    summary: str
    unless: str | None = None
    while_above: tuple[str, float] | None = None

    @property
    def promql(self) -> str:
        """
        The whole condition.
        """
        condition = f"{self.left} {self.operator} {self.bound:g}"
        if self.unless is not None:
            condition += f" unless {self.unless} > 0"
        if self.while_above is not None:
            series, bound = self.while_above
            condition += f" and {series} > {bound:g}"
        return condition


ALERTS: tuple[Alert, ...] = (
    Alert(
        "TemporalActivityScheduleToStartHigh",
        "task_queue:activity_schedule_to_start_seconds:p95_5m",
        ">",
        limits.SCHEDULE_TO_START_P95_SECONDS,
        "5m",
        "warning",
        "Activities of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker (p95).",
    ),
    Alert(
        "TemporalWorkflowScheduleToStartHigh",
        "task_queue:workflow_schedule_to_start_seconds:p95_5m",
        ">",
        limits.SCHEDULE_TO_START_P95_SECONDS,
        "5m",
        "warning",
        "Workflow tasks of {{ $labels.task_queue }} wait {{ $value | humanizeDuration }} for a worker (p95).",
    ),
    Alert(
        "TemporalSyncMatchLow",
        "task_queue:sync_match_ratio:rate5m",
        "<",
        limits.SYNC_MATCH_RATIO,
        "10m",
        "warning",
        "Only {{ $value | humanizePercentage }} of the {{ $labels.task_type }} tasks of {{ $labels.taskqueue }} "
        "found a poller waiting.",
        while_above=("task_queue:polls_with_task:rate5m", limits.TASKS_PER_SECOND),
    ),
    Alert(
        "TemporalBacklogOld",
        "task_queue:backlog_age_seconds:max",
        ">",
        limits.BACKLOG_AGE_SECONDS,
        "5m",
        "critical",
        "The oldest {{ $labels.task_type }} task of {{ $labels.taskqueue }} has waited {{ $value | humanizeDuration }}.",
    ),
    Alert(
        "TemporalNoPollers",
        "task_queue:backlog_tasks:sum",
        ">",
        0,
        "5m",
        "critical",
        "{{ $value }} {{ $labels.task_type }} tasks wait in {{ $labels.taskqueue }}, and nobody polls it.",
        unless="task_queue:polls:rate5m",
    ),
    Alert(
        "TemporalPollSuccessLow",
        "task_queue:poll_success_ratio:rate5m",
        "<",
        limits.POLL_SUCCESS_RATIO,
        "30m",
        "warning",
        "Only {{ $value | humanizePercentage }} of the {{ $labels.task_type }} polls of {{ $labels.taskqueue }} bring a task.",
        while_above=("task_queue:polls_with_task:rate5m", limits.TASKS_PER_SECOND),
    ),
    Alert(
        "TemporalShardLockSlow",
        "cluster:shard_lock_seconds:p95_5m",
        ">",
        limits.SHARD_LOCK_P95_SECONDS,
        "10m",
        "warning",
        "Writes wait {{ $value | humanizeDuration }} for their shard's lock (p95).",
    ),
    Alert(
        "TemporalStartRequestSlow",
        "cluster:start_request_seconds:p95_5m",
        ">",
        limits.START_REQUEST_P95_SECONDS,
        "5m",
        "critical",
        "Starting a workflow takes {{ $value | humanizeDuration }} (p95).",
    ),
    Alert(
        "WorkerSlotsExhausted",
        "instance:activity_slots_used_ratio:current",
        ">",
        limits.SLOTS_USED_RATIO,
        "5m",
        "warning",
        "{{ $labels.instance }} has {{ $value | humanizePercentage }} of its activity slots in use.",
    ),
    Alert(
        "WorkerRestarts",
        "instance:worker_restarts:changes15m",
        ">",
        limits.RESTARTS,
        "0m",
        "critical",
        "{{ $labels.instance }} has restarted {{ $value }} times in 15 minutes.",
    ),
    Alert(
        "WorkflowTasksFail",
        "task_queue:workflow_task_failures:rate5m",
        ">",
        0,
        "5m",
        "critical",
        "Workflow tasks of {{ $labels.workflow_type }} fail: {{ $labels.failure_reason }}.",
    ),
    Alert(
        "InjectorLagHigh",
        "cluster:injector_lag_seconds:p99_5m",
        ">",
        limits.INJECTOR_LAG_P99_SECONDS,
        "1m",
        "warning",
        "Starts leave {{ $value | humanizeDuration }} late (p99), so the load test measures its injector.",
    ),
    Alert(
        "InjectorSendsLess",
        "cluster:sent_ratio:rate5m",
        "<",
        limits.SENT_RATIO,
        "1m",
        "warning",
        "Only {{ $value | humanizePercentage }} of the offered starts leave the injectors.",
    ),
)
