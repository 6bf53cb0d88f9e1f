"""
What a worker is comes of what it says itself, in any SDK's spelling; what it does not say is not known.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest
from temporalio.api.enums.v1 import WorkerStatus
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerHostInfo, WorkerSlotsInfo

from loadtest.connection import connect
from loadtest.experiment.clock import SystemClock
from loadtest.experiment.readiness import wait_until_polling
from loadtest.plan import WorkerSetup
from loadtest.probe import worker_probe
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.worker_heartbeat import facts_from_heartbeats, is_of
from loadtest.probe.worker_page import facts_from_page
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts, activity_slots
from loadtest.target.local_target import Workers, open_local
from loadtest.target.local_worker_command import OWN_WORKER

NOW = 1_750_000_000.0
FOREIGN_WORKER = Path(__file__).parents[1] / "helpers" / "greeting_worker.py"
CORE = """
temporal_worker_task_slots_available{service_name="temporal-core-sdk",task_queue="q",worker_type="ActivityWorker"} 3
temporal_worker_task_slots_used{service_name="temporal-core-sdk",task_queue="q",worker_type="ActivityWorker"} 1
temporal_worker_task_slots_available{service_name="temporal-core-sdk",task_queue="q",worker_type="WorkflowWorker"} 98
temporal_worker_task_slots_used{service_name="temporal-core-sdk",task_queue="q",worker_type="WorkflowWorker"} 2
temporal_worker_task_slots_available{service_name="temporal-core-sdk",task_queue="q",worker_type="LocalActivityWorker"} 100
temporal_num_pollers{poller_type="activity_task",task_queue="q"} 5
temporal_num_pollers{poller_type="workflow_task",task_queue="q"} 1
temporal_num_pollers{poller_type="sticky_workflow_task",task_queue="q"} 4
temporal_activity_task_received_total{eager="true",task_queue="q"} 9
temporal_activity_task_received_total{eager="false",task_queue="q"} 1
"""
GO = """
# HELP temporal_worker_task_slots_available tally
shop_temporal_worker_task_slots_available{namespace="default",task_queue="q",worker_type="ActivityWorker"} 7 1700000000000
shop_temporal_num_pollers{poller_type="activity_task",task_queue="q"}\t2
"""
GO_TALLY = """
# TYPE temporal_worker_task_slots_available gauge
temporal_worker_task_slots_available{client_name="temporal_go",namespace="default",task_queue="q",worker_type="ActivityWorker"} 6
temporal_worker_task_slots_available{client_name="temporal_go",namespace="default",task_queue="q",worker_type="LocalActivityWorker"} 1000
temporal_worker_task_slots_used{client_name="temporal_go",namespace="default",task_queue="q",worker_type="ActivityWorker"} 2
temporal_num_pollers{client_name="temporal_go",namespace="default",poller_type="activity_task",task_queue="q"} 2
temporal_num_pollers{client_name="temporal_go",namespace="default",poller_type="workflow_sticky_task",task_queue="q"} 1
temporal_num_pollers{client_name="temporal_go",namespace="default",poller_type="workflow_task",task_queue="q"} 1
"""
JAVA_MICROMETER = """
temporal_worker_task_slots_available{namespace="default",task_queue="q",worker_type="ActivityWorker",} 200.0
temporal_worker_task_slots_used{namespace="default",task_queue="q",worker_type="ActivityWorker",} 0.0
temporal_worker_task_slots_available{namespace="default",task_queue="q",worker_type="WorkflowWorker",} 199.0
temporal_worker_task_slots_used{namespace="default",task_queue="q",worker_type="WorkflowWorker",} 1.0
temporal_num_pollers{namespace="default",poller_type="activity_task",task_queue="q",} 5.0
"""
OTHER_QUEUE = CORE.replace('task_queue="q"', 'task_queue="another"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CORE, (4, 1, 100, 2, 5, 5, True), id="sdk-core"),
        pytest.param(CORE.replace("_total", ""), (4, 1, 100, 2, 5, 5, True), id="without-suffixes"),
        pytest.param(GO, (7, None, None, None, 2, None, None), id="another-prefix-and-timestamps-and-no-slots-in-use"),
        pytest.param(GO_TALLY, (8, 2, None, None, 2, 2, None), id="go-by-tally"),
        pytest.param(JAVA_MICROMETER, (200, 0, 200, 1, 5, None, None), id="java-by-micrometer"),
        pytest.param(f'{CORE}temporal_num_pollers{{poller_type="activity_task"}} NaN\n', (4, 1, 100, 2, 5, 5, True), id="a-gauge-that-has-gone"),
        pytest.param(f'{CORE}temporal_num_pollers{{poller_type="activity_task"}} +Inf\n', (4, 1, 100, 2, 5, 5, True), id="without-a-limit"),
        pytest.param(OTHER_QUEUE, (None,) * 7, id="another-queue"),
        pytest.param("<html>", (None,) * 7, id="no-page-of-metrics"),
    ],
)  # fmt: skip
def test_a_page_tells_what_it_holds_and_nothing_else(text: str, expected: tuple[object, ...]) -> None:
    """Whatever the prefix and the suffix; ``None`` comes with a reason."""
    facts = facts_from_page("w", text, "q", NOW)

    assert (
        facts.activity_slots,
        facts.activity_slots_used,
        facts.workflow_slots,
        facts.workflow_slots_used,
        facts.activity_pollers,
        facts.workflow_pollers,
        facts.eager,
    ) == expected
    assert (facts.why is None) == (facts.activity_slots is not None)


@pytest.mark.parametrize(
    ("written", "slots"),
    [
        pytest.param("repair_shop", 8, id="as-the-go-sdk-writes-it"),
        pytest.param("repair-shop", 8, id="as-it-is"),
        pytest.param("repair_shop_2", None, id="another-queue"),
    ],
)
def test_a_queue_is_known_by_its_name_in_gos_spelling(written: str, slots: int | None) -> None:
    """`sdktally.PrometheusSanitizeOptions` leaves letters, digits and underscores of a label's value."""
    text = GO_TALLY.replace('task_queue="q"', f'task_queue="{written}"')

    assert facts_from_page("w", text, "repair-shop", NOW).activity_slots == slots


TAKEN = """
temporal_activity_schedule_to_start_latency_seconds_bucket{activity_type="bake",task_queue="q",le="0.1"} 3
temporal_activity_schedule_to_start_latency_seconds_count{activity_type="bake",task_queue="q"} 5
temporal_activity_schedule_to_start_latency_seconds_count{activity_type="pack",task_queue="q"} 2
temporal_activity_schedule_to_start_latency_seconds_count{activity_type="pack",task_queue="another"} 70
temporal_workflow_task_schedule_to_start_latency_seconds_count{task_queue="q"} 9
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TAKEN, id="seconds"),
        pytest.param(TAKEN.replace("_seconds_", "_"), id="milliseconds-without-a-unit"),
        pytest.param(TAKEN.replace("temporal_", "shop_temporal_"), id="another-prefix"),
    ],
)
def test_tasks_taken_are_the_count_of_their_waits(text: str) -> None:
    """Over all types of this queue, and not of another; a page without them does not say."""
    facts = facts_from_page("w", CORE + text, "q", NOW)
    without = facts_from_page("w", CORE, "q", NOW)

    assert (facts.activities_taken, facts.workflow_tasks_taken) == (7, 9)
    assert (without.activities_taken, without.workflow_tasks_taken) == (None, None)


def test_tasks_taken_by_a_heartbeat_are_done_or_in_a_slot() -> None:
    """Ten are in use of the beat that is read here."""
    beat = _beat()
    beat.activity_task_slots_info.total_processed_tasks = 32

    facts = facts_from_heartbeats("w", [beat], NOW)

    assert facts is not None
    assert (facts.activities_taken, facts.workflow_tasks_taken) == (42, 0)


def _beat(
    *, age: float = 1.0, interval: float = 5.0, supplier: str = "Fixed", status: int = 1
) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(
        worker_identity="front desk",
        sdk_name="temporal-go",
        sdk_version="1.37.0",
        status=WorkerStatus.ValueType(status),
        host_info=WorkerHostInfo(host_name="host", process_id="43"),
        activity_task_slots_info=WorkerSlotsInfo(
            current_available_slots=90 if supplier == "Fixed" else 0,
            current_used_slots=10,
            slot_supplier_kind=supplier,
        ),
    )
    beat.heartbeat_time.FromNanoseconds(round((NOW - age) * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(round(interval * 1e9))
    return beat


@pytest.mark.parametrize(
    ("beat", "slots"),
    [
        pytest.param(_beat(), 100, id="fixed"),
        pytest.param(_beat(age=80, interval=60), 100, id="within-its-interval"),
        pytest.param(_beat(supplier="ResourceBased"), None, id="resource-based-has-no-number"),
    ],
)
def test_a_heartbeat_tells_the_slots_of_a_fixed_supplier(beat: WorkerHeartbeat, slots: int | None) -> None:
    """Used and free ones together; the reason stands where there is no number."""
    facts = facts_from_heartbeats("w", [beat], NOW)

    assert facts is not None
    assert facts.activity_slots == slots
    assert (facts.why is None) == (slots is not None)
    assert facts.sdk == "temporal-go 1.37.0"


@pytest.mark.parametrize(
    "beat",
    [
        pytest.param(_beat(age=60), id="of-a-killed-worker"),
        pytest.param(_beat(status=2), id="shutting-down"),
        pytest.param(_beat(interval=0), id="the-first-holds-zeros"),
    ],
)
def test_a_heartbeat_that_says_nothing_of_now_is_none(beat: WorkerHeartbeat) -> None:
    """A killed worker stays listed for five minutes with its last numbers."""
    assert facts_from_heartbeats("w", [beat], NOW) is None


@pytest.mark.parametrize(
    ("replica", "expected"),
    [
        pytest.param(Replica("42@host", None, 42, NOW), True, id="behind-a-launcher"),
        pytest.param(Replica("77@host", None, 77, NOW), False, id="another-process"),
        pytest.param(Replica("front desk", None, 77, NOW), True, id="by-identity"),
        pytest.param(Replica("host", None, None, NOW), True, id="pod"),
        pytest.param(Replica("other", None, None, NOW), False, id="another-pod"),
    ],
)
def test_a_heartbeat_belongs_to_a_replica_whatever_the_worker_calls_itself(
    replica: Replica, expected: bool
) -> None:
    """By its process, whose group is the replica's."""
    assert is_of(replica, _beat(), {43: 42}.get) is expected


def test_slots_of_all_are_known_only_if_those_of_each_are() -> None:
    """A sum over some of them would be a number that nobody has."""
    known, unknown = WorkerFacts("a", activity_slots=4), WorkerFacts("b")

    assert activity_slots([known, known]) == 8
    assert activity_slots([known, unknown]) is None
    assert activity_slots([]) is None


def test_a_first_heartbeat_says_that_another_will_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    """It names worker and SDK, and no slots; a replica without a page is then worth waiting for."""
    probe = WorkerProbe(None, "q")  # type: ignore[arg-type]  # its calls are replaced below
    beat = _beat(interval=0)
    beat.heartbeat_time.GetCurrentTime()
    monkeypatch.setattr(probe, "_beats", AsyncMock(return_value=[beat]))
    monkeypatch.setattr(worker_probe, "polls_for_sessions", AsyncMock(return_value={}))

    (facts,) = asyncio.run(probe.facts([Replica("front desk", None, None, NOW)]))

    assert facts.first_beat
    assert (facts.activity_slots, facts.sdk) == (None, "temporal-go 1.37.0")
    assert "no heartbeat but its first" in (facts.why or "")


def test_a_worker_that_answered_and_no_longer_does_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that never said anything is not known, which is another thing."""
    probe = WorkerProbe(None, "q")  # type: ignore[arg-type]  # its one call is replaced below
    told = [_beat()]
    told[0].heartbeat_time.GetCurrentTime()

    async def beats(_: object) -> list[WorkerHeartbeat]:
        return told

    monkeypatch.setattr(probe, "_beats", beats)
    replicas = [Replica("front desk", None, None, NOW), Replica("mute", None, None, NOW)]

    before = asyncio.run(probe.looks(replicas))
    told.clear()
    after = asyncio.run(probe.looks(replicas))

    assert before["front desk"] is not None
    assert before["front desk"].activity_slots == 100
    assert after["front desk"] is None
    assert after["mute"] is not None
    assert after["mute"].activity_slots is None


@pytest.mark.server
@pytest.mark.parametrize(
    ("command", "slots"),
    [
        pytest.param(OWN_WORKER, 7, id="kit"),
        pytest.param((sys.executable, str(FOREIGN_WORKER)), 2, id="sdk-defaults"),
    ],
)
async def test_a_real_worker_says_its_slots(
    server: Any, tmp_path: Path, task_queue: str, command: tuple[str, ...], slots: int
) -> None:
    """The kit's by heartbeat, a stranger's by its page; the plan's number has no say."""
    workers = Workers(command, task_queue, "default", WorkerSetup(activity_slots=7))
    async with open_local(workers, tmp_path, servers={server.address: server.access}) as target:
        client = await connect(target.access.address, "default")
        replicas = await target.scale(1)
        await wait_until_polling(
            replicas, DescribedQueue(client, task_queue), target.check_alive, SystemClock()
        )
        probe = WorkerProbe(client, task_queue)
        (facts,) = await probe.facts(replicas)
        assert facts.activity_slots == slots, facts
        if command == OWN_WORKER:
            async with asyncio.timeout(60):
                while facts.source != "heartbeat":  # its second beat comes after some seconds
                    await asyncio.sleep(0.5)
                    (facts,) = await probe.facts(replicas)

    assert facts.activity_slots == slots
    assert (facts.activity_pollers or 0) > 0
