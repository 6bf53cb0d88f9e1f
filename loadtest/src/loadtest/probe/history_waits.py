"""
How long the tasks of sampled workflows waited, by the events of their histories.

An independent witness for the schedule-to-start that metrics tell; it judges nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.results.history_sample import HistorySample

# So that reading histories stays a small part of the server's work.
_AT_ONCE = 8


def waits(events: Iterable[HistoryEvent]) -> tuple[list[float], list[float]]:
    """
    Return the waits of a workflow's activities and of its workflow tasks, in seconds, by the server's clock.

    Only activities that were taken at their first attempt count: for a retried one the history holds the
    time of the first scheduling but of the last start.
    """
    scheduled: dict[int, int] = {}
    activities: list[float] = []
    workflow_tasks: list[float] = []
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED | EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
                scheduled[event.event_id] = _nanoseconds(event.event_time)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                activity = event.activity_task_started_event_attributes
                if activity.attempt == 1:
                    since = scheduled[activity.scheduled_event_id]
                    activities.append((_nanoseconds(event.event_time) - since) / 1e9)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                since = scheduled[event.workflow_task_started_event_attributes.scheduled_event_id]
                workflow_tasks.append((_nanoseconds(event.event_time) - since) / 1e9)
            case _:
                pass
    return activities, workflow_tasks


class SampledHistories:
    """
    Reads the histories of workflows that have closed.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def sample(self, workflow_ids: Sequence[str]) -> HistorySample:
        """
        Read these histories; one that cannot be read at the second try is not in the sample's count.
        """
        read = [r for r in await asyncio.gather(*(self._read(w) for w in workflow_ids)) if r is not None]
        return HistorySample(
            workflows=len(read),
            activity_seconds=tuple(seconds for activities, _ in read for seconds in activities),
            workflow_task_seconds=tuple(seconds for _, tasks in read for seconds in tasks),
        )

    async def _read(self, workflow_id: str) -> tuple[list[float], list[float]] | None:
        handle = self._client.get_workflow_handle(workflow_id)
        async with self._room:
            for _ in range(2):
                try:
                    return waits([event async for event in handle.fetch_history_events()])
                except RPCError:
                    continue
        return None


def _nanoseconds(at: Timestamp) -> int:
    return at.ToNanoseconds()
