"""
The bounds of good values, defined once: panels draw them as lines, alerts fire beyond them.
"""

from __future__ import annotations

from dataclasses import dataclass

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
# Ours: an autoscaler without room, a certificate's last week, a share of failed requests that is no accident.
AUTOSCALER_REPLICAS_LEFT = 1
CERTIFICATE_SECONDS_LEFT = 7 * 24 * 3600.0
PERSISTENCE_FAILED_RATIO = 0.001


@dataclass(frozen=True, slots=True)
class PanelBound:
    """
    The bound of good values on a panel.

    Attributes:
        value: Value of the bound, in the panel's unit.
        good_below: Whether good is below it; otherwise above.
    """

    value: float
    good_below: bool = True
