"""
What each SDK calls the settings of a worker that may hold a system back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from loadtest.results.suspect import SuspectName

# The order in which the options of each SDK stand below: tasks at a time, polls at a time, workflows kept in memory, and
# activities per second of one worker and of its task queue.
_ORDER = (
    SuspectName.ACTIVITY_SLOTS,
    SuspectName.WORKFLOW_SLOTS,
    SuspectName.ACTIVITY_POLLERS,
    SuspectName.WORKFLOW_POLLERS,
    SuspectName.CACHE,
    SuspectName.WORKER_RATE,
    SuspectName.QUEUE_RATE_WORKER,
)
OF_WORKERS = frozenset(_ORDER)
"""
Suspects whose setting is an option of a worker.
"""

# By the name that an SDK sends with its heartbeats, up to the version: its language for people, and its options.
_OF_SDK: Mapping[str, tuple[str, ...]] = {
    "temporal-python": (
        "Python",
        "max_concurrent_activities",
        "max_concurrent_workflow_tasks",
        "max_concurrent_activity_task_polls",
        "max_concurrent_workflow_task_polls",
        "max_cached_workflows",
        "max_activities_per_second",
        "max_task_queue_activities_per_second",
    ),
    "temporal-go": (
        "Go",
        "MaxConcurrentActivityExecutionSize",
        "MaxConcurrentWorkflowTaskExecutionSize",
        "MaxConcurrentActivityTaskPollers",
        "MaxConcurrentWorkflowTaskPollers",
        "worker.SetStickyWorkflowCacheSize",
        "WorkerActivitiesPerSecond",
        "TaskQueueActivitiesPerSecond",
    ),
    "temporal-typescript": (
        "TypeScript",
        "maxConcurrentActivityTaskExecutions",
        "maxConcurrentWorkflowTaskExecutions",
        "maxConcurrentActivityTaskPolls",
        "maxConcurrentWorkflowTaskPolls",
        "maxCachedWorkflows",
        "maxActivitiesPerSecond",
        "maxTaskQueueActivitiesPerSecond",
    ),
    "temporal-java": (
        "Java",
        "setMaxConcurrentActivityExecutionSize",
        "setMaxConcurrentWorkflowTaskExecutionSize",
        "setMaxConcurrentActivityTaskPollers",
        "setMaxConcurrentWorkflowTaskPollers",
        "WorkerFactoryOptions.setWorkflowCacheSize",
        "setMaxWorkerActivitiesPerSecond",
        "setMaxTaskQueueActivitiesPerSecond",
    ),
    "temporal-dotnet": (
        ".NET",
        "MaxConcurrentActivities",
        "MaxConcurrentWorkflowTasks",
        "MaxConcurrentActivityTaskPolls",
        "MaxConcurrentWorkflowTaskPolls",
        "MaxCachedWorkflows",
        "MaxActivitiesPerSecond",
        "MaxTaskQueueActivitiesPerSecond",
    ),
    "temporal-ruby": (
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
    number = 1 + _ORDER.index(name)
    return " and ".join(f"in {one[0]} `{one[number]}`" for one in options)
