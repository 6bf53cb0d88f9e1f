"""
What was asked: scenario, loads, replicas, repetitions and the bounds to meet, with every default.

It decides which plans make sense and knows nothing of how one is carried out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from loadtest.errors import InputError


class LoadKind(StrEnum):
    """
    How arrivals are made: ``saturate`` is the closed model, the others are open.
    """

    SATURATE = "saturate"
    OPEN = "open"
    FRACTION = "fraction"


class ArrivalKind(StrEnum):
    """
    The shape of an open schedule.
    """

    CONSTANT = "constant"
    POISSON = "poisson"
    RAMP = "ramp"
    STEP = "step"
    SPIKE = "spike"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Slo(_Strict):
    """
    The bounds to meet at the common rate; ``None`` asks nothing.
    """

    schedule_to_start_p95_seconds: Annotated[float, Field(gt=0)] | None = 0.15
    end_to_end_p95_seconds: Annotated[float, Field(gt=0)] | None = None
    error_ratio: Annotated[float, Field(ge=0, le=1)] = 0.0


class Work(_Strict):
    """
    What one order costs its workers; the fields are those of the worker's ``WorkProfile``.
    """

    seconds: Annotated[float, Field(ge=0)] = 0.0
    spread: Literal["constant", "uniform", "exponential"] = "uniform"
    spread_ratio: Annotated[float, Field(ge=0, le=1)] = 0.5
    cpu_seconds: Annotated[float, Field(ge=0)] = 0.0
    failure_probability: Annotated[float, Field(ge=0, lt=1)] = 0.0
    rework_probability: Annotated[float, Field(ge=0, lt=1)] = 0.0
    payload_bytes: Annotated[int, Field(ge=0)] = 0
    deadline_seconds: Annotated[float, Field(ge=0)] = 0.0


class WorkerSetup(_Strict):
    """
    How each worker replica is set up; ``activity_slots`` is what limits its capacity.
    """

    activity_slots: Annotated[int, Field(ge=1)] = 4
    workflow_task_slots: Annotated[int, Field(ge=1)] = 100
    max_cached_workflows: Annotated[int, Field(ge=0)] = 1000
    eager_activities: bool = False
    sandbox: bool = True


class Arrivals(_Strict):
    """
    The schedule of an open load.

    Attributes:
        kind: Its shape.
        from_ratio: ``ramp`` and ``step``: the rate at the start as a share of the load's rate.
        spike_ratio: ``spike``: how many times the rate the middle fifth gets.
        steps: ``step``: how many equal stairs lead up to the load's rate.
    """

    kind: ArrivalKind = ArrivalKind.POISSON
    from_ratio: Annotated[float, Field(ge=0, le=1)] = 0.2
    spike_ratio: Annotated[float, Field(ge=1)] = 3.0
    steps: Annotated[int, Field(ge=2)] = 4


class Load(_Strict):
    """
    One load of a plan.

    Attributes:
        kind: Closed (``saturate``) or open.
        arrival_rate:
            ``open``: starts per second; ``None`` takes *of_one_replica* times the throughput
            that the sweep found for its first replica count, per replica.
        of_one_replica: ``open`` without a rate: the share of one replica's throughput.
        fraction: ``fraction``: share of the throughput found at the same replica count.
        in_flight_per_slot: ``saturate``: open workflows for each activity slot.
        window_seconds: The counted part of a step.
        arrivals: Shape of the schedule, open loads only.
    """

    kind: LoadKind
    arrival_rate: Annotated[float, Field(gt=0)] | None = None
    of_one_replica: Annotated[float, Field(gt=0)] = 0.85
    fraction: Annotated[float, Field(gt=0)] = 0.7
    in_flight_per_slot: Annotated[float, Field(gt=0)] = 2.0
    window_seconds: Annotated[float, Field(gt=0)] | None = None
    arrivals: Arrivals = Arrivals()

    @property
    def window(self) -> float:
        """
        The counted seconds: 15 for ``saturate``, 20 for the open loads, unless given.
        """
        if self.window_seconds is not None:
            return self.window_seconds
        return 15.0 if self.kind is LoadKind.SATURATE else 20.0


def _default_loads() -> tuple[Load, ...]:
    return (Load(kind=LoadKind.SATURATE), Load(kind=LoadKind.OPEN))


class Plan(_Strict):
    """
    What to run: scenario x load x replicas x repetitions, and the bounds to meet.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    scenario: str = "repair"
    task_queue: str = "repair-shop"
    namespace: str = "default"
    replicas: tuple[Annotated[int, Field(ge=1)], ...] = (1, 2, 4)
    loads: Annotated[tuple[Load, ...], Field(min_length=1)] = Field(default_factory=_default_loads)
    repetitions: Annotated[int, Field(ge=1)] = 1
    warm_up_seconds: Annotated[float, Field(ge=0)] = 5.0
    drain_seconds: Annotated[float, Field(gt=0)] = 60.0
    seed: int = 1
    injectors: Annotated[int, Field(ge=1)] = 1
    max_in_flight: Annotated[int, Field(ge=1)] = 2000
    work: Work = Work()
    worker: WorkerSetup = WorkerSetup()
    slo: Slo = Slo()

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

    @model_validator(mode="after")
    def _loads_have_what_they_need(self) -> Plan:
        kinds = [load.kind for load in self.loads]
        for load in self.loads:
            needs_saturate = load.kind is LoadKind.FRACTION or (
                load.kind is LoadKind.OPEN and load.arrival_rate is None
            )
            if needs_saturate and LoadKind.SATURATE not in kinds:
                raise ValueError(
                    f"load kind = {load.kind.value!r} takes its rate from a saturate load, and there is none; "
                    'add a load of kind "saturate" or give arrival_rate'
                )
            if load.window < 5:
                raise ValueError(
                    f"window_seconds = {load.window:g}: too short to count in, since server counters lag by 1 s; "
                    "write 5 or more"
                )
            if load.arrival_rate is not None and load.arrival_rate * load.window < 10:
                raise ValueError(
                    f"arrival_rate = {load.arrival_rate:g} with window_seconds = {load.window:g}: fewer than 10 arrivals, "
                    f"too few for any percentile; write window_seconds = {10 / load.arrival_rate:.0f} or more"
                )
        return self


def _given(document: Mapping[str, Any], location: tuple[int | str, ...]) -> Any:
    value: Any = document
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _problems(where: str, document: Mapping[str, Any], error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        location = tuple(part for part in problem["loc"] if part != "function-after")
        key = ".".join(str(part) for part in location)
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            lines.append(
                f"{where}: {key}: no such key; leave it out or see `loadtest sweep --help` for the keys"
            )
        elif not key:
            lines.append(f"{where}: {message}")
        else:
            value = _given(document, location)
            shown = list(value) if isinstance(value, tuple) else value
            lines.append(f"{where}: {key} = {shown!r}: {message[0].lower()}{message[1:]}")
    return "\n".join(lines)


def parse_plan(document: Mapping[str, Any], where: str) -> Plan:
    """
    Turn a TOML document into a plan.

    Args:
        document: The parsed TOML.
        where: What to name in errors, usually the file.

    Raises:
        InputError: One line for each problem of the document.
    """
    try:
        return Plan.model_validate(document)
    except ValidationError as error:
        raise InputError(_problems(where, document, error)) from None


def read_document(path: Path) -> dict[str, Any]:
    """
    Read a plan file as a TOML document.

    Raises:
        InputError: The file is missing or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"{path}: no such plan file; loadtest/plans/ holds demo.toml, smoke.toml, scaling.toml"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a TOML file: {error}; see loadtest/plans/demo.toml for one") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; give a readable plan file") from None
