"""
What the histories of sampled workflows tell: how long their tasks waited, which activities ran side by side, the
workflows' types, and what they left behind.

An independent source for the schedule-to-start latency that metrics tell; it judges nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType, ParentClosePolicy
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.probe.order_course import ACTIVITY_ENDS, CHILD_ENDS, OrderCourse, attributes_of, order_course
from loadtest.results.history_sample import HistorySample

# Few at once, so that reading histories stays a small part of the server's work.
_AT_ONCE = 8
# An order that continues as new more often is read in part.
_MOST_RUNS = 12


@dataclass(slots=True)
class HistoryWaits:
    """
    What the history of one run tells.

    Attributes:
        activities, workflow_tasks: Waits in seconds, by the server's clock.
        elsewhere: Activities scheduled on other task queues, whose waits concern other workers.
        workflow_type: Type of the workflow; empty where the history does not begin with the workflow's start.
        stages: Activities on the task queue by stage: one that is scheduled after the end of another is one stage later.
        children: Child workflows by their task queue.
        nexus_operations: Number of Nexus operations that it scheduled.
        earlier_run: Id of the run that this one continues; empty where it is its workflow's first.
        is_retried: Whether the workflow was started with a policy by which it is retried as a whole.
        left_activities, left_children: Scheduling events of activities, and of children that do not end with their parent,
            that had not ended when the workflow did.
    """

    activities: list[float] = field(default_factory=list)
    workflow_tasks: list[float] = field(default_factory=list)
    elsewhere: Counter[str] = field(default_factory=Counter)
    workflow_type: str = ""
    stages: Counter[int] = field(default_factory=Counter)
    children: Counter[str] = field(default_factory=Counter)
    nexus_operations: int = 0
    earlier_run: str = ""
    is_retried: bool = False
    left_activities: set[int] = field(default_factory=set)
    left_children: set[int] = field(default_factory=set)

    @property
    def shape(self) -> tuple[int, ...]:
        """
        How many activities ran side by side, stage after stage.
        """
        return tuple(self.stages[stage] for stage in sorted(self.stages))


def waits(events: Iterable[HistoryEvent], task_queue: str) -> HistoryWaits:
    """
    Return the waits of a workflow's activities on a task queue, and of its workflow tasks.

    Only activities that were taken at their first attempt count: for a retried one the history holds the time of the
    first scheduling but of the last start.
    """
    scheduled: dict[int, int] = {}
    stage_of: dict[int, int] = {}
    last_ended = 0
    found = HistoryWaits()
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                start = event.workflow_execution_started_event_attributes
                found.workflow_type = start.workflow_type.name
                found.earlier_run = start.continued_execution_run_id
                found.is_retried = start.HasField("retry_policy") and start.retry_policy.maximum_attempts != 1
            case EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
                scheduled[event.event_id] = event.event_time.ToNanoseconds()
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                queue = event.activity_task_scheduled_event_attributes.task_queue.name
                found.left_activities.add(event.event_id)
                stage_of[event.event_id] = last_ended + 1
                if queue in ("", task_queue):
                    scheduled[event.event_id] = event.event_time.ToNanoseconds()
                    found.stages[last_ended + 1] += 1
                else:
                    found.elsewhere[queue] += 1
            case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                activity = event.activity_task_started_event_attributes
                since = scheduled.get(activity.scheduled_event_id)
                if activity.attempt == 1 and since is not None:
                    found.activities.append((event.event_time.ToNanoseconds() - since) / 1e9)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                since = scheduled[event.workflow_task_started_event_attributes.scheduled_event_id]
                found.workflow_tasks.append((event.event_time.ToNanoseconds() - since) / 1e9)
            case EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
                child = event.start_child_workflow_execution_initiated_event_attributes
                found.children[child.task_queue.name or task_queue] += 1
                if child.parent_close_policy == ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON:
                    found.left_children.add(event.event_id)
            case EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
                found.nexus_operations += 1
            case kind if kind in ACTIVITY_ENDS:
                ended = attributes_of(event).scheduled_event_id
                last_ended = stage_of.get(ended, last_ended)
                found.left_activities.discard(ended)
            case kind if kind in CHILD_ENDS:
                found.left_children.discard(attributes_of(event).initiated_event_id)
            case _:
                pass
    return found


class SampledHistories:
    """
    Reads the histories of workflows that have closed.
    """

    def __init__(self, client: Client, task_queue: str) -> None:
        """
        Args:
            client: Client of the server and the namespace.
            task_queue: Task queue whose activities' waits count.
        """
        self._client = client
        self._task_queue = task_queue
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def sample(self, workflow_ids: Sequence[str]) -> HistorySample:
        """
        Read these histories; one that cannot be read at the second try is not counted in the sample.
        """
        orders = [runs for runs in await asyncio.gather(*(self._read(w) for w in workflow_ids)) if runs]
        read = [one for runs in orders for one, _ in runs]
        courses = [course for runs in orders for _, course in runs]
        first = [runs[0][0] for runs in orders]
        children = sum((one.children for one in read), Counter[str]())
        return HistorySample(
            workflows=len(orders),
            activity_seconds=tuple(seconds for one in read for seconds in one.activities),
            workflow_task_seconds=tuple(seconds for one in read for seconds in one.workflow_tasks),
            elsewhere=dict(sum((one.elsewhere for one in read), Counter[str]())),
            retried=sum(one.is_retried for one in first),
            workflow_types=dict(Counter(one.workflow_type for one in first if one.workflow_type)),
            shapes=tuple(tuple(stage for one, _ in runs for stage in one.shape) for runs in orders),
            left_activities=sum(len(one.left_activities) for one in read),
            left_children=sum(len(one.left_children) for one in read),
            children=children.total(),
            children_elsewhere={
                name: number for name, number in children.items() if name != self._task_queue
            },
            nexus_operations=sum(one.nexus_operations for one in read),
            continued=sum(bool(one.earlier_run) for one in first),
            order_seconds=sum(one.seconds for one in courses),
            waiting_seconds={
                what: sum(one.waiting.get(what, 0.0) for one in courses)
                for what in dict.fromkeys(what for one in courses for what in one.waiting)
            },
            activity_open_seconds=sum(one.activity_seconds for one in courses),
            activity_attempts=sum(one.attempts for one in courses),
        )

    async def _read(self, workflow_id: str) -> Sequence[tuple[HistoryWaits, OrderCourse]]:
        """
        Read the runs of a workflow, the last ``_MOST_RUNS`` of them at most, in their order; none where one cannot be read.
        """
        async with self._room:
            for _ in range(2):
                try:
                    return await self._runs(workflow_id)
                except RPCError:
                    continue
        return ()

    async def _runs(self, workflow_id: str) -> Sequence[tuple[HistoryWaits, OrderCourse]]:
        runs: deque[tuple[HistoryWaits, OrderCourse]] = deque()
        run_id: str | None = None
        while len(runs) < _MOST_RUNS:
            handle = self._client.get_workflow_handle(workflow_id, run_id=run_id)
            events = [event async for event in handle.fetch_history_events()]
            runs.appendleft((waits(events, self._task_queue), order_course(events, self._task_queue)))
            run_id = runs[0][0].earlier_run
            if not run_id:
                break
        return runs
