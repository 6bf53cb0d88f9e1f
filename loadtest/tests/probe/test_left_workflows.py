"""
What a run left open is terminated, and nothing else is touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from synthetic_runs import kept_run
from temporalio import workflow
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.workflow import ParentClosePolicy

from loadtest.cli.app import run
from loadtest.probe import left_workflows, termination_batch
from loadtest.probe.left_workflows import Cleaned, clean, open_workflows
from loadtest.results.run_hold import held_run

pytestmark = pytest.mark.server


async def test_a_runs_open_workflows_are_terminated_and_others_stay(server: Any, task_queue: str) -> None:
    """The run is told by its name within the id, whatever stands before it; another run's orders go on."""
    client = await Client.connect(server.address)
    mine = [f"bake-20261126-1-open-1-{number}" for number in range(30)]
    mine[0] = "o'brien's-20261126-1-open-1-0"
    # Of two runs that begin in one second the second has a number behind its name.
    others = ["bake-20261126b-1-open-1-1", "someone-elses", "bake-20261126-2-1-open-1-1"]
    for name in (*mine, *others):
        await client.start_workflow("BakeWorkflow", id=name, task_queue=task_queue)
    await _listed(client, task_queue, 33)

    cleaned = await clean(client, task_queue, "20261126")

    assert cleaned == Cleaned(30, ())
    assert await open_workflows(client, task_queue, "20261126b") == (others[0],)
    assert await open_workflows(client, task_queue, "20261126-2") == (others[2],)
    for name, status in (
        (mine[0], WorkflowExecutionStatus.TERMINATED),
        (others[0], WorkflowExecutionStatus.RUNNING),
        (others[1], WorkflowExecutionStatus.RUNNING),
        (others[2], WorkflowExecutionStatus.RUNNING),
    ):
        assert (await client.get_workflow_handle(name).describe()).status is status


def test_the_verb_cleans_where_the_run_measured(
    server: Any, task_queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Address, namespace and queue are the run's own; a second call finds nothing."""
    kept = kept_run(tmp_path)
    elsewhere = replace(kept.manifest, target="address", address=server.address, task_queue=task_queue)
    kept.write_manifest(elsewhere)
    asyncio.run(_start(server.address, f"bake-{kept.manifest.run}-1-open-1-1", task_queue))

    codes = [run(["clean", str(kept.path)]) for _ in range(2)]

    assert codes == [0, 0]
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("1 workflow was terminated, none is left")
    assert told[1].endswith("0 workflows were terminated, none is left")


def test_workflows_that_may_be_the_runs_are_told_and_go_on(
    server: Any, task_queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario may give ids of its own: "none is left" would then be wrong, and ending them may hurt others."""
    asyncio.run(_start(server.address, "before-the-run", task_queue))
    kept, began = kept_run(tmp_path), datetime.now(UTC) + timedelta(milliseconds=1)
    manifest = replace(
        kept.manifest,
        target="address",
        address=server.address,
        task_queue=task_queue,
        started_at=began.isoformat(),
    )
    kept.write_manifest(manifest)
    for number in range(2, 6):
        asyncio.run(_start(server.address, f"customer-{number}", task_queue, listed=number))

    code = run(["clean", str(kept.path)])

    told = capsys.readouterr()
    assert code == 0
    assert told.out.endswith("0 workflows were terminated, none is left\n")
    assert (
        f"4 other workflows of task queue {task_queue} began since the run did and are open (customer-5, "
        in told.err
    )
    assert (
        ", ...); the run's name is in no such id, so nobody knows whose they are and they go on" in told.err
    )
    assert "before-the-run" not in told.err


def test_a_run_that_is_measured_now_is_not_cleaned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its orders would end under its own load."""
    kept = kept_run(tmp_path)
    kept.write_manifest(replace(kept.manifest, target="address", address="127.0.0.1:1"))

    with held_run(kept):
        code = run(["clean", str(kept.path)])

    assert code == 2
    assert "another process measures this run; wait until it has ended" in capsys.readouterr().err


def test_each_server_of_a_comparison_is_cleaned(
    server: Any, task_queue: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is gone is told of, and does not keep the other one from being cleaned."""
    kept, gone = kept_run(tmp_path), "127.0.0.1:1"
    elsewhere = replace(
        kept.manifest,
        target="address",
        address=f"{gone}, {server.address}",
        servers={gone: "1.31.0", server.address: "1.32.0"},
        task_queue=task_queue,
    )
    kept.write_manifest(elsewhere)
    asyncio.run(_start(server.address, f"bake-{kept.manifest.run}-1-open-1-1", task_queue))

    code = run(["clean", str(kept.path)])

    told = capsys.readouterr()
    (problem,) = told.err.splitlines()
    assert code == 2
    assert told.out == f"{kept.manifest.run} on {server.address}: 1 workflow was terminated, none is left\n"
    assert problem.startswith(f"error: address {gone}: no Temporal server answers there")


def test_a_run_whose_server_has_ended_left_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server was started for it, so nobody is asked."""
    kept = kept_run(tmp_path)
    kept.write_manifest(replace(kept.manifest, target="local"))

    assert run(["clean", str(kept.path)]) == 0
    assert "has ended with it" in capsys.readouterr().out


async def test_a_batch_ends_them_all_by_itself(
    server: Any, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends each of them; none is asked for one by one."""
    client, asked = await Client.connect(server.address), list[str]()
    for number in range(3):
        await client.start_workflow(
            "BakeWorkflow", id=f"bake-20261127-1-open-1-{number}", task_queue=task_queue
        )
    await _listed(client, task_queue, 3)

    async def one_by_one(client: Client, workflows: Sequence[str], reason: str) -> None:
        asked.extend(workflows)

    monkeypatch.setattr(left_workflows, "terminate", one_by_one)

    assert await clean(client, task_queue, "20261127") == Cleaned(3, ())
    assert asked == []


@pytest.mark.parametrize("why", ["refused", "many-prefixes"])
async def test_without_a_batch_they_are_terminated_one_by_one(
    server: Any, task_queue: str, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """A server that refuses the query, and ids that begin in too many ways: the note says which, and nothing is left."""
    client = await Client.connect(server.address)
    for number in range(12):
        name = f"{number if why == 'many-prefixes' else ''}bake-20261128-1-open-1-{number}"
        await client.start_workflow("BakeWorkflow", id=name, task_queue=task_queue)
    await _listed(client, task_queue, 12)
    if why == "refused":
        monkeypatch.setattr(termination_batch, "quoted", lambda text: f"no literal: {text}")

    cleaned = await clean(client, task_queue, "20261128")

    assert (cleaned.terminated, cleaned.left) == (12, ())
    wanted = "carries out no batch operation (" if why == "refused" else "begin in 12 ways"
    assert wanted in str(cleaned.note)


@workflow.defn
class _Leaver:
    """
    An order that leaves a child behind, on another task queue and under an id of its own.
    """

    @workflow.run
    async def run(self, task_queue: str, child: str) -> None:
        await workflow.start_child_workflow(
            "BakeWorkflow", id=child, task_queue=task_queue, parent_close_policy=ParentClosePolicy.ABANDON
        )


async def test_orders_and_children_of_other_task_queues_are_found(server: Any, task_queue: str) -> None:
    """A child is found by its root, whatever its id, and the customers of somebody else go on."""
    client, began = await Client.connect(server.address), datetime.now(UTC) - timedelta(seconds=1)
    run_name, other = f"20261129-{task_queue}", f"{task_queue}-b"
    order, child = f"bake-{run_name}-1-open-1-1", f"kid-{task_queue}"
    async with Worker(
        client, task_queue=task_queue, workflows=[_Leaver], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        await client.execute_workflow("_Leaver", args=[other, child], id=order, task_queue=task_queue)
    for name in (f"bake-{run_name}-1-open-1-2", f"customer-{task_queue}"):
        await client.start_workflow("BakeWorkflow", id=name, task_queue=other)
    await _listed(client, other, 3)

    cleaned = await clean(client, task_queue, run_name, began)

    assert cleaned == Cleaned(2, ())
    ended = await client.get_workflow_handle(child).describe()
    assert ended.status is WorkflowExecutionStatus.TERMINATED
    goes_on = await client.get_workflow_handle(f"customer-{task_queue}").describe()
    assert goes_on.status is WorkflowExecutionStatus.RUNNING


async def _start(address: str, name: str, task_queue: str, listed: int = 1) -> None:
    client = await Client.connect(address)
    await client.start_workflow("BakeWorkflow", id=name, task_queue=task_queue)
    await _listed(client, task_queue, listed)


async def _listed(client: Client, task_queue: str, number: int) -> None:
    for _ in range(150):
        if len([found async for found in client.list_workflows(f"TaskQueue = '{task_queue}'")]) == number:
            return
        await asyncio.sleep(0.2)
    pytest.fail(f"the server never listed {number} workflows")
