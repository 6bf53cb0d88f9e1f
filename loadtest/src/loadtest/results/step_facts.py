"""
What stands beside a step's numbers: the shape of its load, its cell's capacity, its failed orders, other sources of a wait.
"""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class StepCapacity:
    """
    What the cell's slots can do, from its own saturate steps.

    Attributes:
        orders_per_second: X.
        half_width: Of its 95 % interval.
        known_draws: Whether the luck of the measured activities was taken out, as their draws are known.
        limit: What held the throughput: the slots, or what lies between them.
    """

    orders_per_second: float
    half_width: float
    known_draws: bool
    limit: str


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
