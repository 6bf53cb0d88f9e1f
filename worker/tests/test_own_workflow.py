"""
The worked example of worker/README.md: a workflow of one's own in place of the repair shop.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from processes import Server, StartWorker
from temporalio.client import Client

from loadtest.plan import Work
from loadtest.scenario import Arrival, load

WORKER = Path(__file__).parents[1]
BAKERY = WORKER / "examples/bakery"
pytestmark = pytest.mark.server


async def test_another_workflow_takes_the_repair_shops_place(
    client: Client, start_worker: StartWorker, task_queue: str
) -> None:
    """
    The example's worker is ready and measured like ours, and its scenario starts what it works on.
    """
    worker = start_worker(command=[sys.executable, str(BAKERY / "worker.py")]).wait_ready()
    scenario = load(str(BAKERY / "scenario.py"))

    handle = await scenario.start(client, Arrival(0, 1, task_queue, task_queue, Work(seconds=0.01)))
    loaves = await handle.result()

    assert loaves == ["loaf"] * (scenario.activities_per_workflow or 0)
    _, page = worker.get("/metrics")
    assert 'repairshop_activities_total{outcome="done",step="bake"} 3.0' in page
    assert 'workflow_type="BakeWorkflow"' in page
    assert worker.end() == 0


async def test_blocking_activities_have_a_thread_for_each_slot_and_local_ones_too(
    client: Client, start_worker: StartWorker, task_queue: str
) -> None:
    """
    With a thread less one of them would wait in a queue that no metric shows; the program has arguments of its own.
    """
    program = Path(__file__).parent / "helpers" / "thread_blocking_worker.py"
    worker = start_worker(
        command=[sys.executable, str(program), "--together", "4"], activity_slots=2, eager_activities=False
    ).wait_ready()

    assert (
        await client.execute_workflow("Gather", 2, id=task_queue, task_queue=task_queue, result_type=int) == 4
    )
    assert worker.end() == 0


async def test_workflows_may_stand_in_the_file_that_calls_main(
    client: Client, start_worker: StartWorker, task_queue: str, tmp_path: Path
) -> None:
    """
    The sandbox loads that file for each workflow, and what it imports of the kit must not be loaded twice.
    """
    program = tmp_path / "one_file.py"
    program.write_text(
        "from temporalio import workflow\n"
        "from repairshop import codec, settings, telemetry, temporal_connection, temporal_worker\n"
        "from repairshop.worker_process import main\n"
        "@workflow.defn\nclass Answer:\n    @workflow.run\n    async def run(self) -> int:\n        return 42\n"
        "if __name__ == '__main__':\n    main([Answer], lambda _ledger: [])\n",
        encoding="utf-8",
    )
    worker = start_worker(command=[sys.executable, str(program)]).wait_ready()

    assert (
        await client.execute_workflow("Answer", id=task_queue, task_queue=task_queue, result_type=int) == 42
    )
    assert worker.end() == 0


def test_an_activity_without_its_decorator_is_told_in_one_line(
    server: Server, start_worker: StartWorker
) -> None:
    """
    As a workflow without one is.
    """
    program = (
        "from repairshop.worker_process import main\nfrom repairshop.workflows import WORKFLOWS\n"
        "main(WORKFLOWS, lambda _ledger: [len], arguments=())"
    )
    worker = start_worker(command=[sys.executable, "-c", program])

    assert worker.process.wait(60) == 1
    assert worker.errors.splitlines()[-1].startswith("error: the worker cannot be built: Activity ")
    assert "Traceback" not in worker.errors


def test_the_readme_shows_the_example_as_it_is() -> None:
    """
    The worker and the commands that the page shows are those of the example.
    """
    page = (WORKER / "README.md").read_text(encoding="utf-8")

    shown = (BAKERY / "worker.py").read_text(encoding="utf-8").split("\n\n", 2)[2]
    assert shown.strip() in page
    for file in ("bread.py", "worker.py", "scenario.py"):
        assert f"worker/examples/bakery/{file}" in page
