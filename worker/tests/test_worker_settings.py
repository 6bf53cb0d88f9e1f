"""
What the settings say is what the SDK's worker is built with.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import (
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    UnsandboxedWorkflowRunner,
    WorkerConfig,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from repairshop.settings import load
from repairshop.temporal_worker import build_worker
from repairshop.workflows import WORKFLOWS

pytestmark = pytest.mark.server


def built(client: Client, **settings: str) -> WorkerConfig:
    """
    Return what a worker is built with.
    """
    # The SDK allows one worker of a queue in a process.
    given = {"task_queue": uuid.uuid4().hex, **settings}
    environ = {f"REPAIRSHOP_{name.upper()}": value for name, value in given.items()}
    return build_worker(client, load(environ), WORKFLOWS, []).config()


@pytest.mark.parametrize(
    ("name", "value", "key", "expected"),
    [
        pytest.param("max_cached_workflows", "11", "max_cached_workflows", 11, id="cache"),
        pytest.param("eager_activities", "true", "disable_eager_activity_execution", False, id="eager"),
        pytest.param("eager_activities", "false", "disable_eager_activity_execution", True, id="not-eager"),
        pytest.param(
            "activity_pollers",
            "3",
            "activity_task_poller_behavior",
            PollerBehaviorSimpleMaximum(3),
            id="pollers",
        ),
        pytest.param(
            "workflow_pollers",
            "autoscaling",
            "workflow_task_poller_behavior",
            PollerBehaviorAutoscaling(),
            id="autoscaling",
        ),
    ],
)
async def test_a_setting_is_what_the_worker_is_built_with(
    client: Client, name: str, value: str, key: str, expected: Any
) -> None:
    """
    A setting that stopped at the door would be measured as if it had been set.
    """
    assert built(client, **{name: value}).get(key) == expected


async def test_the_sandbox_is_the_runner(client: Client) -> None:
    """
    Workflow code runs in the sandbox, or not.
    """
    assert isinstance(built(client, sandbox="true").get("workflow_runner"), SandboxedWorkflowRunner)
    assert isinstance(built(client, sandbox="false").get("workflow_runner"), UnsandboxedWorkflowRunner)
