"""
The server's action counter equals the count from histories, for every path of the repair shop.

All paths take their orders through one shop, one after the other, as a namespace and a worker of its own for each would cost
more than its orders.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from action_count import actions_of
from google.protobuf.duration_pb2 import Duration
from real_server import Server
from record_histories import PATHS
from shop import Shop, open_shop
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, Interceptor, OutboundInterceptor, QueryWorkflowInput, WorkflowHandle
from temporalio.service import RPCError

from loadtest.probe.page_scraper import PageScraper
from loadtest.results.scrape import Scrape

PATIENCE_SECONDS = 30.0
TASK_QUEUE = "actions"
pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


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


@dataclass
class CountedShop:
    """
    A shop in a namespace of its own, whose actions are counted twice, from before its first order.

    Attributes:
        shop: The shop.
        at_equality: Actions of each kind when both counts agreed last.
    """

    shop: Shop
    _server: Server
    _queries: Queries
    _pages: PageScraper
    _before: Scrape
    at_equality: Counter[str] = field(default_factory=Counter)
    _closed: dict[str, Counter[str]] = field(default_factory=dict)

    async def by_hand(self) -> Counter[str]:
        """
        Count the actions of every run in the namespace by its history, and the queries.
        """
        found = Counter({"grpc_QueryWorkflow": self._queries.count})
        client = self.shop.client
        async for run in client.list_workflows():
            if run.run_id not in self._closed:
                handle = client.get_workflow_handle(run.id, run_id=run.run_id)
                counted = actions_of([event async for event in handle.fetch_history_events()])
                if run.close_time is not None:  # nothing comes after it
                    self._closed[run.run_id] = counted
                found.update(counted)
            else:
                found.update(self._closed[run.run_id])
        return +found

    async def by_server(self) -> Counter[str]:
        """
        Count the actions of the namespace by the server's page.
        """
        now = await self._pages.scrape({"server": self._server.metrics_url}, "server")
        seen = self._pages.difference(self._before, now, "server").by_label.get("server.actions", {})
        return +Counter({kind: round(number) for kind, number in seen.items()})


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def counted(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CountedShop]:
    """
    The shop of all paths.
    """
    namespace = "actions"
    await make_namespace(server.address, namespace)
    queries, pages = Queries(), PageScraper(namespace, TASK_QUEUE)
    client = await Client.connect(
        server.address, namespace=namespace, identity="counter", interceptors=[queries]
    )
    before = await pages.scrape({"server": server.metrics_url}, "server")
    ledger = f"sqlite://{tmp_path_factory.mktemp('actions')}/ledger.db"
    async with open_shop(client, TASK_QUEUE, ledger, identity="workshop", eager_activities=False) as shop:
        yield CountedShop(shop, server, queries, pages, before)
    pages.close()


@pytest.mark.parametrize("name", PATHS)
async def test_the_counter_equals_the_histories(counted: CountedShop, name: str) -> None:
    """
    Each path, with all that it starts, counts the same integers of each kind on both sides.

    Both count from before the first path: what an earlier order began goes on for a moment, on both sides.
    """
    path: Callable[[Shop], Awaitable[WorkflowHandle[Any, Any]]] = PATHS[name]

    handle = await path(counted.shop)
    await asyncio.wait_for(handle.result(), timedelta(seconds=60).total_seconds())
    deadline = time.monotonic() + PATIENCE_SECONDS
    # What the order began goes on for a moment: a warranty, a claim's own order.
    while (by_hand := await counted.by_hand()) != (by_server := await counted.by_server()):
        assert time.monotonic() < deadline, (
            f"histories {sorted(by_hand.items())}, counter {sorted(by_server.items())}"
        )
        await asyncio.sleep(0.3)

    of_path = by_hand - counted.at_equality
    counted.at_equality = by_hand
    assert of_path["grpc_StartWorkflowExecution"] >= 1
    assert of_path["command_ScheduleActivityTask"] >= 1
