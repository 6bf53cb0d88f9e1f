"""
Finds the workflows that a run left open on its server, and ends them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import MeasurementError
from loadtest.plan import LoadKind
from loadtest.probe.termination_batch import MOST_PREFIXES, terminate_by_prefix
from loadtest.probe.visibility_quoting import quoted
from loadtest.results.scrape import LeftOrders

_AT_ONCE = 20
_TIMEOUT = timedelta(seconds=10)
# A server lists the newest first; a production's task queue may hold millions, and each look waits for the listing.
_MOST_LISTED = 20_000
# The server still lists a workflow for a few moments after it has ended.
_LOOKS = 20
_CHILDREN_LOOKS = 6
_REASON = "loadtest clean"
_OF_STEP = rf"-\d+-(?:{'|'.join(LoadKind)})"
# A run's name begins with its date and time.
_ANY_ORDER = re.compile(rf"\d{{8}}-\d{{6}}-.*{_OF_STEP}")


async def open_workflows(
    client: Client, task_queue: str, run: str, begun_at: datetime | None = None
) -> tuple[str, ...]:
    """
    Return the ids of the run's workflows that are open.

    Every order's id holds the run's name and its step, whatever a scenario writes before it, and so does the root of every
    child, whatever the child's own id; other workflows do not count. A run's name may be the beginning of another's: of two
    runs in one second, the second one's name ends with `-2`.

    Args:
        client: Client of the run's server and namespace.
        task_queue: Task queue of the run.
        run: Name of the run.
        begun_at: When the run began: of the workflows that began since then, the newest 20,000 of the other task queues are
            looked at too, as orders and children may be there; ``None`` leaves them out.

    Raises:
        MeasurementError: The server does not list them.
    """
    mine = f"TaskQueue = {quoted(task_queue)}"
    found = await _open(client, mine)
    if begun_at is not None:
        elsewhere = f"TaskQueue != {quoted(task_queue)} AND StartTime >= {quoted(begun_at.isoformat())}"
        found += await _open(client, elsewhere, _MOST_LISTED)
    return tuple(one.id for one in found if _is_of(one, run))


def _is_of(workflow: WorkflowExecution, run: str) -> bool:
    # Servers before 1.26 tell no root.
    return any(_beginning(known, run) is not None for known in (workflow.id, workflow.root_id or ""))


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """
    The orders that runs have started on one task queue.

    Attributes:
        client: Client of the server and namespace.
        task_queue: The task queue.
        run: Name of the present run.
    """

    client: Client
    task_queue: str
    run: str

    async def left(self) -> LeftOrders:
        """
        Return how many are open, without their children: some of these go on for months by design, as a warranty does.

        The newest 20,000 open workflows of the task queue are looked at.

        Raises:
            MeasurementError: The server does not list them.
        """
        found = await _open(self.client, f"TaskQueue = {quoted(self.task_queue)}", _MOST_LISTED)
        orders = [one.id for one in found if one.parent_id is None and _ANY_ORDER.search(one.id) is not None]
        mine = sum(_beginning(order, self.run) is not None for order in orders)
        return LeftOrders(mine, len(orders) - mine)


async def _open(client: Client, query: str, most: int | None = None) -> list[WorkflowExecution]:
    try:
        listing = client.list_workflows(
            f"{query} AND ExecutionStatus = 'Running'", limit=most, rpc_timeout=_TIMEOUT
        )
        return [found async for found in listing]
    except RPCError as error:
        raise MeasurementError(f"the run's workflows cannot be listed ({error.message})") from error


def _beginning(workflow: str, run: str) -> str | None:
    """
    Return the common beginning of all ids of a run's load at one replica count, from one id; ``None`` for an id of
    another run.
    """
    found = re.search(rf"{re.escape(run)}{_OF_STEP}", workflow)
    return None if found is None else workflow[: found.end()]


async def terminate(client: Client, workflows: Sequence[str], reason: str) -> None:
    """
    Terminate workflows, a limited number at a time; one that has ended meanwhile is no error.

    Raises:
        MeasurementError: The server refuses; the error names the workflow.
    """
    free = asyncio.Semaphore(_AT_ONCE)

    async def end(workflow: str) -> None:
        async with free:
            try:
                await client.get_workflow_handle(workflow).terminate(reason=reason, rpc_timeout=_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise MeasurementError(f"{workflow} cannot be terminated ({error.message})") from error

    await asyncio.gather(*(end(workflow) for workflow in workflows))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """
    The result of cleaning.

    Attributes:
        terminated: Number of workflows that are no longer open.
        left: Ids of workflows that are still open.
        note: Why the server did not end them in one operation; ``None`` where it did.
        strangers: Ids of other open workflows of the task queue that began since the run did, and may be its: their ids do
            not tell.
    """

    terminated: int
    left: tuple[str, ...]
    note: str | None = None
    strangers: tuple[str, ...] = ()


async def clean(client: Client, task_queue: str, run: str, begun_at: datetime | None = None) -> Cleaned:
    """
    Terminate the workflows that a run left open, until none is listed.

    The server does it in one batch operation; where it cannot, they are terminated one by one.

    Args:
        client: Client of the run's server and namespace.
        task_queue: Task queue of the run.
        run: Name of the run.
        begun_at: When the run began; ``None`` looks at no other task queue, and for no strangers.

    Raises:
        MeasurementError: The server does not list or does not terminate them.
    """
    left = await open_workflows(client, task_queue, run, begun_at)
    found, asked = set(left), set[str]()
    named = [workflow for workflow in left if _beginning(workflow, run) is not None]
    note = await _by_batch(client, run, named)
    if note is None:
        asked.update(named)
    for _ in range(_LOOKS):
        if not left:
            break
        await terminate(client, [workflow for workflow in left if workflow not in asked], _REASON)
        asked.update(left)
        await asyncio.sleep(0.5)
        left = await open_workflows(client, task_queue, run, begun_at)
        found.update(left)
    strangers = () if begun_at is None else await _strangers(client, task_queue, run, begun_at)
    return Cleaned(len(found.difference(left)), left, note, strangers)


async def _strangers(client: Client, task_queue: str, run: str, begun_at: datetime) -> tuple[str, ...]:
    """
    Return other open workflows that began since a run did; children of what was terminated end in the first moments.
    """
    since, strangers = quoted(begun_at.isoformat()), tuple[str, ...]()
    for _ in range(_CHILDREN_LOOKS):
        found = await _open(client, f"TaskQueue = {quoted(task_queue)} AND StartTime >= {since}")
        strangers = tuple(one.id for one in found if not _is_of(one, run))
        if not strangers:
            break
        await asyncio.sleep(0.5)
    return strangers


async def _by_batch(client: Client, run: str, workflows: Sequence[str]) -> str | None:
    """
    Have the server end workflows; return why it did not, or ``None``.
    """
    prefixes = {begun for workflow in workflows if (begun := _beginning(workflow, run)) is not None}
    if len(prefixes) > MOST_PREFIXES:
        return f"their ids begin in {len(prefixes)} ways, too many for a batch operation"
    try:
        if prefixes:
            await terminate_by_prefix(client, prefixes, _REASON)
    except MeasurementError as error:
        return str(error)
    return None
