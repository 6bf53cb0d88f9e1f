"""
What each SDK calls the settings of a worker that may hold a system back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from loadtest.results.suspect import SuspectName


class SdkOptions(NamedTuple):
    """
    The names of one language's options.

    Attributes:
        language: For people.
        activity_slots, workflow_slots: Tasks at a time.
        activity_pollers, workflow_pollers: Polls at a time.
        cache: Workflows kept in memory.
        worker_rate, queue_rate: Activities per second of one worker, and of its task queue.
    """

    language: str
    activity_slots: str
    workflow_slots: str
    activity_pollers: str
    workflow_pollers: str
    cache: str
    worker_rate: str
    queue_rate: str


# By the name that an SDK sends with its heartbeats, up to the version.
_OF_SDK: Mapping[str, SdkOptions] = {
    "temporal-python": SdkOptions(
        "Python",
        "max_concurrent_activities",
        "max_concurrent_workflow_tasks",
        "max_concurrent_activity_task_polls",
        "max_concurrent_workflow_task_polls",
        "max_cached_workflows",
        "max_activities_per_second",
        "max_task_queue_activities_per_second",
    ),
    "temporal-go": SdkOptions(
        "Go",
        "MaxConcurrentActivityExecutionSize",
        "MaxConcurrentWorkflowTaskExecutionSize",
        "MaxConcurrentActivityTaskPollers",
        "MaxConcurrentWorkflowTaskPollers",
        "worker.SetStickyWorkflowCacheSize",
        "WorkerActivitiesPerSecond",
        "TaskQueueActivitiesPerSecond",
    ),
    "temporal-typescript": SdkOptions(
        "TypeScript",
        "maxConcurrentActivityTaskExecutions",
        "maxConcurrentWorkflowTaskExecutions",
        "maxConcurrentActivityTaskPolls",
        "maxConcurrentWorkflowTaskPolls",
        "maxCachedWorkflows",
        "maxActivitiesPerSecond",
        "maxTaskQueueActivitiesPerSecond",
    ),
    "temporal-java": SdkOptions(
        "Java",
        "setMaxConcurrentActivityExecutionSize",
        "setMaxConcurrentWorkflowTaskExecutionSize",
        "setMaxConcurrentActivityTaskPollers",
        "setMaxConcurrentWorkflowTaskPollers",
        "WorkerFactoryOptions.setWorkflowCacheSize",
        "setMaxWorkerActivitiesPerSecond",
        "setMaxTaskQueueActivitiesPerSecond",
    ),
    "temporal-dotnet": SdkOptions(
        ".NET",
        "MaxConcurrentActivities",
        "MaxConcurrentWorkflowTasks",
        "MaxConcurrentActivityTaskPolls",
        "MaxConcurrentWorkflowTaskPolls",
        "MaxCachedWorkflows",
        "MaxActivitiesPerSecond",
        "MaxTaskQueueActivitiesPerSecond",
    ),
    "temporal-ruby": SdkOptions(
        "Ruby",
        "activity_slots",
        "workflow_slots",
        "max_concurrent_activity_task_polls",
        "max_concurrent_workflow_task_polls",
        "max_cached_workflows",
        "max_activities_per_second",
        "max_task_queue_activities_per_second",
    ),
}
_FIELDS: Mapping[SuspectName, str] = {
    SuspectName.ACTIVITY_SLOTS: "activity_slots",
    SuspectName.WORKFLOW_SLOTS: "workflow_slots",
    SuspectName.ACTIVITY_POLLERS: "activity_pollers",
    SuspectName.WORKFLOW_POLLERS: "workflow_pollers",
    SuspectName.CACHE: "cache",
    SuspectName.WORKER_RATE: "worker_rate",
    SuspectName.QUEUE_RATE_WORKER: "queue_rate",
}
OF_WORKERS = frozenset(_FIELDS)
"""
Suspects whose setting is an option of a worker.
"""


def option_text(name: SuspectName, sdks: Iterable[str | None]) -> str:
    """
    Return how the SDKs of some workers call the option of a suspect, such as ``in Go `MaxConcurrentActivityExecutionSize```.

    Args:
        name: One of ``OF_WORKERS``.
        sdks: Names and versions, as heartbeats say them.

    Returns:
        Nothing where no SDK is known.
    """
    known = {told.partition(" ")[0]: None for told in sdks if told}
    options = [_OF_SDK[sdk] for sdk in known if sdk in _OF_SDK]
    return " and ".join(f"in {one.language} `{getattr(one, _FIELDS[name])}`" for one in options)
