"""
How a worker process is set up, read from the environment; every problem is told in one message.

It knows names, defaults and bounds, and nothing of what is done with them.  Where Temporal is and
how to reach it is not here: ``temporalio.envconfig`` reads TEMPORAL_ADDRESS and its kind.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from repairshop import contract

A = TypeVar("A")
B = TypeVar("B")

PREFIX = "REPAIRSHOP_"
# Read by the codec and by its server, which run without these settings.
CODEC_NAMES = frozenset(
    PREFIX + name
    for name in (
        "CODEC_KEYS",
        "CODEC_KEYS_FILE",
        "CODEC_KEY_ID",
        "CODEC_REQUIRED",
        "PAYLOAD_LIMIT_BYTES",
        "MEMO_LIMIT_BYTES",
        "CODEC_SERVER_HOST",
        "CODEC_SERVER_PORT",
        "CODEC_SERVER_TOKEN",
        "CODEC_SERVER_TOKEN_FILE",
        "CODEC_SERVER_ORIGINS",
    )
)


class SettingsError(Exception):
    """
    The environment cannot be used.

    Attributes:
        problems: One line each: name and value given, what was expected, what to write instead.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"error: {problem}" for problem in problems))
        self.problems = problems


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """
    Read two things from the environment, so that the problems of both are told at once.

    Raises:
        SettingsError: At least one raised it.
    """
    try:
        value = first()
    except SettingsError as error:
        try:
            second()
        except SettingsError as another:
            raise SettingsError((*error.problems, *another.problems)) from None
        raise
    return value, second()


class LogFormat(StrEnum):
    """
    How log lines look.
    """

    TEXT = "text"
    JSON = "json"


LogLevel = Literal["debug", "info", "warning", "error"]
Pollers = Annotated[int, Field(ge=1)] | Literal["auto"]


def default_identity() -> str:
    """
    Return a name that no other process on the task queue has.
    """
    return f"{os.getpid()}@{socket.gethostname()}"


class Settings(BaseSettings):
    """
    Settings of one worker process; each is the variable ``REPAIRSHOP_<NAME>``.

    Attributes:
        task_queue: Where the worker asks for tasks.
        identity: Name among the task queue's pollers.
        activity_slots: Activities at a time.
        workflow_task_slots: Workflow tasks at a time.
        max_cached_workflows: Workflows kept in memory between their tasks; 0 replays every task.
        workflow_pollers: Outstanding long polls for workflow tasks, or ``auto``.
        activity_pollers: The same for activities.
        eager_activities: Whether an activity may come in the reply to a workflow task; it then skips the queue.
        sandbox: Whether workflow code runs in the sandbox that finds nondeterminism.
        uvloop: Whether the faster event loop is used.
        health_host: Address of /livez, /readyz and /metrics.
        health_port: Their port; 0 takes a free one.
        graceful_shutdown_seconds: From SIGTERM until the process has ended.
        ledger: Where effects are recorded: ``none``, ``sqlite:PATH`` or a PostgreSQL address.
        log_level: Least severe line that is logged.
        log_format: ``text`` for people, ``json`` for machines.
        die_with_parent: Whether the kernel ends this process when its parent ends.
        deployment_name: TEMPORAL_DEPLOYMENT_NAME; with the build id it turns versioning on.
        worker_build_id: TEMPORAL_WORKER_BUILD_ID.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, env_ignore_empty=True, extra="forbid", populate_by_name=True
    )

    task_queue: str = contract.TASK_QUEUE
    identity: str = Field(default_factory=default_identity)
    activity_slots: int = Field(default=100, ge=1)
    workflow_task_slots: int = Field(default=100, ge=1)
    max_cached_workflows: int = Field(default=1000, ge=0)
    workflow_pollers: Pollers = 5
    activity_pollers: Pollers = 5
    eager_activities: bool = True
    sandbox: bool = True
    uvloop: bool = True
    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    graceful_shutdown_seconds: float = Field(default=20.0, ge=0, le=3600)
    ledger: str = "none"
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


def load() -> Settings:
    """
    Return the settings that the environment asks for.

    Raises:
        SettingsError: Something cannot be used; holds every problem at once.
    """
    problems = [_unknown(name) for name in sorted(os.environ) if _is_unknown(name)]
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError((*problems, *dict.fromkeys(map(_line, error.errors())))) from None
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def _variable(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def _is_unknown(name: str) -> bool:
    known = {_variable(field) for field in Settings.model_fields}
    return name.startswith(PREFIX) and name not in known | CODEC_NAMES


def _unknown(name: str) -> str:
    known = sorted(
        PREFIX + field.upper() for field in Settings.model_fields if _variable(field).startswith(PREFIX)
    )
    return f"{name}: no such setting; there are: {', '.join([*known, *sorted(CODEC_NAMES)])}"


def _line(problem: ErrorDetails) -> str:
    if not problem["loc"]:
        return problem["msg"].removeprefix("Value error, ")
    location = str(problem["loc"][0])
    field = location if location in Settings.model_fields else _FIELDS[location]
    name = _variable(field)
    expected = (
        "must be a whole number of at least 1, or auto" if field.endswith("_pollers") else _expected(problem)
    )
    default = Settings.model_fields[field].default
    text = str(default).lower() if isinstance(default, bool) else str(default)
    return f"{name}={problem['input']}: {expected}; write {name}={text}"


def _expected(problem: ErrorDetails) -> str:
    bounds = problem.get("ctx", {})
    by_type = {
        "int_parsing": "must be a whole number",
        "float_parsing": "must be a number of seconds",
        "bool_parsing": "must be true or false",
        "greater_than_equal": f"must be at least {bounds.get('ge')}",
        "less_than_equal": f"must be at most {bounds.get('le')}",
    }
    return by_type.get(problem["type"], problem["msg"].replace("Input should be", "must be"))


_FIELDS = {_variable(field): field for field in Settings.model_fields}
