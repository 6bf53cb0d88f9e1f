"""
Which setting relieves which suspect, with all names of the setting: in the plan, in the kit, and in each SDK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from loadtest.results.suspect import SettingNames, SuspectName


class SdkOptions(NamedTuple):
    """
    The names of one language's options.

    Attributes:
        language: For people.
        activity_slots, workflow_slots: Tasks at a time.
        activity_pollers, workflow_pollers: Polls at a time.
        cache: Workflows kept in memory.
        worker_rate, queue_rate: Activities per second of one worker, and of its task queue.
        tuner: What gives out slots by the use of CPU and memory, or by rules of one's own.
    """

    language: str
    activity_slots: str
    workflow_slots: str
    activity_pollers: str
    workflow_pollers: str
    cache: str
    worker_rate: str
    queue_rate: str
    tuner: str


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
        "tuner",
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
        "Tuner",
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
        "tuner",
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
        "setWorkerTuner",
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
        "Tuner",
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
        "tuner",
    ),
    "temporal-rust": SdkOptions(
        "Rust",
        "activity_task_slot_supplier",
        "workflow_task_slot_supplier",
        "activity_task_poller_behavior",
        "workflow_task_poller_behavior",
        "max_cached_workflows",
        "max_worker_activities_per_second",
        "max_task_queue_activities_per_second",
        "tuner",
    ),
}
_FIELDS: Mapping[SuspectName, str] = {
    SuspectName.ACTIVITY_SLOTS: "activity_slots",
    SuspectName.WORKFLOW_SLOTS: "workflow_slots",
    SuspectName.ACTIVITY_POLLERS: "activity_pollers",
    SuspectName.WORKFLOW_POLLERS: "workflow_pollers",
    SuspectName.CACHE: "cache",
    SuspectName.SLOT_TUNER: "tuner",
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


def _of_worker(key: str) -> SettingNames:
    first, *others = key.split("_")
    camel = first + "".join(word.capitalize() for word in others)
    return SettingNames(f"worker.{key}", f"REPAIRSHOP_{key.upper()}", f"settings.{camel}")


def of_own_workers(name: SuspectName, sdks: Iterable[str | None]) -> SettingNames:
    """
    Return where a suspect's setting is found for workers that take none from the kit's plan, environment or chart.

    Args:
        name: The suspect.
        sdks: Names and versions of the workers' SDKs, as far as they are known.
    """
    if name is SuspectName.WORKER_CPU:
        return replace(SETTINGS[name], helm_value=None)
    if name not in OF_WORKERS:
        return SETTINGS[name]
    option = option_text(name, sdks)
    threads = _THREADS if name is SuspectName.ACTIVITY_SLOTS and _is_python(sdks) else ""
    return SettingNames(
        elsewhere=f"{_WHAT.get(name, f'the number of {name}')} in the worker itself{option and f' ({option}{threads})'}"
    )


def _is_python(sdks: Iterable[str | None]) -> bool:
    return any((told or "").startswith("temporal-python ") for told in sdks)


# A slot is in use, and its activity runs by the SDK's metrics, also while it waits for a thread.
_THREADS = ", with as many threads or processes in `activity_executor` where activities are no `async def`"
# What is set of a suspect that has no number.
_WHAT = {
    SuspectName.CACHE: f"the size of {SuspectName.CACHE}",
    SuspectName.SLOT_TUNER: "targets and bounds of the slots' tuner",
    SuspectName.WORKER_RATE: "the rate limit of activities",
    SuspectName.QUEUE_RATE_WORKER: "the task queue's rate limit",
}


def _of_server(key: str) -> SettingNames:
    return SettingNames(
        f'server.dynamic_config."{key}"', None, "server.dynamicConfig of Temporal's own chart"
    )


SETTINGS: Mapping[SuspectName, SettingNames] = {
    SuspectName.REQUEST_RATE: _of_server("frontend.namespaceRPS"),
    SuspectName.LONG_POLLS: _of_server("frontend.namespaceCount"),
    SuspectName.PERSISTENCE_RATE: _of_server("history.persistenceMaxQPS"),
    SuspectName.OTHER_REFUSAL: SettingNames(elsewhere="the limit of the server that the cause names"),
    SuspectName.QUEUE_RATE_API: SettingNames(
        elsewhere="`temporal task-queue config set --task-queue-type activity --queue-rps-limit`, or "
        "`queue_activities_per_second` of a plan whose run starts the server"
    ),
    SuspectName.QUEUE_RATE_WORKER: SettingNames(
        elsewhere="`max_task_queue_activities_per_second` in the worker's code"
    ),
    SuspectName.QUEUE_RATE_SYSTEM: _of_server("admin.matchingNamespaceTaskqueueToPartitionDispatchRate"),
    SuspectName.ACTIVITY_SLOTS: _of_worker("activity_slots"),
    SuspectName.WORKFLOW_SLOTS: _of_worker("workflow_task_slots"),
    SuspectName.ACTIVITY_POLLERS: _of_worker("activity_pollers"),
    SuspectName.WORKFLOW_POLLERS: _of_worker("workflow_pollers"),
    SuspectName.SLOT_TUNER: SettingNames(
        None,
        "REPAIRSHOP_TARGET_CPU_RATIO",
        "settings.targetCpuRatio",
        "the same for memory, and `REPAIRSHOP_ACTIVITY_SLOTS` as the most slots",
    ),
    SuspectName.WORKER_RATE: SettingNames(elsewhere="`max_activities_per_second` in the worker's code"),
    SuspectName.CACHE: _of_worker("max_cached_workflows"),
    SuspectName.WORKER_CPU: SettingNames(
        "replicas", None, "replicas", "or more cores for a replica that can use them"
    ),
    SuspectName.BLOCKED_LOOP: SettingNames(
        elsewhere="blocking calls in the worker's workflows or activities"
    ),
    SuspectName.DOWNSTREAM: SettingNames(elsewhere="the capacity of what the activities call"),
    SuspectName.BETWEEN_STAGES: SettingNames(elsewhere="the history service: its shards and its database"),
    SuspectName.SERVER: SettingNames(elsewhere="cores and history shards of the server"),
    SuspectName.DATABASE: SettingNames(elsewhere="the server's database"),
    SuspectName.MACHINE: SettingNames(elsewhere="cores of the machine, or parts moved to another one"),
    SuspectName.STOLEN_CPU: SettingNames(elsewhere="a machine whose cores are its own"),
    SuspectName.ORDERS_IN_FLIGHT: SettingNames(
        "loads.in_flight_per_slot", elsewhere="no limit of the system"
    ),
    SuspectName.INJECTOR: SettingNames("injectors", elsewhere="no limit of the system"),
}
