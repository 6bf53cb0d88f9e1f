"""
How a number is kept: an estimate with its half width, a percentile with its number of samples.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    A mean with its 95 % interval.

    Attributes:
        value: The mean; ``None`` if it is not shown.
        half_width: Half of the interval's width, in the value's unit; ``None`` where the value is a count of this
            window and no estimate of anything beyond it.
        n: Number of values that were averaged or counted.
        of: What was averaged or counted: ``repetitions``, ``batches`` or ``halves`` of one window, ``activities``,
            ``tasks``, ``orders``.
    """

    value: float | None
    half_width: float | None
    n: int
    of: str

    @property
    def low(self) -> float | None:
        """
        Lower end of the interval.
        """
        return None if self.value is None or self.half_width is None else self.value - self.half_width

    @property
    def high(self) -> float | None:
        """
        Upper end of the interval.
        """
        return None if self.value is None or self.half_width is None else self.value + self.half_width


@dataclass(frozen=True, slots=True)
class Percentiles:
    """
    Percentiles in seconds; ``None`` for a percentile with fewer than ten samples beyond it.

    Attributes:
        p50, p95, p99: The percentiles, in seconds.
        n: Number of samples.
    """

    p50: float | None
    p95: float | None
    p99: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Wait:
    """
    How long tasks of one queue waited, in seconds, from entering the queue until a worker took them.

    Attributes:
        mean: Mean wait with its interval, in seconds.
        p50, p95, p99: Percentiles of the wait, in seconds, as in ``Percentiles``.
        n: Number of tasks that were taken.
    """

    mean: Estimate
    p50: float | None
    p95: float | None
    p99: float | None
    n: int


NO_ESTIMATE = Estimate(None, None, 0, "batches")
NO_PERCENTILES = Percentiles(None, None, None, 0)
NO_WAIT = Wait(NO_ESTIMATE, None, None, None, 0)
