"""
Several workers of one process and one task queue: their page tells the slots of one, their heartbeats those of each.
"""

from __future__ import annotations

import time

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerHostInfo, WorkerSlotsInfo

from loadtest.probe.worker_heartbeat import facts_from_heartbeats
from loadtest.probe.worker_page import facts_from_page

NOW = time.time()
PAGE = """
temporal_worker_task_slots_available{task_queue="q",worker_type="ActivityWorker"} 3
temporal_worker_task_slots_used{task_queue="q",worker_type="ActivityWorker"} 1
temporal_num_pollers{poller_type="activity_task",task_queue="q"} 5
"""
ONE = 'temporal_worker_start_total{task_queue="q"} 1\ntemporal_worker_start_total{task_queue="r"} 1\n'
THREE = 'temporal_worker_start_total{task_queue="q"} 3\n'
GO = """
temporal_worker_start{task_queue="q",worker_type="ActivityWorker"} 1
temporal_worker_start{task_queue="q",worker_type="WorkflowWorker"} 1
temporal_worker_start{task_queue="q",worker_type="LocalActivityWorker"} 3
"""


@pytest.mark.parametrize(
    ("started", "slots"),
    [
        pytest.param("", 4, id="not-told"),
        pytest.param(ONE, 4, id="one-of-each-queue"),
        pytest.param(GO, 4, id="parts-of-one-worker"),
        pytest.param(THREE, None, id="three"),
    ],
)
def test_a_page_of_several_workers_tells_no_slots(started: str, slots: int | None) -> None:
    """They write to the same gauge: three workers of four slots were loaded as four, and called 19 % full at 6 %."""
    facts = facts_from_page("w", PAGE + started, "q", NOW)

    assert (facts.activity_slots, facts.shares_page) == (slots, slots is None)
    assert facts.activity_slots_used == (None if slots is None else 1)
    assert ("has started 3 workers" in (facts.why or "")) is (slots is None)


def _beat(process: str, slots: int) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(
        status=1,  # type: ignore[arg-type]  # running
        host_info=WorkerHostInfo(host_name="host", process_id=process),
        activity_task_slots_info=WorkerSlotsInfo(current_available_slots=slots, slot_supplier_kind="Fixed"),
    )
    beat.heartbeat_time.FromNanoseconds(round(NOW * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(round(5e9))
    return beat


@pytest.mark.parametrize(
    ("beats", "slots", "shares"),
    [
        ([("1", 4), ("1", 4), ("1", 4)], 12, True),
        ([("1", 4), ("2", 4)], 8, False),
        ([("1", 4), ("1", 0)], 4, False),
    ],
    ids=["three-of-one-process", "two-processes", "workflows-and-activities"],
)
def test_heartbeats_tell_whether_workers_share_a_page(
    beats: list[tuple[str, int]], slots: int, shares: bool
) -> None:
    """A worker that takes no activities has no slots to write over the other's."""
    facts = facts_from_heartbeats("w", [_beat(*each) for each in beats], NOW)

    assert facts is not None
    assert (facts.activity_slots, facts.shares_page) == (slots, shares)
