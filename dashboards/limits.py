"""
Where good ends, once: panels draw these lines, alerts fire beyond them.
"""

from __future__ import annotations

# Rob Holland, "Scaling Temporal: The basics" (Temporal's blog, 2023): schedule-to-start and start
# requests p95 below 150 ms, shard lock p95 below 5 ms, sync match at least 99 %, CPU below 80 %.
SCHEDULE_TO_START_P95_SECONDS = 0.15
START_REQUEST_P95_SECONDS = 0.15
SHARD_LOCK_P95_SECONDS = 0.005
SYNC_MATCH_RATIO = 0.99
CPU_CORES = 0.8
# Temporal's worker performance guide: poll success above 90 % in steady load.
POLL_SUCCESS_RATIO = 0.9
# Ours: a ratio of fewer tasks than this each second says nothing.
TASKS_PER_SECOND = 1
# Ours: a slot-limited worker at 100 % makes tasks wait whatever its CPU does.
SLOTS_USED_RATIO = 0.95
# Ours: waiting ten times the bound on schedule-to-start is no burst any more.
BACKLOG_AGE_SECONDS = 1.5
# The validity rule of a step: an injector later than this measures itself.
INJECTOR_LAG_P99_SECONDS = 0.01
SENT_RATIO = 0.99
RESTARTS = 2

# What a panel draws, by the name of its first expression: the bound, and whether good is below it.
LINES: dict[str, tuple[float, bool]] = {
    "task_queues.activity_schedule_to_start_p50": (SCHEDULE_TO_START_P95_SECONDS, True),
    "task_queues.workflow_schedule_to_start_p50": (SCHEDULE_TO_START_P95_SECONDS, True),
    "task_queues.activity_schedule_to_start_p95": (SCHEDULE_TO_START_P95_SECONDS, True),
    "task_queues.server_activity_schedule_to_start_p95": (SCHEDULE_TO_START_P95_SECONDS, True),
    "task_queues.backlog_age": (BACKLOG_AGE_SECONDS, True),
    "task_queues.sync_match_ratio": (SYNC_MATCH_RATIO, False),
    "task_queues.poll_success_ratio": (POLL_SUCCESS_RATIO, False),
    "workers.activity_slots_used_ratio": (SLOTS_USED_RATIO, True),
    "workers.workflow_slots_used_ratio": (SLOTS_USED_RATIO, True),
    "overview.slots_used_ratio": (SLOTS_USED_RATIO, True),
    "workers.cpu": (CPU_CORES, True),
    "server.shard_lock_p95": (SHARD_LOCK_P95_SECONDS, True),
    "server.start_latency_p95": (START_REQUEST_P95_SECONDS, True),
    "load.lag_p50": (INJECTOR_LAG_P99_SECONDS, True),
    "load.sent_ratio": (SENT_RATIO, False),
    "sweep.schedule_to_start_p95": (SCHEDULE_TO_START_P95_SECONDS, True),
    "overview.alerts": (1, True),
    "overview.failed_ratio": (0.001, True),
}
