"""
Makes one Temporal worker of client, settings, workflows and activities.

Workflows and activities of another shop are built into a worker in the same way.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import (
    PollerBehavior,
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    ResourceBasedSlotConfig,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkerDeploymentConfig,
    WorkerTuner,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from repairshop.order_metrics import OrderMetrics
from repairshop.settings import Settings, Tuner

# The contract is deterministic and without side effects, so the sandbox need not load it again for every workflow. The
# other modules are imported by a program that has its workflows and its `main` in one file; loaded again, uvloop
# breaks.
PASSED_THROUGH = (
    "repairshop.contract",
    "repairshop.worker_process",
    "repairshop.temporal_worker",
    "repairshop.temporal_connection",
    "repairshop.settings",
    "repairshop.codec",
    "repairshop.telemetry",
)
# Share of the grace period for telling the server which tasks are handed back.
HAND_BACK_RATIO = 0.25
HAND_BACK_SECONDS = 2.0
# Slots that the resource-based tuner gives out at any use of the machine; the SDK's own defaults.
WORKFLOW_TASK_SLOTS_AT_ANY_USE = 5
ACTIVITY_SLOTS_AT_ANY_USE = 1


def build_worker(
    client: Client,
    settings: Settings,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
) -> Worker:
    """
    Return a worker that is ready to run.

    Args:
        client: Connected client, with the data converter that the workflows' clients use.
        settings: Slots, pollers, cache, tuner and other settings.
        workflows: Workflow classes.
        activities: Activity functions; each that is not ``async`` runs in a thread.
    """
    runner: WorkflowRunner = UnsandboxedWorkflowRunner()
    if settings.sandbox:
        runner = SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        )
    blocking = any(not inspect.iscoroutinefunction(function) for function in activities)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=workflows,
        activities=activities,
        activity_executor=ThreadPoolExecutor(_threads(settings), "activity") if blocking else None,
        workflow_runner=runner,
        interceptors=[OrderMetrics()],
        identity=settings.identity,
        max_cached_workflows=settings.max_cached_workflows,
        tuner=_tuner(settings),
        workflow_task_poller_behavior=_pollers(settings.workflow_pollers),
        activity_task_poller_behavior=_pollers(settings.activity_pollers),
        disable_eager_activity_execution=not settings.eager_activities,
        graceful_shutdown_timeout=timedelta(
            seconds=_seconds_for_activities(settings.graceful_shutdown_seconds)
        ),
        deployment_config=_version_of(settings),
    )


def _threads(settings: Settings) -> int:
    """
    Return a number of threads for all slots, those of local activities too; each thread is made when it is needed.
    """
    return 2 * settings.activity_slots


def _seconds_for_activities(grace: float) -> float:
    return grace - min(HAND_BACK_SECONDS, grace * HAND_BACK_RATIO)


def _tuner(settings: Settings) -> WorkerTuner:
    workflow_tasks, activities = settings.workflow_task_slots, settings.activity_slots
    if settings.tuner is Tuner.FIXED:
        return WorkerTuner.create_fixed(
            workflow_slots=workflow_tasks, activity_slots=activities, local_activity_slots=activities
        )
    return WorkerTuner.create_resource_based(
        target_cpu_usage=settings.target_cpu_ratio,
        target_memory_usage=settings.target_memory_ratio,
        workflow_config=_up_to(workflow_tasks, WORKFLOW_TASK_SLOTS_AT_ANY_USE),
        activity_config=_up_to(activities, ACTIVITY_SLOTS_AT_ANY_USE),
        local_activity_config=_up_to(activities, ACTIVITY_SLOTS_AT_ANY_USE),
    )


def _up_to(maximum: int, minimum: int) -> ResourceBasedSlotConfig:
    return ResourceBasedSlotConfig(minimum_slots=min(minimum, maximum), maximum_slots=maximum)


def _pollers(wanted: int | str) -> PollerBehavior:
    if isinstance(wanted, int):
        return PollerBehaviorSimpleMaximum(wanted)
    return PollerBehaviorAutoscaling()


def _version_of(settings: Settings) -> WorkerDeploymentConfig | None:
    if not settings.is_versioned:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(settings.deployment_name, settings.worker_build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
