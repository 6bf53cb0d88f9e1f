"""
Histories tell how long tasks waited, by the server's clock.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from metrics_worker import StartWorker
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from loadtest.probe import history_waits
from loadtest.probe.history_waits import SampledHistories, waits
from loadtest.probe.page_scraper import PageScraper


def event(number: int, kind: str, at: float, **attributes: Any) -> HistoryEvent:
    made = HistoryEvent(event_id=number, event_type=EventType.Value(f"EVENT_TYPE_{kind}"), **attributes)
    made.event_time.FromNanoseconds(round(at * 1e9))
    return made


def test_waits_of_a_written_history() -> None:
    """
    Each wait is from an event's scheduling to its start; a retried activity has none that is known.
    """
    history = [
        event(1, "WORKFLOW_EXECUTION_STARTED", 0.0, workflow_execution_started_event_attributes={"workflow_type": {"name": "Order"}}),
        event(2, "WORKFLOW_TASK_SCHEDULED", 0.0),
        event(3, "WORKFLOW_TASK_STARTED", 0.25, workflow_task_started_event_attributes={"scheduled_event_id": 2}),
        event(5, "ACTIVITY_TASK_SCHEDULED", 1.0),
        event(6, "ACTIVITY_TASK_SCHEDULED", 1.0),
        event(7, "ACTIVITY_TASK_STARTED", 1.5, activity_task_started_event_attributes={"scheduled_event_id": 6, "attempt": 1}),
        event(8, "ACTIVITY_TASK_STARTED", 9.0, activity_task_started_event_attributes={"scheduled_event_id": 5, "attempt": 2}),
    ]  # fmt: skip

    found = waits(history, "q")

    assert found.workflow_type == "Order"
    assert (found.activities, found.workflow_tasks) == ([0.5], [0.25])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, False),
        ({"retry_policy": {"maximum_attempts": 3}}, True),
        ({"retry_policy": {}}, True),
        ({"retry_policy": {"maximum_attempts": 1}}, False),
    ],
)
def test_a_workflow_that_is_retried_as_a_whole_is_known(told: dict[str, Any], expected: bool) -> None:
    """
    Each of its attempts closes, and its order once.
    """
    start = event(1, "WORKFLOW_EXECUTION_STARTED", 0.0, workflow_execution_started_event_attributes=told)

    assert waits([start], "q").is_retried is expected


@pytest.mark.parametrize(
    ("queue", "expected"), [("", "q"), ("q", "q"), ("ovens", "ovens")], ids=["none", "same", "other"]
)
def test_children_are_known_by_their_queue(queue: str, expected: str) -> None:
    """
    One that names no queue is on its parent's.
    """
    told = {"task_queue": {"name": queue}}
    child = event(
        7,
        "START_CHILD_WORKFLOW_EXECUTION_INITIATED",
        1.0,
        start_child_workflow_execution_initiated_event_attributes=told,
    )

    assert waits([child], "q").children == {expected: 1}


def test_nexus_operations_are_counted() -> None:
    """
    The workflow that carries one out may be on the same task queue, and its activities are in no order's history.
    """
    assert waits([event(7, "NEXUS_OPERATION_SCHEDULED", 1.0)], "q").nexus_operations == 1


@pytest.mark.parametrize("earlier", ["", "a-run"])
def test_a_run_that_continues_another_is_known(earlier: str) -> None:
    """
    Its history is a part of its order's, and that run is read too.
    """
    told = {"continued_execution_run_id": earlier}
    start = event(1, "WORKFLOW_EXECUTION_STARTED", 0.0, workflow_execution_started_event_attributes=told)

    assert waits([start], "q").earlier_run == earlier


def test_what_goes_on_after_an_order_is_known() -> None:
    """
    An activity that nobody waits for, and an abandoned child; another child ends with its parent.
    """

    def child(number: int, policy: str) -> HistoryEvent:
        told = {"parent_close_policy": f"PARENT_CLOSE_POLICY_{policy}"}
        kind = "START_CHILD_WORKFLOW_EXECUTION_INITIATED"
        return event(number, kind, 1.0, start_child_workflow_execution_initiated_event_attributes=told)

    ended = "CHILD_WORKFLOW_EXECUTION_COMPLETED"
    history = [
        event(5, "ACTIVITY_TASK_SCHEDULED", 1.0),
        event(6, "ACTIVITY_TASK_SCHEDULED", 1.0),
        child(7, "ABANDON"),
        child(8, "ABANDON"),
        child(9, "TERMINATE"),
        event(10, "ACTIVITY_TASK_COMPLETED", 2.0, activity_task_completed_event_attributes={"scheduled_event_id": 6}),
        event(11, ended, 2.0, child_workflow_execution_completed_event_attributes={"initiated_event_id": 7}),
    ]  # fmt: skip

    found = waits(history, "q")

    assert (found.left_activities, found.left_children) == ({5}, {8})


def test_activities_of_another_task_queue_are_counted_and_their_waits_left_out() -> None:
    """
    They wait for other workers, and the mean would be of two queues.
    """

    def scheduled(number: int, queue: str) -> HistoryEvent:
        return event(
            number,
            "ACTIVITY_TASK_SCHEDULED",
            1.0,
            activity_task_scheduled_event_attributes={"task_queue": {"name": queue}},
        )

    def started(number: int, of: int, at: float) -> HistoryEvent:
        told = {"scheduled_event_id": of, "attempt": 1}
        return event(number, "ACTIVITY_TASK_STARTED", at, activity_task_started_event_attributes=told)

    history = [
        scheduled(5, "bakery"),
        started(6, 5, 1.25),
        scheduled(8, "ovens"),
        started(9, 8, 31.0),
        scheduled(11, "ovens"),
    ]

    found = waits(history, "bakery")

    assert found.activities == [0.25]
    assert found.elsewhere == {"ovens": 2}


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        pytest.param("a A b B c C", (1, 1, 1), id="one after the other"),
        pytest.param("a A b c d C D B e E", (1, 3, 1), id="three at once between two"),
        pytest.param("a b A c B d C D", (2, 2), id="two chains side by side"),
        pytest.param("a b A c C B d D", (2, 2), id="at most two at a time"),
        pytest.param("a A x X b B", (1, 1), id="one of another queue between two"),
        pytest.param("", (), id="none"),
    ],
)
def test_activities_side_by_side_are_one_stage(written: str, shape: tuple[int, ...]) -> None:
    """
    A letter schedules an activity and its capital ends it; `x` is of another queue.
    """
    numbers = {letter: place for place, letter in enumerate(written, 1)}
    history = [
        event(
            numbers[letter],
            "ACTIVITY_TASK_SCHEDULED",
            1.0,
            activity_task_scheduled_event_attributes={
                "task_queue": {"name": "ovens" if letter == "x" else "q"}
            },
        )
        if letter.islower()
        else event(
            numbers[letter],
            "ACTIVITY_TASK_COMPLETED",
            2.0,
            activity_task_completed_event_attributes={"scheduled_event_id": numbers[letter.lower()]},
        )
        for letter in written.replace(" ", "")
    ]

    assert waits(history, "q").shape == shape


@pytest.mark.server
async def test_histories_and_the_worker_agree(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    The waits in the histories are as many, and together as long, as those that the worker counted.
    """
    worker = await start_worker()
    metrics = PageScraper("default", task_queue)
    before = await metrics.scrape({"w": worker.url}, "worker")
    ids = [f"{task_queue}-{i}" for i in range(6)]

    await asyncio.gather(
        *(client.execute_workflow("Small", {"seconds": 0.2}, id=i, task_queue=task_queue) for i in ids)
    )
    after = await metrics.scrape({"w": worker.url}, "worker")
    sample = await SampledHistories(client, task_queue).sample(ids)

    by_worker = metrics.difference(before, after, "worker").histograms
    activities = by_worker["worker.activity_schedule_to_start"]
    assert sample.workflows == 6
    assert len(sample.activity_seconds) == activities.count == 18
    assert len(sample.workflow_task_seconds) == by_worker["worker.workflow_schedule_to_start"].count
    # Six workflows on four slots wait for a slot: far longer than the two clocks' readings differ.
    assert sum(sample.activity_seconds) == pytest.approx(activities.sum, rel=0.05)


@pytest.mark.server
async def test_histories_show_which_activities_run_at_once(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Three between two others, whose ends come in any order.
    """
    await start_worker()
    orders = {f"{task_queue}-{order}": order == "together" for order in ("together", "alone")}

    await asyncio.gather(
        *(
            client.execute_workflow("Small", {"seconds": 0.05, "together": each}, id=i, task_queue=task_queue)
            for i, each in orders.items()
        )
    )
    sample = await SampledHistories(client, task_queue).sample(tuple(orders))

    assert sample.shapes == ((1, 3, 1), (1, 1, 1))


@pytest.mark.server
async def test_an_unknown_workflow_is_left_out(client: Client, task_queue: str) -> None:
    """
    What cannot be read is not in the sample's count.
    """
    sample = await SampledHistories(client, task_queue).sample([f"{task_queue}-none"])

    assert sample.workflows == 0
    assert sample.activity_seconds == ()


@pytest.mark.server
@pytest.mark.parametrize(("most", "runs"), [(12, 2), (1, 1)], ids=["all-runs", "the-last-run"])
async def test_runs_that_continue_one_another_are_one_order(
    client: Client,
    task_queue: str,
    start_worker: StartWorker,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    runs: int,
) -> None:
    """
    The server gives the last run's history where none is named, and an order of two had half of its activities.
    """
    monkeypatch.setattr(history_waits, "_MOST_RUNS", most)
    await start_worker()
    name = f"{task_queue}-again"
    await client.execute_workflow("Small", {"again": True}, id=name, task_queue=task_queue)

    sample = await SampledHistories(client, task_queue).sample([name])

    assert (sample.workflows, sample.continued) == (1, int(runs == 1))
    assert sum(map(sum, sample.shapes)) == sample.activity_attempts == len(sample.activity_seconds)
    assert sample.activity_attempts == 3 * runs
