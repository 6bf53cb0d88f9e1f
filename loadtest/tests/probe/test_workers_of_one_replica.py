"""
A replica may be several workers, of one process or of several; what they have adds up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerHostInfo, WorkerPollerInfo, WorkerSlotsInfo

from loadtest.probe.worker_heartbeat import facts_from_heartbeats, is_of
from loadtest.probe.worker_page import facts_from_page
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica

NOW = 1_750_000_000.0
POD = Replica("pod", None, None, NOW - 100)
PAGE = 'temporal_worker_task_slots_available{task_queue="q",worker_type="ActivityWorker"} 24\n'


def _beat(
    *,
    activity: tuple[int, int, str] = (0, 0, "Fixed"),
    workflow: tuple[int, int, str] = (0, 0, "Fixed"),
    process: str = "1",
    age: float = 1.0,
    interval: float = 5.0,
    started: float = NOW - 50,
    now: float = NOW,
) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(
        worker_identity=f"{process}@pod",
        host_info=WorkerHostInfo(host_name="pod", process_id=process),
        activity_task_slots_info=_slots(*activity),
        workflow_task_slots_info=_slots(*workflow),
        activity_poller_info=WorkerPollerInfo(current_pollers=5 if activity[0] else 0),
        workflow_poller_info=WorkerPollerInfo(current_pollers=1 if workflow[0] else 0),
    )
    beat.heartbeat_time.FromNanoseconds(round((now - age) * 1e9))
    beat.start_time.FromNanoseconds(round(started * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(round(interval * 1e9))
    return beat


def _slots(free: int, used: int, supplier: str) -> WorkerSlotsInfo:
    return WorkerSlotsInfo(
        current_available_slots=free,
        current_used_slots=used,
        slot_supplier_kind=supplier,
        total_processed_tasks=10,
    )


FOR_WORKFLOWS = _beat(workflow=(98, 2, "Fixed"))
FOR_ACTIVITIES = _beat(activity=(4, 3, "Fixed"), age=2.0)
ONE_OF_MANY = _beat(activity=(5, 20, "Fixed"), workflow=(90, 10, "Fixed"))


@pytest.mark.parametrize(
    ("beats", "expected"),
    [
        pytest.param(
            [FOR_WORKFLOWS, FOR_ACTIVITIES], (7, 3, 100, 2, "Fixed"), id="one-for-each-kind-of-task"
        ),
        pytest.param([FOR_ACTIVITIES, FOR_WORKFLOWS], (7, 3, 100, 2, "Fixed"), id="in-any-order"),
        pytest.param([ONE_OF_MANY] * 4, (100, 80, 400, 40, "Fixed"), id="four-processes-of-a-launcher"),
        pytest.param([FOR_WORKFLOWS], (0, 0, 100, 2, "Fixed"), id="workflows-alone"),
        pytest.param(
            [FOR_WORKFLOWS, _beat(activity=(0, 3, "ResourceBased"))],
            (None, 3, 100, 2, "ResourceBased"),
            id="activities-by-resources",
        ),
        pytest.param(
            [FOR_ACTIVITIES, _beat(activity=(0, 3, "ResourceBased"))],
            (None, 6, 0, 0, "Fixed and ResourceBased"),
            id="of-two-kinds",
        ),
    ],
)
def test_what_the_workers_of_a_replica_have_adds_up(
    beats: Sequence[WorkerHeartbeat], expected: tuple[object, ...]
) -> None:
    """One heartbeat in the stead of all would be a load for the slots of one, or for none."""
    facts = facts_from_heartbeats("pod", beats, NOW)

    assert facts is not None
    assert (
        facts.activity_slots,
        facts.activity_slots_used,
        facts.workflow_slots,
        facts.workflow_slots_used,
        facts.slot_supplier,
    ) == expected


def test_polls_and_tasks_add_up_and_hold_for_the_older_heartbeat() -> None:
    """What is added is of no later moment than its oldest part."""
    facts = facts_from_heartbeats("pod", [FOR_WORKFLOWS, FOR_ACTIVITIES], NOW)

    assert facts is not None
    assert (facts.activity_pollers, facts.workflow_pollers) == (5, 1)
    assert (facts.activities_taken, facts.workflow_tasks_taken) == (13, 12)
    assert (facts.at, facts.identity) == (NOW - 2.0, "1@pod")


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        pytest.param(NOW - 50, True, id="of-the-container-that-runs"),
        pytest.param(NOW - 100.5, True, id="its-start-is-told-in-whole-seconds"),
        pytest.param(NOW - 300, False, id="of-the-one-before-it"),
        pytest.param(0.0, True, id="an-sdk-that-does-not-say"),
    ],
)
def test_a_heartbeat_of_before_the_replicas_start_is_another_ones(started: float, expected: bool) -> None:
    """A container that was killed has the name of the one after it, and its slots would be added."""
    assert is_of(POD, _beat(started=started), lambda _pid: None) is expected


def _probe(monkeypatch: pytest.MonkeyPatch, beats: Sequence[WorkerHeartbeat], page: str = "") -> WorkerProbe:
    probe = WorkerProbe(None, "q")  # type: ignore[arg-type]  # its one call is replaced below

    async def told(_: object) -> list[WorkerHeartbeat]:
        return list(beats)

    async def read(replica: Replica, *_: object) -> object:
        return facts_from_page(replica.identity, page, "q", time.time())

    monkeypatch.setattr(probe, "_beats", told)
    monkeypatch.setattr(probe, "_page", read)
    monkeypatch.setattr(probe, "_look", read)
    return probe


def test_slots_are_not_known_before_each_worker_has_told_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first heartbeat holds zeros, and the sum of the others is too small."""
    now = time.time()
    told = _beat(activity=(5, 0, "Fixed"), started=now - 50, now=now)
    probe = _probe(monkeypatch, [told, _beat(process="2", interval=0, started=now - 1, now=now)])

    (facts,) = asyncio.run(probe.facts([replace(POD, started_at=now - 100)]))

    assert (facts.activity_slots, facts.first_beat) == (None, True)
    assert facts.started_at == pytest.approx(now - 1)


def test_the_page_of_one_of_several_processes_does_not_stand_for_the_replica(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its slots in use are a part of theirs; an older heartbeat of all of them is nearer."""
    now = time.time()
    replica = replace(POD, started_at=now - 100)
    beats = [
        _beat(activity=(5, 20, "Fixed"), process=name, age=4.0, started=now - 50, now=now)
        for name in ("7", "8")
    ]
    probe = _probe(monkeypatch, beats, PAGE)

    (facts,) = asyncio.run(probe.facts([replica]))
    look = asyncio.run(probe.looks([replica]))["pod"]

    assert (facts.activity_slots, facts.processes) == (50, 2)
    assert look is not None
    assert (look.activity_slots, look.activity_slots_used) == (50, 40)
