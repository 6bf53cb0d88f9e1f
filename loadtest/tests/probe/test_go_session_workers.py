"""
A Go worker that serves sessions tells of three pools of slots as one number, so its slots are not known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerHostInfo, WorkerSlotsInfo

from loadtest.experiment.asked_worker_facts import latest_known
from loadtest.probe import worker_probe
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts

GO, PYTHON = "temporal-go", "temporal-python"
REPLICA = Replica("7@host", None, None, 1_000.0)


def _beat(free: int, sdk: str, *, is_first: bool = False) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(
        worker_identity="7@host",
        host_info=WorkerHostInfo(host_name="host", process_id="7"),
        sdk_name=sdk,
        activity_task_slots_info=WorkerSlotsInfo(current_available_slots=free, slot_supplier_kind="Fixed"),
    )
    beat.heartbeat_time.FromNanoseconds(round(time.time() * 1e9))
    beat.elapsed_since_last_heartbeat.FromNanoseconds(0 if is_first else round(5e9))
    return beat


def _probe(
    monkeypatch: pytest.MonkeyPatch,
    beat: WorkerHeartbeat,
    polls: Mapping[str, float],
    asked: list[str],
) -> WorkerProbe:
    probe = WorkerProbe(None, "q")  # type: ignore[arg-type]  # its calls are replaced below

    async def told(_: object) -> list[WorkerHeartbeat]:
        return [beat]

    async def polled(_: object, task_queue: str) -> Mapping[str, float]:
        asked.append(task_queue)
        return polls

    monkeypatch.setattr(probe, "_beats", told)
    monkeypatch.setattr(worker_probe, "polls_for_sessions", polled)
    return probe


@pytest.mark.parametrize("is_first", [True, False], ids=["before-its-second-heartbeat", "later"])
def test_the_slots_of_a_worker_with_sessions_are_not_known(
    monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    """They were 10 or 1,000 from look to look, as a session had begun or an activity had ended last."""
    probe = _probe(monkeypatch, _beat(1000, GO, is_first=is_first), {"7@host": 1_010.0}, [])

    (facts,) = asyncio.run(probe.facts([REPLICA]))

    assert facts.serves_sessions
    assert (facts.activity_slots, facts.activity_slots_used, facts.activity_pollers) == (None, None, None)
    assert facts.why is not None
    assert "EnableSessionWorker" in facts.why


def test_no_look_at_such_a_worker_tells_slots_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their mean over a window would be one of three pools at random."""
    probe = _probe(monkeypatch, _beat(1000, GO), {"7@host": 1_010.0}, [])

    asyncio.run(probe.facts([REPLICA]))
    looks = asyncio.run(probe.looks([REPLICA]))

    look = looks["7@host"]
    assert look is not None
    assert (look.source, look.activity_slots_used) == ("heartbeat", None)


@pytest.mark.parametrize(
    "polls",
    [
        pytest.param({}, id="no-sessions"),
        pytest.param({"8@host": 1_010.0}, id="another-workers"),
        pytest.param({"7@host": 500.0}, id="of-the-worker-before-it"),
    ],
)
def test_a_go_worker_without_sessions_keeps_its_slots(
    monkeypatch: pytest.MonkeyPatch, polls: Mapping[str, float]
) -> None:
    """A worker that ended stays listed among the pollers for minutes."""
    probe = _probe(monkeypatch, _beat(10, GO), polls, [])

    (facts,) = asyncio.run(probe.facts([REPLICA]))

    assert (facts.activity_slots, facts.serves_sessions) == (10, False)


@pytest.mark.parametrize(("sdk", "asked"), [(GO, ["q"]), (PYTHON, [])])
def test_only_workers_that_may_be_go_are_asked_about(
    monkeypatch: pytest.MonkeyPatch, sdk: str, asked: list[str]
) -> None:
    """Other SDKs have no sessions."""
    found: list[str] = []
    probe = _probe(monkeypatch, _beat(10, sdk), {}, found)

    asyncio.run(probe.facts([REPLICA]))

    assert found == asked


def test_what_is_seen_at_the_end_holds_for_the_step() -> None:
    """The poll for sessions may come a moment after the first one."""
    before = WorkerFacts("7@host", "heartbeat", activity_slots=10)
    after = WorkerFacts("7@host", "heartbeat", serves_sessions=True)

    (known,) = latest_known([before], [after])

    assert known.activity_slots is None
