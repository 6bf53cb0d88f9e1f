"""
How a worker was set up, and whether it is the kit's `main`, as its heartbeats and its page show it.
"""

from __future__ import annotations

import pytest
from temporalio.api.enums.v1 import WorkerStatus
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerSlotsInfo

from loadtest.probe.worker_heartbeat import facts_from_heartbeats
from loadtest.probe.worker_page import facts_from_page

NOW = 1_750_000_000.0
CORE = 'temporal_worker_task_slots_available{task_queue="q",worker_type="ActivityWorker"} 3\n'
MAIN = "# TYPE repairshop_server_up gauge\nrepairshop_server_up 0.0\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CORE + MAIN, True, id="main"),
        pytest.param(MAIN, True, id="main-that-has-not-begun-to-poll"),
        pytest.param(CORE, False, id="a-worker-of-the-same-SDK"),
        pytest.param("<html>", False, id="no-page-of-metrics"),
    ],
)
def test_a_page_shows_whether_the_worker_is_the_kits_main(text: str, expected: bool) -> None:
    """By what `main` alone counts; who reads the plan's settings is known by it."""
    assert facts_from_page("w", text, "q", NOW).shows_main is expected


def test_a_heartbeat_tells_how_a_worker_was_set_up() -> None:
    """Who gives out its slots, whether its SDK decides its polls, and what it keeps in memory."""
    beat = WorkerHeartbeat(
        status=WorkerStatus.WORKER_STATUS_RUNNING,
        activity_task_slots_info=WorkerSlotsInfo(slot_supplier_kind="ResourceBased"),
        current_sticky_cache_size=37,
    )
    beat.activity_poller_info.is_autoscaling = True
    beat.heartbeat_time.FromNanoseconds(round((NOW - 1) * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(round(5e9))

    facts = facts_from_heartbeats("w", [beat], NOW)

    assert facts is not None
    assert (facts.slot_supplier, facts.cached_workflows) == ("ResourceBased", 37)
    assert (facts.activity_polls_scale, facts.workflow_polls_scale) == (True, False)


@pytest.mark.parametrize(
    ("namespace", "slots"), [pytest.param("shop", 3, id="ours"), pytest.param("staging", 8, id="another")]
)
def test_workers_of_another_namespace_in_the_process_are_others(namespace: str, slots: int) -> None:
    """Two workers of one queue's name, of which the load is for one."""
    text = "".join(
        f'temporal_worker_task_slots_available{{namespace="{name}",task_queue="q",worker_type="ActivityWorker"}} {free}\n'
        for name, free in (("shop", 3), ("staging", 8))
    )

    assert facts_from_page("w", text, "q", NOW, namespace).activity_slots == slots
