"""
A server lists its workers as 1.30 does, with their heartbeats alone, or as later ones do: the same is known of them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, cast

import pytest
from temporalio.api.worker.v1 import (
    WorkerHeartbeat,
    WorkerHostInfo,
    WorkerInfo,
    WorkerListInfo,
    WorkerSlotsInfo,
)
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerRequest,
    DescribeWorkerResponse,
    ListWorkersRequest,
    ListWorkersResponse,
)
from temporalio.client import Client

from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica


def _beat(now: float) -> WorkerHeartbeat:
    beat = WorkerHeartbeat(
        worker_instance_key="key",
        worker_identity="a",
        task_queue="orders",
        host_info=WorkerHostInfo(host_name="host", process_id="43"),
        activity_task_slots_info=WorkerSlotsInfo(
            current_available_slots=6, current_used_slots=1, slot_supplier_kind="Fixed"
        ),
    )
    beat.start_time.FromNanoseconds(round((now - 10) * 1e9))
    beat.heartbeat_time.FromNanoseconds(round(now * 1e9))
    beat.elapsed_since_last_heartbeat.FromSeconds(5)
    return beat


class ListingServer:
    """
    Has one worker, which it lists in the parts that are given.
    """

    namespace = "default"

    def __init__(self, parts: Mapping[str, Any], beat: WorkerHeartbeat) -> None:
        self._parts, self._beat = parts, beat
        self.workflow_service = self

    async def list_workers(self, _: ListWorkersRequest, **__: Any) -> ListWorkersResponse:
        return ListWorkersResponse(**self._parts)

    async def describe_worker(self, asked: DescribeWorkerRequest, **_: Any) -> DescribeWorkerResponse:
        assert asked.worker_instance_key == self._beat.worker_instance_key
        return DescribeWorkerResponse(worker_info=WorkerInfo(worker_heartbeat=self._beat))


@pytest.mark.parametrize("version", ["1.30", "1.31", "later"])
async def test_the_workers_of_a_list(version: str) -> None:
    """
    A list of 1.30 has heartbeats alone, one of 1.31 both, and those are to go.
    """
    now = time.time()
    beat = _beat(now)
    old = {"workers_info": [WorkerInfo(worker_heartbeat=beat)]}
    new = {
        "workers": [
            WorkerListInfo(
                worker_instance_key="key", worker_identity="a", task_queue="orders", host_name="host"
            )
        ]
    }
    server = ListingServer({"1.30": old, "1.31": {**old, **new}, "later": new}[version], beat)
    replica = Replica("a", None, None, now - 11)
    probe = WorkerProbe(cast(Client, server), "sales")

    (facts,) = await probe.facts([replica])
    names, queues = await probe.names([replica]), await probe.other_queues([replica])
    probe.close()

    assert (facts.source, facts.activity_slots) == ("heartbeat", 7)
    assert names == {"a": {"a"}}
    assert queues == ("orders",)


async def test_a_worker_that_has_gone_is_not_asked_for() -> None:
    """
    It stays listed for minutes, and after a few steps of many replicas such requests are more than a server allows.
    """
    now = time.time()
    mine = WorkerListInfo(worker_instance_key="key", worker_identity="a", host_name="host")
    gone = [WorkerListInfo(worker_instance_key=f"of-{name}", worker_identity=name) for name in ("b", "c")]
    server = ListingServer({"workers": [*gone, mine]}, _beat(now))
    probe = WorkerProbe(cast(Client, server), "orders")

    (facts,) = await probe.facts([Replica("a", None, None, now - 11)])
    probe.close()

    assert facts.activity_slots == 7
