"""
The workers that a server lists, and the last heartbeat of each.

A server counts these requests among those of visibility, of which it allows a namespace ten a second where nobody has set
more (``frontend.namespaceRPS.visibility``), and more replicas than that are common.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerListInfo
from temporalio.api.workflowservice.v1 import DescribeWorkerRequest, ListWorkersRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import MeasurementError
from loadtest.probe.worker_heartbeat import listed_by

_TIMEOUT = timedelta(seconds=5)
_PAGE_SIZE = 1000
# How long a server that refuses is asked again, for one request and for each that comes after it.
_PATIENCE_SECONDS = 5.0
_PATIENCE_SECONDS_EACH = 0.2
_PAUSE_SECONDS = 0.2
_NO_SUCH_CALL = (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.NOT_FOUND, RPCStatusCode.PERMISSION_DENIED)

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ListedWorkers:
    """
    What one listing has.

    Attributes:
        workers: The workers.
        beats: Their last heartbeats, by the worker's key; a server later than 1.31 lists none.
    """

    workers: Sequence[WorkerListInfo]
    beats: dict[str, WorkerHeartbeat]


async def list_workers(client: Client, query: str) -> ListedWorkers:
    """
    Return the workers of a namespace; none where the server keeps no list.

    Args:
        client: Client of the server and the namespace.
        query: Which workers, in visibility's words; empty for all.

    Raises:
        MeasurementError: The server could not be asked.
    """
    workers, beats, token = list[WorkerListInfo](), dict[str, WorkerHeartbeat](), b""
    until = time.monotonic() + _PATIENCE_SECONDS
    try:
        while True:
            request = ListWorkersRequest(
                namespace=client.namespace, page_size=_PAGE_SIZE, next_page_token=token, query=query
            )
            page = await _patiently(
                partial(client.workflow_service.list_workers, request, timeout=_TIMEOUT), until
            )
            told = [info.worker_heartbeat for info in page.workers_info]
            workers += page.workers or [listed_by(beat) for beat in told]
            beats |= {beat.worker_instance_key: beat for beat in told}
            token = page.next_page_token
            if not token:
                return ListedWorkers(workers, beats)
    except RPCError as error:
        if error.status in _NO_SUCH_CALL:
            return ListedWorkers([], {})
        raise MeasurementError(f"the server's list of workers cannot be read ({error.message})") from error


async def beats_of(client: Client, keys: Collection[str]) -> list[WorkerHeartbeat]:
    """
    Ask for the last heartbeat of each of these workers, one after the other; those that have gone are left out.

    Raises:
        MeasurementError: The server could not be asked.
    """
    beats = []
    until = time.monotonic() + _PATIENCE_SECONDS + _PATIENCE_SECONDS_EACH * len(keys)
    for key in sorted(keys):
        request = DescribeWorkerRequest(namespace=client.namespace, worker_instance_key=key)
        try:
            answer = await _patiently(
                partial(client.workflow_service.describe_worker, request, timeout=_TIMEOUT), until
            )
        except RPCError as error:
            if error.status in _NO_SUCH_CALL:
                continue  # it has gone since it was listed
            raise MeasurementError(f"a worker's heartbeat cannot be read ({error.message})") from error
        beats.append(answer.worker_info.worker_heartbeat)
    return beats


async def _patiently(ask: Callable[[], Awaitable[_Answer]], until: float) -> _Answer:
    """
    Ask until a time a server that refuses as it is asked too often.
    """
    while True:
        try:
            return await ask()
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED or time.monotonic() >= until:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
