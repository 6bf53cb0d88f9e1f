"""
The loads of a plan: one class for each kind, so that a key of another kind is refused.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import InitErrorDetails

from loadtest.plan.strict_model import StrictModel, problem, refuse

# The server writes some counters a second late.
_SHORTEST_WINDOW_SECONDS = 5
_FEWEST_ARRIVALS = 10
MOST_ARRIVAL_RATE = 1_000_000
# A whole schedule is made before the first start: 8 bytes for each arrival, in each injector.
_MOST_ARRIVALS = 5_000_000
_DAY_SECONDS = 86_400
# One order in each slot, and one that waits for it.
_ORDERS_PER_SLOT = 2.0


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


# Shapes that read a key; a value for any other shape would have no effect.
_SHAPES_OF = {
    "from_ratio": (ArrivalKind.RAMP, ArrivalKind.STEP),
    "spike_ratio": (ArrivalKind.SPIKE,),
    "steps": (ArrivalKind.STEP,),
}


class Arrivals(StrictModel):
    """
    The schedule of an open load.
    """

    kind: Annotated[ArrivalKind, Strict(False)] = Field(
        default=ArrivalKind.POISSON,
        description="Shape of the schedule; `poisson` has independent, random gaps.",
    )
    from_ratio: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="`ramp` and `step`: rate at the start, as a share of the load's rate.",
    )
    spike_ratio: float = Field(
        default=3.0, ge=1, le=100, description="`spike`: how many times the rate the middle fifth gets."
    )
    steps: int = Field(
        default=4, ge=2, le=100, description="`step`: how many equal stairs lead up to the load's rate."
    )

    @model_validator(mode="after")
    def _refuse_idle_keys(self) -> Self:
        problems = []
        for key, shapes in _SHAPES_OF.items():
            value = getattr(self, key)
            if self.kind not in shapes and value != type(self).model_fields[key].default:
                wanted = " or ".join(f'"{shape.value}"' for shape in shapes)
                told = f'has no effect on kind = "{self.kind.value}"; leave it out, or write kind = {wanted}'
                problems.append(problem(told, key, value=value))
        refuse("Arrivals", problems)
        return self


_FixedWindow = Annotated[float, Field(gt=0, le=_DAY_SECONDS)]
_WINDOW = (
    "Counted seconds of a step, 5 or more. Left out, the window goes on until the answer is decided, "
    "at most `max_window_seconds`."
)


class Saturate(StrictModel):
    """
    Closed model: a fixed number of orders is kept open, which finds the throughput of each replica count; a sweep takes one
    such load.
    """

    kind: Literal[LoadKind.SATURATE] = Field(
        default=LoadKind.SATURATE, description="Closed model: finds the throughput of each replica count."
    )
    in_flight_per_slot: Annotated[float, Field(gt=0, le=1000)] | None = Field(
        default=None,
        description="Orders that are kept open for each activity slot, or for each workflow task slot where orders or "
        "workers have no activities of the task queue. Left out, 2, and where those leave slots free a sweep or a search for capacities tries "
        "twice as many in a second step.",
    )
    window_seconds: float = Field(
        default=15.0, gt=0, le=_DAY_SECONDS, description="Counted seconds of a step, 5 or more."
    )

    @property
    def orders_per_slot(self) -> float:
        """
        Orders that the first step of this load keeps open for each slot.
        """
        return _ORDERS_PER_SLOT if self.in_flight_per_slot is None else self.in_flight_per_slot

    @property
    def longest_window_seconds(self) -> float:
        """
        The most seconds that a window of this load can last.
        """
        return self.window_seconds

    @model_validator(mode="after")
    def _refuse_short_window(self) -> Self:
        refuse("Saturate", _too_short(self.window_seconds))
        return self


class _OpenModel(StrictModel):
    window_seconds: _FixedWindow | None = Field(default=None, description=_WINDOW)
    max_window_seconds: float = Field(
        default=120.0,
        ge=20,
        le=_DAY_SECONDS,
        description="Longest window where `window_seconds` is left out.",
    )
    arrivals: Arrivals = Field(default=Arrivals(), description="Shape of the schedule.")

    @property
    def longest_window_seconds(self) -> float:
        """
        The most seconds that a window of this load can last.
        """
        return self.max_window_seconds if self.window_seconds is None else self.window_seconds

    @model_validator(mode="after")
    def _refuse_short_window(self) -> Self:
        refuse("Load", [] if self.window_seconds is None else _too_short(self.window_seconds))
        return self


class Open(_OpenModel):
    """
    Open model: orders arrive at one rate for all replica counts, whatever the workers manage.
    """

    kind: Literal[LoadKind.OPEN] = Field(
        default=LoadKind.OPEN, description="Open model, one rate for all replica counts."
    )
    arrival_rate: Annotated[float, Field(gt=0, le=MOST_ARRIVAL_RATE)] | None = Field(
        default=None, description="Starts per second. Left out, the rate is made from `of_one_replica`."
    )
    of_one_replica: float = Field(
        default=0.7,
        gt=0,
        le=1000,
        description="Without `arrival_rate`: the rate as a share of what one replica of the first count "
        "carries by its saturate step.",
    )

    @model_validator(mode="after")
    def _arrivals_can_be_counted_and_held(self) -> Self:
        rate, window = self.arrival_rate, self.longest_window_seconds
        if rate is None:
            return self
        problems = []
        if rate * window < _FEWEST_ARRIVALS:
            key = "max_window_seconds" if self.window_seconds is None else "window_seconds"
            told = (
                f"with arrival_rate = {rate:g}: fewer than {_FEWEST_ARRIVALS} arrivals, too few for any percentile; "
                f"write {key} = {math.ceil(_FEWEST_ARRIVALS / rate)} or more"
            )
            problems.append(problem(told, key, value=window))
        if rate * window > _MOST_ARRIVALS:
            told = (
                f"with a window of {window:g} s: more than {_MOST_ARRIVALS:,} arrivals, which are scheduled before the "
                f"first start; write arrival_rate = {math.floor(_MOST_ARRIVALS / window)} or less, or a shorter window"
            )
            problems.append(problem(told, "arrival_rate", value=rate))
        refuse("Open", problems)
        return self


class Fraction(_OpenModel):
    """
    Open model: each replica count gets a share of what it carries.
    """

    kind: Literal[LoadKind.FRACTION] = Field(
        default=LoadKind.FRACTION,
        description="Open model, each replica count at a share of what it carries.",
    )
    fraction: float = Field(
        default=0.7,
        gt=0,
        le=1000,
        description="Share of what the same replica count carries by its saturate step.",
    )


Load = Saturate | Open | Fraction
LOADS: dict[LoadKind, type[Load]] = {
    LoadKind.SATURATE: Saturate,
    LoadKind.OPEN: Open,
    LoadKind.FRACTION: Fraction,
}


def _too_short(window_seconds: float) -> list[InitErrorDetails]:
    if window_seconds >= _SHORTEST_WINDOW_SECONDS:
        return []
    told = (
        f"too short to count in, since server counters lag by 1 s; write {_SHORTEST_WINDOW_SECONDS} or more"
    )
    return [problem(told, "window_seconds", value=window_seconds)]
