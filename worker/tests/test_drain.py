"""
A worker that is told to end, while orders are under way.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from processes import StartWorker, WorkerProcess, wait_until
from shop import new_order, start_order
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle

from repairshop.contract import Fault, RepairResult, WorkProfile

pytestmark = pytest.mark.server
FAILED = {EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED}
HANGS_ONCE = Fault("register", attempts=1, hang_seconds=300, fails=False)
Handle = WorkflowHandle[object, RepairResult]


async def start(client: Client, task_queue: str, seconds: float, *faults: Fault) -> Handle:
    """
    Start one order whose activities take that long.
    """
    order = new_order(work=WorkProfile(seconds=seconds), faults=faults)
    return await start_order(client, task_queue, order)


def begun(worker: WorkerProcess) -> bool:
    """
    Whether an activity of that worker has ended.
    """
    return "repairshop_activities_total{" in worker.get("/metrics")[1]


async def attempts_and_failures(handle: Handle) -> tuple[int, list[str]]:
    """
    Return the highest attempt of any activity and every failure but those that nobody lived to tell.
    """
    history = await handle.fetch_history()
    started = [event.activity_task_started_event_attributes for event in history.events]
    failures = [EventType.Name(event.event_type) for event in history.events if event.event_type in FAILED]
    failures += [
        attributes.last_failure.message
        for attributes in started
        if attributes.attempt > 1 and not attributes.last_failure.HasField("timeout_failure_info")
    ]
    return max(attributes.attempt for attributes in started), failures


async def test_a_drain_under_load_fails_nothing_and_repeats_nothing_twice(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Of three instances two are told to end while orders are under way: they finish what runs and end with 0,
    the third ends every order, nothing fails and nothing is attempted more than once again.
    """
    workers = [start_worker(activity_slots=4, identity=f"replica-{n}").wait_ready() for n in range(3)]
    handles = [await start(client, task_queue, 0.2) for _ in range(20)]
    wait_until(lambda: all(begun(worker) for worker in workers), "all three work")

    for worker in workers[:2]:
        worker.process.send_signal(signal.SIGTERM)
    codes = [worker.process.wait(20) for worker in workers[:2]]
    outcomes = [(await handle.result()).outcome for handle in handles]

    assert codes == [0, 0]
    assert outcomes == ["settled"] * 20
    read = [await attempts_and_failures(handle) for handle in handles]
    assert [failures for _, failures in read if failures] == []
    # A task that the server hands out in the moment of the shutdown may reach nobody: it is taken once more.
    assert max(attempts for attempts, _ in read) <= 2


async def test_what_outlasts_the_grace_is_handed_back_and_ended_by_another(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    An activity longer than the grace period is given back to the server within it, so that another worker
    takes it at once, as its second attempt, instead of after its timeout.
    """
    leaving = start_worker(identity="leaving", graceful_shutdown_seconds=2).wait_ready()
    handle = await start(client, task_queue, 0.0, HANGS_ONCE)
    wait_until(lambda: _used(leaving) == 1, "first activity runs")
    staying = start_worker(identity="staying").wait_ready()

    code = leaving.end()
    result = await handle.result()

    assert (code, result.outcome) == (0, "settled")
    attempts, failures = await attempts_and_failures(handle)
    assert attempts == 2
    # A cancelled attempt, told by the one who left; a timeout would not be among them.
    assert len(failures) == 1
    history = await handle.fetch_history()
    second = [
        event.activity_task_started_event_attributes.identity
        for event in history.events
        if event.activity_task_started_event_attributes.attempt == 2
    ]
    assert second == ["staying"]
    assert staying.end() == 0


async def test_while_it_drains_it_says_so_and_a_second_signal_ends_it_at_once(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    The second SIGTERM does not wait for the grace; the exit code is the signal's.
    """
    worker = start_worker(graceful_shutdown_seconds=600).wait_ready()
    handle = await start(client, task_queue, 0.0, HANGS_ONCE)
    wait_until(lambda: _used(worker) == 1, "first activity runs")

    worker.process.send_signal(signal.SIGTERM)
    wait_until(
        lambda: worker.get("/readyz") == (503, "draining: takes no new tasks\n"), "it says that it drains"
    )
    assert worker.get("/livez")[0] == 200
    code = worker.end(signal.SIGTERM, seconds=30)

    assert code == 128 + signal.SIGTERM
    assert "second signal: ending at once" in worker.errors
    await handle.terminate()


async def test_an_activity_that_does_not_end_cannot_hold_the_process(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    After the grace the process ends all the same, with 1 and a line that says why.
    """
    worker = start_worker(
        command=[sys.executable, str(Path(__file__).parent / "helpers" / "uncancellable_worker.py")],
        graceful_shutdown_seconds=2,
    ).wait_ready()
    handle = await client.start_workflow("Stubborn", 300.0, id=task_queue, task_queue=task_queue)
    wait_until(lambda: _used(worker) == 1, "the activity runs")

    code = worker.end(seconds=30)

    assert code == 1
    assert "grace is over: an activity does not end" in worker.errors
    await handle.terminate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "sigint"])
def test_a_signal_while_it_still_imports_ends_it(
    start_worker: StartWorker, tmp_path: Path, number: int
) -> None:
    """
    A container's first process ignores a signal without a handler, so there is one from the first line on.
    """
    reached = tmp_path / "reached"
    (tmp_path / "uvloop.py").write_text(
        f"import pathlib, time\npathlib.Path({str(reached)!r}).touch()\ntime.sleep(600)\n", encoding="utf-8"
    )
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    worker = start_worker(environ={"PYTHONPATH": path})
    wait_until(reached.exists, "it is in the middle of its imports")

    code = worker.end(number, seconds=30)

    assert (code, worker.errors) == (128 + number, "")


def _used(worker: WorkerProcess) -> float:
    lines = worker.get("/metrics")[1].splitlines()
    used = [
        line
        for line in lines
        if line.startswith("temporal_worker_task_slots_used") and "ActivityWorker" in line
    ]
    return sum(float(line.rsplit(" ", 1)[1]) for line in used)
