"""
Whether workflow tasks wait too long: the share of late ones in a window, with an error that allows for bursts.
"""

from __future__ import annotations

import math
from dataclasses import replace

from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.decisions.why_undecided import window_wanted
from loadtest.analysis.estimators.intervals import samples_to_keep, share_ends
from loadtest.analysis.estimators.number_text import count_text
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.window_decision import Decided, Decision
from loadtest.results.worker_facts import workflow_slots

ALLOWED_RATIO = 0.05
# Up to this share of the workflow-task slots in use, tasks wait in bursts of about CALM_BURST.
CALM_RATIO = 0.5
CALM_BURST = 3.0
# With fuller slots, and where they were not seen, bursts are longer.
BUSY_BURST = 20.0
# Factor on the workflow tasks that decide where none is late, so that one late task does not change the answer.
ENOUGH_RATIO = 1.2


def orders_that_tell(stages: int) -> int:
    """
    Return how many orders have enough workflow tasks to show, while slots are calm, that few of them wait too long.

    Args:
        stages: Number of stages of one order, each of which ends with a workflow task; the order has one more.
    """
    return math.ceil(ENOUGH_RATIO * samples_to_keep(ALLOWED_RATIO, CALM_BURST) / (stages + 1))


def burst_of(busy_ratio: float | None) -> float:
    """
    Return how many late workflow tasks count as one event, as they come in bursts.

    Tried on queues of 1 and 4 slots with windows of 20 s: up to 0.5 of the slots in use at most 3 % of the windows are
    decided wrongly; at 0.9, with the longer burst, at most 6 %.

    Args:
        busy_ratio: Share of the workflow-task slots in use; ``None`` if not seen.
    """
    return CALM_BURST if busy_ratio is not None and busy_ratio <= CALM_RATIO else BUSY_BURST


def busy_ratio(measured: Measured) -> float | None:
    """
    Return the share of the workflow-task slots in use over the window; ``None`` if not seen.

    The slots are those that the workers report: a user's own worker does not run with the plan's.
    """
    window = measured.worker_window
    held = histogram_of(window, "worker.workflow_task_execution")
    slots = workflow_slots(measured.workers) or measured.limits.workflow_slots
    if held is None or not slots or window is None or window.seconds <= 0:
        return None
    return held.sum / window.seconds / slots


def judge_share(late: float, counted: int, seconds: float, burst: float) -> Decision:
    """
    Decide whether at most 5 % of the workflow tasks are late.

    Args:
        late: Number of late tasks.
        counted: Number of tasks counted, late or not.
        seconds: Length of the window.
        burst: Number of late tasks that count as one event.
    """
    low, high = share_ends(late, counted, burst)
    answer, why = Decided.UNDECIDED, None
    if high <= ALLOWED_RATIO:
        answer = Decided.MET
    elif low > ALLOWED_RATIO:
        answer = Decided.MISSED
    else:
        why = f"{count_text(late)} of {counted} late, so the share lies between {low:.1%} and {high:.1%}"
    deviation = math.sqrt(max(burst * ALLOWED_RATIO * (1 - ALLOWED_RATIO) * counted, 0.0))
    return Decision(answer, seconds, late, ALLOWED_RATIO * counted, deviation, why, ())


def decide_workflow_queue(measured: Measured, plan: Plan) -> Decision | None:
    """
    Decide the bound on the workflow queue's waits; ``None`` where none is set or the waits were not seen.
    """
    bound = plan.slo.schedule_to_start_p95_seconds
    for role, window in (("worker", measured.worker_window), ("server", measured.server_window)):
        waits = histogram_of(window, f"{role}.workflow_schedule_to_start")
        if bound is not None and waits is not None:
            if (unknown := why_not_counted(waits, bound)) is not None:
                return Decision(Decided.UNDECIDED, measured.window_seconds, 0.0, 0.0, 0.0, unknown, ())
            late = count_late(waits, bound)
            burst = burst_of(busy_ratio(measured))
            found = judge_share(late, waits.count, measured.window_seconds, burst)
            wanted = samples_to_keep(ALLOWED_RATIO, burst)
            if found.why is None or waits.count >= wanted:
                return found
            longer = window_wanted(measured, plan, waits.count, wanted) or _ended_before(wanted)
            return replace(found, why=f"{found.why}; {longer}")
    return None


def _ended_before(wanted: int) -> str:
    return (
        f"{wanted:,} would tell where none is late, and the window ended once the activities' waits were decided; "
        "test a higher rate, or give the workers more workflow task slots, as fewer tell where most of those are free"
    )
