"""
A launcher's workers are counted by who polls, as not every SDK sends heartbeats and none sends them at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerHostInfo, WorkerSlotsInfo

from loadtest.probe import worker_probe
from loadtest.probe.replica_processes import polling_processes
from loadtest.probe.worker_page import facts_from_page
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog
from loadtest.results.worker_facts import WorkerFacts

NOW = 1_750_000_000.0
LAUNCHER = Replica("7@host", "http://host/metrics", 7, NOW - 100)
# Processes 7 to 9 are of the launcher's group, 20 is of another, and 30 has ended.
GROUPS = {7: 7, 8: 7, 9: 7, 20: 20}
PAGE = 'temporal_worker_task_slots_available{task_queue="q",worker_type="ActivityWorker"} 24\n'


def _look(*pollers: str, at: float = NOW) -> Backlog:
    polls = dict.fromkeys(pollers, at)
    return Backlog(0, 0, 0.0, {}, polls)


@pytest.mark.parametrize(
    ("pollers", "at", "expected"),
    [
        pytest.param(("8@host", "9@host"), NOW, 2, id="two-workers-of-a-launcher"),
        pytest.param(("8@host", "8@host@q"), NOW, 1, id="one-process-with-two-names"),
        pytest.param(("8@host", "20@host", "30@host"), NOW, 1, id="others-and-those-that-ended"),
        pytest.param(("8@host", "9@host"), NOW - 200, 0, id="polls-before-its-start"),
        pytest.param(("oven-1", "8"), NOW, 0, id="workers-that-name-themselves"),
    ],
)
def test_processes_of_a_replica_are_those_that_poll(
    pollers: tuple[str, ...], at: float, expected: int
) -> None:
    """A launcher that only waits for its workers is none of them."""
    assert polling_processes([LAUNCHER], _look(*pollers, at=at), GROUPS.get) == {"7@host": expected}


def test_a_pod_has_no_process_group_here() -> None:
    """Its processes are those of its heartbeats."""
    assert polling_processes([replace(LAUNCHER, pid=None)], _look("8@host", "9@host"), GROUPS.get) == {}


def _probe(monkeypatch: pytest.MonkeyPatch, polling: int, *beats: WorkerHeartbeat) -> WorkerProbe:
    probe = WorkerProbe(None, "q")  # type: ignore[arg-type]  # its calls are replaced below

    async def told(_: object) -> list[WorkerHeartbeat]:
        return list(beats)

    async def read(replica: Replica, *_: object) -> WorkerFacts:
        return facts_from_page(replica.identity, PAGE, "q", time.time())

    async def polled(_: object) -> Mapping[str, int]:
        return {LAUNCHER.identity: polling}

    monkeypatch.setattr(probe, "_beats", told)
    monkeypatch.setattr(probe, "_page", read)
    monkeypatch.setattr(probe, "_look", read)
    monkeypatch.setattr(probe, "_polling", polled)
    monkeypatch.setattr(worker_probe, "group_sizes", lambda: {7: 3})
    monkeypatch.setattr(worker_probe, "may_serve_sessions", lambda _: False)
    return probe


def _facts(probe: WorkerProbe) -> WorkerFacts:
    (facts,) = asyncio.run(probe.facts([replace(LAUNCHER, started_at=time.time() - 100)]))
    return facts


def test_the_page_of_one_of_two_processes_without_heartbeats_tells_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its 24 slots are a half of theirs; that they are not known is no sign that the replica was lost."""
    probe = _probe(monkeypatch, 2)

    facts = _facts(probe)
    (look,) = asyncio.run(probe.looks([LAUNCHER])).values()

    assert (facts.processes, facts.group_size, facts.activity_slots) == (2, 3, None)
    assert facts.why is not None
    assert "it is 2 processes, and heartbeats tell the slots of none" in facts.why
    assert look is not None
    assert (look.activity_slots, look.activity_slots_used) == (None, None)


def test_the_page_of_the_only_process_of_a_launcher_tells_its_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """`uv run` and `npm start` wait beside it."""
    facts = _facts(_probe(monkeypatch, 1))

    assert (facts.processes, facts.activity_slots) == (1, 24)


def test_slots_of_one_of_two_processes_are_not_those_of_the_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one polls already and has sent no heartbeat yet."""
    beat = WorkerHeartbeat(
        worker_identity="7@host",
        host_info=WorkerHostInfo(host_name="host", process_id="7"),
        activity_task_slots_info=WorkerSlotsInfo(current_available_slots=5, slot_supplier_kind="Fixed"),
    )
    beat.heartbeat_time.FromNanoseconds(round(time.time() * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(round(5e9))

    facts = _facts(_probe(monkeypatch, 2, beat))

    assert (facts.source, facts.processes, facts.activity_slots) == ("heartbeat", 2, None)
    assert facts.why is not None
    assert "heartbeats tell the slots of 1" in facts.why
