"""
The worked example of worker/README.md: a workflow of one's own in place of the repair shop.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from processes import StartWorker
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


def test_the_readme_shows_the_example_as_it_is() -> None:
    """
    The worker and the commands that the page shows are those of the example.
    """
    page = (WORKER / "README.md").read_text(encoding="utf-8")

    shown = (BAKERY / "worker.py").read_text(encoding="utf-8").split("\n\n", 2)[2]
    assert shown.strip() in page
    for file in ("bread.py", "worker.py", "scenario.py"):
        assert f"worker/examples/bakery/{file}" in page
