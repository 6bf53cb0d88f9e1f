"""
Small records of a step: the shape of its load, its capacity with its limit, failed orders, lag, and what waited at the edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from loadtest.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Shape:
    """
    The shape of an open schedule.

    Attributes:
        kind: ``poisson``, ``constant``, ``ramp``, ``step`` or ``spike``.
        lowest_rate: Starts per second where it is least.
        highest_rate: And where it is most.
    """

    kind: str
    lowest_rate: float
    highest_rate: float


@dataclass(frozen=True, slots=True)
class Errors:
    """
    Failed orders of the whole step, and what their share may be in truth.

    Attributes:
        failed: How many failed, starts included.
        finished: Of how many.
        low: Lower 95 % end of the share.
        high: Upper 95 % end; of no failure in 54 orders it is 5.4 %.
    """

    failed: int
    finished: int
    low: float
    high: float


class Limit(StrEnum):
    """
    What held the throughput of a closed load; ``UNTRIED`` where twice the orders in flight were not.
    """

    SLOTS = "slots"
    LOOP = "orders in flight"
    HAND_OVER = "hand-over"
    UNTRIED = "not the slots"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class MeasuredCapacity:
    """
    What the cell's slots can do, from its own saturate steps.

    Attributes:
        orders_per_second: X.
        half_width: Of its 95 % interval.
        known_draws: Whether the luck of the measured activities was taken out, as their draws are known.
        limit: What held the throughput: the slots, what lies between them, or too few orders in flight.
    """

    orders_per_second: float
    half_width: float
    known_draws: bool
    limit: Limit

    @property
    def limit_text(self) -> str:
        """
        What limited the throughput, as a clause; empty where it was the slots.
        """
        return limit_text(self.limit)


def limit_text(limit: Limit) -> str:
    """
    Return a limit as a clause; empty for the slots.
    """
    match limit:
        case Limit.SLOTS:
            return ""
        case Limit.UNKNOWN:
            return "what limited it is not known"
        case Limit.UNTRIED:
            return "not all slots were in use"
        case _:
            return f"limited by {limit.value}, not by the slots"


@dataclass(frozen=True, slots=True)
class Lag:
    """
    Actual send minus intended start, in seconds.
    """

    p50: float | None
    p99: float | None
    max: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Edges:
    """
    A reading at the window's two ends and its largest value within.
    """

    start: float | None
    end: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class BacklogReading:
    """
    Tasks waiting in both queues, and the age of the oldest.

    Attributes:
        tasks: Number of tasks.
        age_seconds: Age.
        slope_per_second: Tasks a second by which it grew over the window, with its 95 % interval.
    """

    tasks: Edges
    age_seconds: Edges
    slope_per_second: Estimate


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """
    The activity queue's mean wait from other sources, in seconds: what the worker says must be near.

    Attributes:
        server_mean: Of the server's ``task_schedule_to_start_latency`` over the window.
        history_mean: Of the histories of sampled workflows.
        histories: How many were read.
    """

    server_mean: float | None
    history_mean: float | None
    histories: int
