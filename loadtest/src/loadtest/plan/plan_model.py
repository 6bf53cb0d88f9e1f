"""
What a user asks for: scenario, loads, replicas, factors, repetitions and the bounds to meet, with every default.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, ValidationInfo, field_validator, model_validator

from loadtest.plan.factors import Factors, factor_problems, put_value
from loadtest.plan.loads import Load, Open, Saturate
from loadtest.plan.plan_tables import (
    MOST_ACTIVITIES_PER_SECOND,
    Address,
    DynamicValue,
    ServerSetup,
    Slo,
    Timeouts,
    Work,
    WorkerSetup,
    flattened,
)
from loadtest.plan.strict_model import StrictModel, problem, refuse
from loadtest.plural import counted

_Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f]+$")]
_NAME = r"^[a-z0-9][a-z0-9-]*$"
DEFAULT_LOADS: tuple[Load, ...] = (Saturate(), Open())


class Plan(StrictModel):
    """
    What to run: scenario x load x replicas x factors x repetitions, and the bounds to meet.
    """

    name: Annotated[str, Field(pattern=_NAME, max_length=60)] = Field(
        description="Lower-case letters, digits and hyphens; names the run's folder."
    )
    scenario: _Text = Field(
        default="repair",
        description="What one start does: a name of `loadtest scenarios`, or the path of a file of yours, from the folder that you are in.",
    )
    task_queue: _Text = Field(default="repair-shop", description="Where workflows are started.")
    namespace: _Text = Field(default="default", description="Temporal namespace.")
    replicas: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Strict(False)] = Field(
        default=(1, 2, 4), description="Worker replica counts, rising."
    )
    shuffle: bool = Field(
        default=True,
        description="Whether the seed draws the order of the replica counts, so that a drift of the machine is no effect of the count.",
    )
    factors: Annotated[dict[str, Annotated[tuple[DynamicValue, ...], Strict(False)]], Strict(False)] = Field(
        default={}, description="Keys that are varied beside replicas, each with its values."
    )
    loads: Annotated[tuple[Annotated[Load, Field(discriminator="kind")], ...], Strict(False)] = Field(
        default=DEFAULT_LOADS, description="Loads of each replica count; see the tables below."
    )
    repetitions: int = Field(default=1, ge=1, le=1000, description="How often each step is done.")
    warm_up_seconds: float = Field(
        default=5.0,
        ge=0,
        le=86_400,
        description="Seconds before the window, under the same load, that are not counted.",
    )
    drain_seconds: float = Field(
        default=60.0,
        gt=0,
        le=86_400,
        description="How long open workflows are waited for after the last arrival.",
    )
    budget_seconds: Annotated[float, Field(gt=0, le=30 * 86_400)] | None = Field(
        default=None,
        description="Seconds of all windows of a run together after which no further step begins. Left out, each load's own limit holds alone.",
    )
    seed: int = Field(
        default=1, ge=0, le=2**63 - 1, description="Seed of the schedule and of every order's draws."
    )
    injectors: int = Field(
        default=1, ge=1, le=1000, description="Injector processes, or pods in the cluster."
    )
    max_in_flight: int = Field(
        default=2000,
        ge=1,
        le=1_000_000,
        description="Open loads: beyond so many open workflows arrivals wait at the injector, and are counted.",
    )
    codec: bool | None = Field(
        default=None,
        description="Whether workers of this machine and injectors encrypt payloads, with the keys of REPAIRSHOP_CODEC_KEYS "
        "or REPAIRSHOP_CODEC_KEYS_FILE in the environment. Left out, they do where there are keys.",
    )
    work: Work = Field(default=Work(), description="What one order costs.")
    worker: WorkerSetup = Field(default=WorkerSetup(), description="How each worker replica is set up.")
    worker_command: _Text | None = Field(
        default=None,
        description="Command line that starts one worker of your own on this machine; a factor, to compare two programs. "
        "Left out, that of `--worker-command`, or the kit's own worker.",
    )
    address: Address | None = Field(
        default=None,
        description="HOST:PORT of a server that runs, for workers of this machine; a factor, to compare two servers. "
        "Left out, that of `--address`, or a server that the run starts itself.",
    )
    profile: _Text | None = Field(
        default=None,
        description="Profile of your Temporal configuration file, in place of `address`: address, namespace and credentials "
        "of a server that runs, for workers of this machine; a factor, to compare servers with credentials of their own. "
        "Its namespace, where it has one, is that of the run.",
    )
    queue_activities_per_second: Annotated[float, Field(gt=0, le=MOST_ACTIVITIES_PER_SECOND)] | None = Field(
        default=None,
        description="Rate limit of the task queue's activities, set by API on the server that the run starts; it counts in place "
        "of one of the workers'. A factor. Left out, none is set.",
    )
    server: ServerSetup = Field(default=ServerSetup(), description="How the server of the run is set up.")
    slo: Slo = Field(default=Slo(), description="The bounds to meet.")
    waits: Timeouts = Field(default=Timeouts(), description="How long the sweep waits before it gives up.")
    max_awaited: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        validate_default=True,
        description="Long polls for results that the server answers at once; a closed load keeps one for each open order. "
        "Temporal's own limit is 1,200 for each namespace and frontend.",
    )

    def with_factors(self, values: Mapping[str, DynamicValue]) -> Self:
        """
        Return the plan of one cell: with the factors' values at the places of their keys, and without factors.

        Args:
            values: Path of each factor's key -> its value in the cell.

        Raises:
            ValidationError: A value does not fit; values of a checked plan do.
        """
        document: dict[str, Any] = self.model_dump(exclude={"factors"})
        for path, value in values.items():
            document = put_value(document, path, value)
        return type(self).model_validate(document)

    def at_first_values(self) -> dict[str, Any]:
        """
        Return the plan as a JSON document whose factors have their first values, with no factor left to vary.
        """
        document: dict[str, Any] = self.model_dump(mode="json", exclude={"factors"})
        for path, values in self.factors.items():
            document = put_value(document, path, values[0])
        return document

    @property
    def server_key(self) -> Literal["address", "profile"]:
        """
        The key by which the plan's cells name their servers.
        """
        return "address" if self.profile is None and "profile" not in self.factors else "profile"

    @property
    def server_name(self) -> str | None:
        """
        The address or profile that names the server of a cell; ``None`` where the place of a run decides it.
        """
        return self.address if self.profile is None else self.profile

    @property
    def server_names(self) -> tuple[str, ...]:
        """
        The addresses or profiles that name the servers of the plan's cells; empty where the place of a run decides it.
        """
        varied = tuple(str(value) for value in self.factors.get(self.server_key, ()))
        return varied or (() if self.server_name is None else (self.server_name,))

    @property
    def saturate_load(self) -> Saturate:
        """
        The first saturate load; one with all defaults where the plan has none.
        """
        return next((load for load in self.loads if isinstance(load, Saturate)), Saturate())

    @field_validator("replicas")
    @classmethod
    def _strictly_increasing(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value:
            raise ValueError("must name at least one replica count; write [1, 2, 4]")
        if any(b <= a for a, b in pairwise(value)):
            mended = sorted(set(value))
            raise ValueError(
                f"must strictly increase, since efficiency is read against the first; write {mended}"
            )
        return value

    @field_validator("factors", mode="before")
    @classmethod
    def _by_paths(cls, value: Any) -> Any:
        return flattened(value) if isinstance(value, dict) else value

    @field_validator("factors")
    @classmethod
    def _refuse_unknown_factors(cls, value: Factors) -> Factors:
        refuse("Plan", factor_problems(value))
        return value

    @field_validator("loads")
    @classmethod
    def _refuse_incomplete_loads(cls, value: tuple[Load, ...]) -> tuple[Load, ...]:
        if not value:
            raise ValueError('must name at least one load; write [[loads]] with kind = "saturate"')
        if any(isinstance(load, Saturate) for load in value):
            return value
        told = (
            "takes its rate from a saturate load, and there is none; "
            'add a load of kind "saturate" or one of kind "open" with an arrival_rate'
        )
        refuse(
            "Plan",
            [
                problem(told, index, "kind", value=load.kind.value)
                for index, load in enumerate(value)
                if not (isinstance(load, Open) and load.arrival_rate is not None)
            ],
        )
        return value

    @field_validator("max_awaited")
    @classmethod
    def _every_result_can_be_awaited(cls, value: int, info: ValidationInfo) -> int:
        # Earlier fields that have problems are absent here: those problems are reported instead.
        known = info.data
        if not {"replicas", "loads", "worker", "factors"} <= known.keys():
            return value
        worker: WorkerSetup = known["worker"]
        slots = max(known["factors"].get("worker.activity_slots", (worker.slots,)))
        for index, load in enumerate(known["loads"]):
            if not isinstance(load, Saturate):
                continue
            most = load.orders_per_slot * slots * known["replicas"][-1]
            if most > value:
                raise ValueError(
                    f"loads.{index} keeps {load.orders_per_slot:g} x {counted(slots, 'slot')} x {counted(known['replicas'][-1], 'replica')} "
                    f"= {most:,.0f} orders open and awaits the result of each; lower replicas, worker.activity_slots or "
                    f"in_flight_per_slot, or raise max_awaited where the server answers more"
                )
        return value

    @model_validator(mode="after")
    def _refuse_two_names_of_a_server(self) -> Self:
        if self.server_key == "profile" and (self.address is not None or "address" in self.factors):
            told = "names a server, and so does profile, which has an address of its own; leave one of the two out"
            where = ("factors", "address") if "address" in self.factors else ("address",)
            refuse("Plan", [problem(told, *where, value=self.address)])
        return self
