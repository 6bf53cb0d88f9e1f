"""
The settings of a worker process: names, defaults and bounds; all problems are told in one message.

Where Temporal is and how to reach it is set by TEMPORAL_ADDRESS and the other variables that ``temporalio.envconfig``
reads.
"""

from __future__ import annotations

import math
import os
import socket
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from repairshop import contract
from repairshop.codec_settings import CodecServerSettings, CodecSettings
from repairshop.environment import PREFIX, EnvironmentSettings, SettingsError, without_service_links

AUTOSCALING = "autoscaling"
# Longest interval of worker heartbeats that the SDK allows.
LONGEST_HEARTBEAT_SECONDS = 60.0


class LogFormat(StrEnum):
    """
    The form of a log line.
    """

    TEXT = "text"
    JSON = "json"


class Tuner(StrEnum):
    """
    What decides how many tasks run at the same time.
    """

    FIXED = "fixed"
    RESOURCE = "resource"


def _pollers(given: object) -> object:
    if given in ("auto", AUTOSCALING):
        return AUTOSCALING
    if isinstance(given, str) and not given.strip().isdecimal():
        raise ValueError(f"must be a whole number of at least 1, or {AUTOSCALING}")
    return given


def _bounds(given: object) -> object:
    if not isinstance(given, str):
        return given
    bounds = []
    for part in given.split(","):
        try:
            bound = float(part)
        except ValueError:
            bound = math.nan
        if not 0 < bound < math.inf:
            raise ValueError("must be seconds above 0, apart by commas, such as 0.2,1.5")
        bounds.append(bound)
    return tuple(bounds)


def _heartbeat(given: float) -> float:
    if given and not 1 <= given <= LONGEST_HEARTBEAT_SECONDS:
        raise ValueError(f"must be 1 to {LONGEST_HEARTBEAT_SECONDS:.0f} seconds, or 0 for none")
    return given


LogLevel = Literal["debug", "info", "warning", "error"]
Pollers = Annotated[Literal["autoscaling"] | Annotated[int, Field(ge=1)], BeforeValidator(_pollers)]
Ratio = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Bounds = Annotated[tuple[float, ...], NoDecode, BeforeValidator(_bounds)]


def default_identity() -> str:
    """
    Return a name that no other process on the task queue has.
    """
    return f"{os.getpid()}@{socket.gethostname()}"


class Settings(EnvironmentSettings):
    """
    Settings of one worker process; each is the variable ``REPAIRSHOP_<NAME>``.

    Attributes:
        task_queue: Task queue that the worker polls; else TEMPORAL_TASK_QUEUE.
        identity: Name of the worker among the task queue's pollers.
        activity_slots: Most activities at the same time, and as many local ones; with ``tuner=resource`` an upper
            limit.
        workflow_task_slots: The same for workflow tasks.
        max_cached_workflows: Most workflows kept in memory between their tasks; 0 replays every task.
        workflow_pollers: Number of outstanding long polls for workflow tasks, or ``autoscaling``.
        activity_pollers: The same for activities.
        eager_activities: Whether an activity may come in the reply to a workflow task; it then skips the queue.
        sandbox: Whether workflow code runs in the sandbox, which finds nondeterminism.
        uvloop: Whether the faster event loop is used.
        tuner: ``fixed`` uses all given slots, ``resource`` as many of them as the targets for CPU and memory allow.
        target_cpu_ratio: CPU use of the machine, 0 to 1, above which ``resource`` gives out no more slots.
        target_memory_ratio: The same for memory.
        histogram_bounds: Further exact bounds of the latency histograms, in seconds, separated by commas.
        worker_heartbeat_seconds: Seconds between reports of slots and pollers to the server, 1 to 60; 0 for none.
        health_host: Address of /livez, /readyz and /metrics; ``::`` for all IPv4 and IPv6 addresses.
        health_port: TCP port of these pages, else METRICS_PORT; 0 takes a free one.
        graceful_shutdown_seconds: Longest time from SIGTERM until the process has ended.
        ledger: Ledger that records effects: ``none``, ``sqlite:PATH`` or a PostgreSQL address.
        log_level: Lowest level of the lines that are logged.
        log_format: ``text`` for people, ``json`` for machines.
        die_with_parent: Whether this process ends when its parent does.
        deployment_name: TEMPORAL_DEPLOYMENT_NAME; with the build id it turns versioning on.
        worker_build_id: TEMPORAL_WORKER_BUILD_ID.
    """

    task_queue: str = Field(
        default=contract.TASK_QUEUE,
        validation_alias=AliasChoices(f"{PREFIX}TASK_QUEUE", "TEMPORAL_TASK_QUEUE"),
    )
    identity: str = Field(default_factory=default_identity)
    activity_slots: int = Field(default=100, ge=1)
    workflow_task_slots: int = Field(default=100, ge=1)
    max_cached_workflows: int = Field(default=1000, ge=0)
    workflow_pollers: Pollers = 5
    activity_pollers: Pollers = 5
    eager_activities: bool = True
    sandbox: bool = True
    uvloop: bool = True
    tuner: Tuner = Tuner.FIXED
    target_cpu_ratio: Ratio = 0.9
    target_memory_ratio: Ratio = 0.8
    histogram_bounds: Bounds = ()
    worker_heartbeat_seconds: Annotated[float, AfterValidator(_heartbeat)] = LONGEST_HEARTBEAT_SECONDS
    health_host: str = "127.0.0.1"
    health_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        validation_alias=AliasChoices(f"{PREFIX}HEALTH_PORT", "METRICS_PORT"),
    )
    graceful_shutdown_seconds: float = Field(default=20.0, ge=0, le=3600)
    ledger: SecretStr = SecretStr("none")
    log_level: LogLevel = "info"
    log_format: LogFormat = LogFormat.TEXT
    die_with_parent: bool = False
    deployment_name: str = Field(default="", validation_alias="TEMPORAL_DEPLOYMENT_NAME")
    worker_build_id: str = Field(default="", validation_alias="TEMPORAL_WORKER_BUILD_ID")

    @model_validator(mode="after")
    def _room_for_the_cache(self) -> Self:
        if self.max_cached_workflows and self.workflow_task_slots < 2:
            raise ValueError(
                f"{PREFIX}WORKFLOW_TASK_SLOTS=1: must be at least 2 while workflows are cached, as one slot "
                f"serves the cache; write {PREFIX}WORKFLOW_TASK_SLOTS=2 or {PREFIX}MAX_CACHED_WORKFLOWS=0"
            )
        if self.max_cached_workflows and self.workflow_pollers == 1:
            raise ValueError(
                f"{PREFIX}WORKFLOW_POLLERS=1: must be at least 2 while workflows are cached, as one poll asks for "
                f"the cached alone; write {PREFIX}WORKFLOW_POLLERS=2 or {PREFIX}MAX_CACHED_WORKFLOWS=0"
            )
        return self

    @model_validator(mode="after")
    def _versioning_by_both_names(self) -> Self:
        if bool(self.deployment_name) != bool(self.worker_build_id):
            given, absent = "TEMPORAL_DEPLOYMENT_NAME", "TEMPORAL_WORKER_BUILD_ID"
            if self.worker_build_id:
                given, absent = absent, given
            raise ValueError(
                f"{given} without {absent}: versioning needs both; set {absent} or unset {given}"
            )
        return self

    @property
    def is_versioned(self) -> bool:
        """
        Whether this process is one version of a Worker Deployment.
        """
        return bool(self.deployment_name and self.worker_build_id)


def known_variables() -> frozenset[str]:
    """
    Return every variable that a process of this package reads as a setting.
    """
    return frozenset(
        variable
        for settings in (Settings, CodecSettings, CodecServerSettings)
        for variables in settings.variables().values()
        for variable in variables
    )


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Return the settings in the environment.

    Raises:
        SettingsError: A setting cannot be used, or a REPAIRSHOP_* variable is no setting; the error holds every problem
            at once.
    """
    given = without_service_links(os.environ if environ is None else environ)
    known = known_variables()
    own = ", ".join(sorted(name for name in known if name.startswith(PREFIX)))
    problems = tuple(
        f"{name}: no such setting; there are: {own}"
        for name in sorted(given)
        if name.startswith(PREFIX) and name not in known
    )
    try:
        settings = Settings.from_environment(given)
    except SettingsError as error:
        raise SettingsError((*problems, *error.problems)) from None
    if problems:
        raise SettingsError(problems)
    return settings
