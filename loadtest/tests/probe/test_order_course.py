"""
A history tells for what its order waited while it held neither a place in a queue nor a slot.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from metrics_worker import StartWorker
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from loadtest.probe.history_waits import SampledHistories
from loadtest.probe.order_course import order_course

_TASK = [(0.0, "WORKFLOW_TASK_SCHEDULED", {}), (0.5, "WORKFLOW_TASK_COMPLETED", {"scheduled_event_id": 2})]


def history(*written: tuple[float, str, dict[str, Any]]) -> list[HistoryEvent]:
    """Events from the start of a workflow on, numbered from 1."""
    events = []
    for number, (at, kind, told) in enumerate([(0.0, "WORKFLOW_EXECUTION_STARTED", {}), *written], 1):
        name = f"{kind.lower()}_event_attributes"
        event = HistoryEvent(
            event_id=number, event_type=EventType.Value(f"EVENT_TYPE_{kind}"), **{name: told}
        )
        event.event_time.FromNanoseconds(round((100.0 + at) * 1e9))
        events.append(event)
    return events


def _activity(at: float, queue: str = "q") -> tuple[float, str, dict[str, Any]]:
    return at, "ACTIVITY_TASK_SCHEDULED", {"task_queue": {"name": queue}}


def _ended(at: float, kind: str, number: int, by: str = "scheduled") -> tuple[float, str, dict[str, Any]]:
    return at, kind, {f"{by}_event_id": number}


@pytest.mark.parametrize(
    ("written", "waiting"),
    [
        pytest.param([*_TASK, _activity(0.5), _ended(3.0, "ACTIVITY_TASK_COMPLETED", 4)], {}, id="an activity"),
        pytest.param(
            [*_TASK, (0.5, "TIMER_STARTED", {}), _ended(4.0, "TIMER_FIRED", 4, "started")],
            {"timers": 3.5},
            id="a timer",
        ),
        pytest.param(
            [*_TASK, (0.5, "TIMER_STARTED", {}), _activity(0.5), _ended(2.0, "ACTIVITY_TASK_COMPLETED", 5),
             _ended(4.0, "TIMER_CANCELED", 4, "started")],
            {"timers": 2.0},
            id="a timer beside an activity",
        ),
        pytest.param(
            [(0.0, "WORKFLOW_TASK_SCHEDULED", {}), _ended(0.5, "WORKFLOW_TASK_FAILED", 2), (9.0, "WORKFLOW_TASK_SCHEDULED", {}),
             _ended(9.5, "WORKFLOW_TASK_COMPLETED", 4), (10.0, "WORKFLOW_EXECUTION_SIGNALED", {})],
            {"signals or updates": 0.5},
            id="a workflow task that is tried anew",
        ),
        pytest.param([*_TASK, (2.0, "WORKFLOW_EXECUTION_SIGNALED", {})], {"signals or updates": 1.5}, id="a signal"),
        pytest.param(
            [(3.0, "WORKFLOW_TASK_SCHEDULED", {}), _ended(3.5, "WORKFLOW_TASK_COMPLETED", 2)],
            {"the start's delay": 3.0},
            id="a delayed start",
        ),
        pytest.param(
            [*_TASK, (0.5, "NEXUS_OPERATION_SCHEDULED", {}), _ended(2.5, "NEXUS_OPERATION_COMPLETED", 4)],
            {"Nexus operations": 2.0},
            id="a Nexus operation",
        ),
        pytest.param(
            [*_TASK, _activity(0.5, "ovens"), _ended(2.5, "ACTIVITY_TASK_FAILED", 4)],
            {"activities of other task queues": 2.0},
            id="an activity of another queue",
        ),
        pytest.param(
            [*_TASK, (0.5, "START_CHILD_WORKFLOW_EXECUTION_INITIATED", {}),
             _ended(2.5, "CHILD_WORKFLOW_EXECUTION_COMPLETED", 4, "initiated")],
            {},
            id="a child, whose own tasks are looked at",
        ),
        pytest.param(
            [*_TASK, (0.5, "START_CHILD_WORKFLOW_EXECUTION_INITIATED", {"task_queue": {"name": "ovens"}}),
             _ended(2.5, "CHILD_WORKFLOW_EXECUTION_COMPLETED", 4, "initiated")],
            {"child workflows of other task queues": 2.0},
            id="a child of another queue",
        ),
    ],
)  # fmt: skip
def test_time_without_a_task_is_put_down_to_what_is_pending(
    written: list[tuple[float, str, dict[str, Any]]], waiting: dict[str, float]
) -> None:
    """Half a second of a workflow task is no such time."""
    found = order_course(history(*written), "q")

    assert dict(found.waiting) == pytest.approx(waiting)
    assert found.seconds == pytest.approx(written[-1][0])


def test_activities_are_open_from_scheduling_to_end_with_their_attempts() -> None:
    """A started activity is written beside its end, with the time of its start; another queue's is not counted."""
    started = {"scheduled_event_id": 4, "attempt": 3}
    found = order_course(
        history(
            *_TASK,
            _activity(0.5),
            _activity(0.5, "ovens"),
            (2.0, "ACTIVITY_TASK_STARTED", started),
            _ended(4.5, "ACTIVITY_TASK_COMPLETED", 4),
            (4.0, "ACTIVITY_TASK_STARTED", {"scheduled_event_id": 5, "attempt": 1}),
            _ended(6.5, "ACTIVITY_TASK_COMPLETED", 5),
        ),
        "q",
    )

    assert (found.activity_seconds, found.attempts) == (pytest.approx(4.0), 3)
    assert dict(found.waiting) == pytest.approx({"activities of other task queues": 2.0})
    assert found.seconds == pytest.approx(6.5)


@pytest.mark.server
async def test_a_real_order_waits_for_its_signal(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """What it waited is most of its time, and none of another that did not wait."""
    await start_worker()
    told, untold = f"{task_queue}-told", f"{task_queue}-untold"
    waiting = await client.start_workflow("Small", {"waits": True}, id=told, task_queue=task_queue)
    await client.execute_workflow("Small", {"seconds": 0.2}, id=untold, task_queue=task_queue)
    await asyncio.sleep(3)
    await waiting.signal("go")
    await waiting.result()

    sample = await SampledHistories(client, task_queue).sample([told])
    other = await SampledHistories(client, task_queue).sample([untold])

    waited = sample.waiting_seconds["signals or updates"]
    assert waited >= 2
    assert sample.order_seconds >= sum(sample.waiting_seconds.values())
    assert sample.activity_attempts == other.activity_attempts == 3
    # Events that a server writes at once are microseconds apart, more where it is short of CPU.
    assert sum(other.waiting_seconds.values()) < waited / 2
    assert other.order_seconds >= other.activity_open_seconds >= 0.6
