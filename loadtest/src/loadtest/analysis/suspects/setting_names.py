"""
Which setting relieves which suspect, with all names of the setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadtest.analysis.suspects.sdk_options import OF_WORKERS, option_text
from loadtest.results.suspect import SettingNames, SuspectName


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
    return SettingNames(
        elsewhere=f"{_WHAT.get(name, f'the number of {name}')} in the worker itself{option and f' ({option})'}"
    )


# What is set of a suspect that has no number.
_WHAT = {
    SuspectName.CACHE: f"the size of {SuspectName.CACHE}",
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
        elsewhere="`temporal task-queue config set --task-queue-type activity --queue-rps-limit`"
    ),
    SuspectName.QUEUE_RATE_WORKER: SettingNames(
        elsewhere="`max_task_queue_activities_per_second` in the worker's code"
    ),
    SuspectName.QUEUE_RATE_SYSTEM: _of_server("admin.matchingNamespaceTaskqueueToPartitionDispatchRate"),
    SuspectName.ACTIVITY_SLOTS: _of_worker("activity_slots"),
    SuspectName.WORKFLOW_SLOTS: _of_worker("workflow_task_slots"),
    SuspectName.ACTIVITY_POLLERS: _of_worker("activity_pollers"),
    SuspectName.WORKFLOW_POLLERS: _of_worker("workflow_pollers"),
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
