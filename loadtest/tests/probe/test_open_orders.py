"""
How many orders of this and of other runs a server still has open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import MeasurementError
from loadtest.probe.left_workflows import OpenOrders
from loadtest.results.scrape import LeftOrders

RUN = "20261126-101112-demo"


class _Lists:
    """
    A client that lists what it is told, each workflow by its id and that of its parent.
    """

    def __init__(self, *workflows: tuple[str, str | None], refuses: bool = False) -> None:
        self._workflows, self._refuses = workflows, refuses
        self.queries: list[str] = []
        self.limits: list[int | None] = []

    async def list_workflows(
        self, query: str, *, limit: int | None, rpc_timeout: timedelta
    ) -> AsyncIterator[SimpleNamespace]:
        """One after the other."""
        assert rpc_timeout
        self.queries.append(query)
        self.limits.append(limit)
        if self._refuses:
            raise RPCError("no such right", RPCStatusCode.PERMISSION_DENIED, b"")
        for workflow, parent in self._workflows:
            yield SimpleNamespace(id=workflow, parent_id=parent)


def _of(client: _Lists) -> OpenOrders:
    return OpenOrders(client, "it's", RUN)  # type: ignore[arg-type]  # its one call is replaced


async def test_orders_of_this_run_and_of_others_count_and_no_children() -> None:
    """A warranty that an order leaves open for months would be waited for in each run."""
    client = _Lists(
        (f"repair-{RUN}-1-open-1-7", None),
        (f"warranty-{RUN}-1-open-1-6", f"repair-{RUN}-1-open-1-6"),
        (f"repair-{RUN}-2-1-open1-1-again1-7", None),
        ("bread-20261126-090000-my-plan-2-saturate-1-7", None),
        ("someone-elses", None),
        ("invoice-20261126-7-open-1", None),
    )

    assert await _of(client).left() == LeftOrders(1, 2)
    assert client.queries == [r"TaskQueue = 'it\'s' AND ExecutionStatus = 'Running'"]


async def test_a_queue_with_millions_of_open_workflows_is_not_listed_whole() -> None:
    """Each look waits for the listing, and a production's task queue may hold that many; the newest come first."""
    client = _Lists()

    await _of(client).left()

    assert client.limits == [20_000]


async def test_a_server_that_does_not_list_them_is_told() -> None:
    """Nobody then knows whether there are any."""
    with pytest.raises(MeasurementError, match="cannot be listed .no such right."):
        await _of(_Lists(refuses=True)).left()
