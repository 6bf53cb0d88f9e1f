"""
The tables of a plan: the work of an order, the workers, the server and its address, the bounds, the waits.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from loadtest.plan.strict_model import StrictModel

_HIGHEST_PORT = 65_535


def address_problem(value: object) -> str | None:
    """
    Say what is wrong with a server's address; ``None`` for a good address.
    """
    told = "must be HOST:PORT of a server, in quotes, such as '127.0.0.1:7233'"
    if not isinstance(value, str) or not value.isprintable():
        return told
    host, _, port = value.rpartition(":")
    is_bare = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not host or any(letter.isspace() for letter in host) or is_bare:
        return told
    is_port = port.isascii() and port.isdigit() and len(port) <= len(str(_HIGHEST_PORT))
    return None if is_port and 1 <= int(port) <= _HIGHEST_PORT else told


def _checked(value: str) -> str:
    if (problem := address_problem(value)) is not None:
        raise ValueError(problem)
    return value


Address = Annotated[str, Field(max_length=1000), AfterValidator(_checked)]
"""
A text that is HOST:PORT; an IPv6 host stands in brackets.
"""


# Activity slots of the kit's own worker where the plan sets none: a capacity that two cores can show.
OWN_WORKER_ACTIVITY_SLOTS = 4

LONGEST_BOUND_SECONDS = 86_400
MOST_ACTIVITIES_PER_SECOND = 1_000_000
_Bound = Annotated[float, Field(gt=0, le=LONGEST_BOUND_SECONDS)]
_Pollers = Annotated[int, Field(ge=1, le=1000)] | Literal["autoscaling"]
DynamicValue = bool | int | float | str
"""
A value of the server's dynamic configuration.
"""


class Slo(StrictModel):
    """
    The bounds to meet at the common rate.
    """

    schedule_to_start_p95_seconds: _Bound | None = Field(
        default=0.15,
        description='At most 5 % of the queue\'s tasks may wait longer than this; `"none"` asks nothing of the waits.',
    )
    end_to_end_p95_seconds: _Bound | None = Field(
        default=None,
        description="At most 5 % of the orders may take longer from intended start to close. Left out, nothing is asked.",
    )
    error_ratio: float = Field(default=0.0, ge=0, le=1, description="Largest share of orders that may fail.")

    @field_validator("schedule_to_start_p95_seconds", "end_to_end_p95_seconds", mode="before")
    @classmethod
    def _none_asks_nothing(cls, value: Any) -> Any:
        # TOML has no null, so that "none" is written where the bound has a default.
        return None if value == "none" else value


class Work(StrictModel):
    """
    What one order costs its workers; the fields are those of the worker's ``WorkProfile``.
    """

    seconds: float = Field(
        default=0.0, ge=0, le=3600, description="Mean time that each activity waits, as for another service."
    )
    spread: Literal["constant", "uniform", "exponential"] = Field(
        default="uniform", description="Distribution of that time."
    )
    spread_ratio: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="`uniform`: half the width of the distribution, as a share of its mean.",
    )
    cpu_seconds: float = Field(default=0.0, ge=0, le=3600, description="CPU time that each activity burns.")
    failure_probability: float = Field(
        default=0.0, ge=0, lt=1, description="How often an attempt of an activity fails and is retried."
    )
    rework_probability: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="How often a repair does not pass its inspection and is done again.",
    )
    payload_bytes: int = Field(
        default=0, ge=0, le=2_000_000, description="Size of the payload that each activity gets."
    )
    deadline_seconds: float = Field(
        default=0.0,
        ge=0,
        le=86_400,
        description="Time limit of an order, after which it is called off; 0 sets none.",
    )
    local_activities: bool = Field(
        default=False,
        description="Whether activities run inside of the workflow task, past the activity queue.",
    )


class WorkerSetup(StrictModel):
    """
    How each worker replica is set up; in the cluster the Deployment must agree.
    """

    activity_slots: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None,
        description="Activities at a time; it limits a replica's capacity. Left out, a worker of your own has "
        f"whatever it has, and the kit's own worker on this machine gets {OWN_WORKER_ACTIVITY_SLOTS}.",
    )
    workflow_task_slots: int = Field(default=100, ge=1, le=10_000, description="Workflow tasks at a time.")
    activity_pollers: _Pollers = Field(
        default=5, description='Outstanding long polls for activities, or "autoscaling".'
    )
    workflow_pollers: _Pollers = Field(
        default=5, description='Outstanding long polls for workflow tasks, or "autoscaling".'
    )
    max_cached_workflows: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="Workflows kept in memory between their tasks; 0 replays every task.",
    )
    eager_activities: bool = Field(
        default=False,
        description="Whether an activity may come in the reply to a workflow task; it then skips the queue.",
    )
    sandbox: bool = Field(default=True, description="Whether workflow code runs in the SDK's sandbox.")
    uvloop: bool = Field(default=True, description="Whether the worker uses the faster event loop.")
    tuner: Literal["fixed", "resource"] = Field(
        default="fixed",
        description="`fixed` keeps the slots as given, `resource` lets CPU and memory decide up to them.",
    )

    @property
    def slots(self) -> int:
        """
        Activity slots that a replica is assumed to have until the workers report them.
        """
        return OWN_WORKER_ACTIVITY_SLOTS if self.activity_slots is None else self.activity_slots


class ServerSetup(StrictModel):
    """
    How the server of the run is set up, where the run starts one.
    """

    dynamic_config: dict[str, DynamicValue] = Field(
        default={}, description='Dynamic configuration, e.g. `"matching.numTaskqueueReadPartitions" = 1`.'
    )

    @field_validator("dynamic_config", mode="before")
    @classmethod
    def _by_dotted_names(cls, value: Any) -> Any:
        return flattened(value) if isinstance(value, dict) else value


class Timeouts(StrictModel):
    """
    How long the sweep waits for the parts of the world before it gives up.
    """

    workers_ready_seconds: float = Field(
        default=180.0, gt=0, le=3600, description="For all replicas to be up."
    )
    polling_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="For each replica to poll its queues."
    )
    injectors_ready_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="For all injectors to be connected, and in a cluster for those of an earlier sweep to end.",
    )
    job_started_seconds: float = Field(
        default=120.0, gt=0, le=3600, description="For the Job of `loadtest submit` to start in the cluster."
    )


def flattened(table: dict[str, Any], *, prefix: str = "") -> dict[str, Any]:
    """
    Return a table without tables below it, as TOML makes tables of every unquoted key with dots.
    """
    flat: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat.update(flattened(value, prefix=f"{name}."))
        else:
            flat[name] = value
    return flat
