"""
How often a server is asked for what its workers report, where it allows few such requests a second.
"""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerInfo, WorkerListInfo
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerRequest,
    DescribeWorkerResponse,
    ListWorkersRequest,
    ListWorkersResponse,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import MeasurementError
from loadtest.probe import worker_list
from loadtest.probe.worker_list import beats_of
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica

WORKERS = [f"worker-{number}" for number in range(30)]


class LimitedServer:
    """
    Answers ten requests and then one every few milliseconds, as a bucket of tokens does.
    """

    namespace = "default"

    def __init__(self, *, lists_beats: bool, refill_seconds: float = 0.002) -> None:
        self.workflow_service = self
        self.described = 0
        self._lists_beats, self._refill = lists_beats, refill_seconds
        self._tokens, self._at = 10.0, time.monotonic()

    def _take(self) -> None:
        now = time.monotonic()
        self._tokens, self._at = min(10.0, self._tokens + (now - self._at) / self._refill), now
        if self._tokens < 1:
            raise RPCError("namespace rate limit exceeded", RPCStatusCode.RESOURCE_EXHAUSTED, b"")
        self._tokens -= 1

    async def list_workers(self, _: ListWorkersRequest, **__: Any) -> ListWorkersResponse:
        self._take()
        beats = [WorkerInfo(worker_heartbeat=_beat(key)) for key in WORKERS] if self._lists_beats else []
        listed = [WorkerListInfo(worker_instance_key=key, worker_identity=key) for key in WORKERS]
        return ListWorkersResponse(workers=listed, workers_info=beats)

    async def describe_worker(self, asked: DescribeWorkerRequest, **_: Any) -> DescribeWorkerResponse:
        self._take()
        self.described += 1
        return DescribeWorkerResponse(
            worker_info=WorkerInfo(worker_heartbeat=_beat(asked.worker_instance_key))
        )


def _beat(key: str) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(worker_instance_key=key, worker_identity=key)
    beat.activity_task_slots_info.current_available_slots = 4
    beat.activity_task_slots_info.slot_supplier_kind = "Fixed"
    beat.heartbeat_time.GetCurrentTime()
    beat.elapsed_since_last_heartbeat.FromSeconds(5)
    return beat


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_list, "_PAUSE_SECONDS", 0.005)


@pytest.mark.parametrize(("lists_beats", "described"), [(True, 0), (False, 30)], ids=["1.31", "later"])
async def test_the_slots_of_more_workers_than_requests_a_second_are_known(
    lists_beats: bool, described: int
) -> None:
    """What the list tells is not asked for again, and what is refused is asked again: 30 at once were refused before."""
    server = LimitedServer(lists_beats=lists_beats)
    probe = WorkerProbe(cast(Client, server), "orders")

    found = await probe.facts([Replica(key, None, None, 0.0) for key in WORKERS])
    probe.close()

    assert [one.activity_slots for one in found] == [4.0] * 30
    assert server.described == described


async def test_a_server_that_goes_on_refusing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a server that others keep busy."""
    monkeypatch.setattr(worker_list, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(worker_list, "_PATIENCE_SECONDS_EACH", 0.001)
    server = LimitedServer(lists_beats=False, refill_seconds=60.0)

    with pytest.raises(MeasurementError, match="namespace rate limit exceeded"):
        await beats_of(cast(Client, server), WORKERS)

    assert server.described == 10
