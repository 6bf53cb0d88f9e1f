"""
Small records of a step: shape of the load, capacity and its limit, failed orders and attempts, lag, backlog at the window's edges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadtest.results.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Shape:
    """
    The shape of an open schedule.

    Attributes:
        kind: ``poisson``, ``constant``, ``ramp``, ``step`` or ``spike``.
        lowest_rate: Lowest rate, in starts per second.
        highest_rate: Highest rate, in starts per second.
    """

    kind: str
    lowest_rate: float
    highest_rate: float


@dataclass(frozen=True, slots=True)
class Errors:
    """
    Failed orders of the whole step, and the interval of their true share.

    Attributes:
        failed: Orders that failed, failed starts included.
        finished: Orders that finished, failed ones included.
        low: Lower 95 % end of the share.
        high: Upper 95 % end of the share; with no failure in 54 orders it is 5.4 %.
    """

    failed: int
    finished: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PerPart:
    """
    A reading for each part of the system.
    """

    worker: float | None
    server: float | None
    injector: float | None


@dataclass(frozen=True, slots=True)
class ActivityTimeouts:
    """
    Attempts of activities that the server gave up as their time was over, whether they are tried again or not.

    Attributes:
        by_activity: Their number by activity.
        by_limit: The same by the time limit that was passed: ``StartToClose``, ``Heartbeat`` or another.
    """

    by_activity: Mapping[str, int]
    by_limit: Mapping[str, int]


class Limit(StrEnum):
    """
    What limited the throughput of a closed load; ``UNTRIED`` where twice the orders in flight were not tried.
    """

    SLOTS = "slots"
    LOOP = "orders in flight"
    HAND_OVER = "hand-over"
    UNTRIED = "not the slots"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class MeasuredCapacity:
    """
    The capacity of a cell's slots, from the cell's own saturate steps.

    Attributes:
        orders_per_second: Capacity in orders per second.
        half_width: Half of the capacity's 95 % interval, in orders per second.
        known_draws: Whether the luck of the measured activities was taken out, as their draws are known.
        limit: What limited the throughput: the slots, the hand-over between them, or too few orders in flight.
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
class WindowEnds:
    """
    A reading at the window's two ends, and its largest value within.
    """

    start: float | None
    end: float | None
    max: float | None


@dataclass(frozen=True, slots=True)
class BacklogReading:
    """
    Tasks waiting in both queues, and the age of the oldest.

    Attributes:
        tasks: Number of waiting tasks.
        age_seconds: Age of the oldest task.
        slope_per_second: Growth of the backlog over the window in tasks per second, with its 95 % interval.
    """

    tasks: WindowEnds
    age_seconds: WindowEnds
    slope_per_second: Estimate


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """
    The activity queue's mean wait from other sources, in seconds; the mean that the workers report must be close to it.

    Attributes:
        server_mean: Mean of the server's ``task_schedule_to_start_latency`` over the window.
        history_mean: Mean from the histories of sampled workflows.
        histories: Number of histories that were read.
    """

    server_mean: float | None
    history_mean: float | None
    histories: int
