"""
The server's action counter equals the count from histories, for every path of the repair shop.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from action_count import actions_of
from google.protobuf.duration_pb2 import Duration
from real_server import Server
from record_histories import PATHS
from shop import Shop, open_shop
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, Interceptor, OutboundInterceptor, QueryWorkflowInput, WorkflowHandle
from temporalio.service import RPCError

from loadtest.probe.page_scraper import PageScraper

PATIENCE_SECONDS = 30.0
pytestmark = pytest.mark.server


class Queries(Interceptor):
    """
    Counts a client's queries, of which no history tells.
    """

    def __init__(self) -> None:
        self.count = 0

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        counter = self

        class Counting(OutboundInterceptor):
            async def query_workflow(self, input: QueryWorkflowInput) -> Any:
                counter.count += 1
                return await super().query_workflow(input)

        return Counting(next)


async def make_namespace(address: str, name: str) -> None:
    """
    Register a namespace, and wait until a client can use it.
    """
    client = await Client.connect(address)
    kept = Duration(seconds=86_400)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
    )
    mine = await Client.connect(address, namespace=name)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert [run async for run in mine.list_workflows()] == []
        except RPCError:
            assert time.monotonic() < deadline, f"{name}: the namespace cannot be used"
            await asyncio.sleep(0.2)
        else:
            return


async def from_histories(client: Client) -> Counter[str]:
    """
    Count the actions of every run in a namespace.
    """
    found: Counter[str] = Counter()
    async for run in client.list_workflows():
        handle = client.get_workflow_handle(run.id, run_id=run.run_id)
        found.update(actions_of([event async for event in handle.fetch_history_events()]))
    return found


@pytest.mark.parametrize("name", PATHS)
async def test_the_counter_equals_the_histories(
    server: Server, task_queue: str, tmp_path: Path, name: str
) -> None:
    """
    Each path, with all that it starts, counts the same integers of each kind on both sides.
    """
    namespace = f"actions-{task_queue}-{name}"
    await make_namespace(server.address, namespace)
    queries = Queries()
    client = await Client.connect(
        server.address, namespace=namespace, identity="counter", interceptors=[queries]
    )
    metrics = PageScraper(namespace, task_queue)
    before = await metrics.scrape({"server": server.metrics_url}, "server")
    path: Callable[[Shop], Awaitable[WorkflowHandle[Any, Any]]] = PATHS[name]

    async with open_shop(
        client, task_queue, f"sqlite://{tmp_path}/ledger.db", identity="workshop", eager_activities=False
    ) as shop:
        handle = await path(shop)
        await asyncio.wait_for(handle.result(), timedelta(seconds=60).total_seconds())
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            # What the order began goes on for a moment: a warranty, a claim's own order.
            by_hand = await from_histories(client)
            by_hand.update({"grpc_QueryWorkflow": queries.count} if queries.count else {})
            after = await metrics.scrape({"server": server.metrics_url}, "server")
            seen = metrics.difference(before, after, "server").by_label.get("server.actions", {})
            if dict(by_hand) == {kind: round(number) for kind, number in seen.items()}:
                break
            assert time.monotonic() < deadline, (
                f"histories {sorted(by_hand.items())}, counter {sorted(seen.items())}"
            )
            await asyncio.sleep(0.3)

    metrics.close()
    assert by_hand["grpc_StartWorkflowExecution"] >= 1
    assert by_hand["command_ScheduleActivityTask"] >= 1
