"""
The CPU cost of a part of the system: cores that it takes when idle, and CPU seconds that each order adds.

The average of one step mixes both, so it is right only at the rate of that step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loadtest.analysis.estimators.intervals import t_factor
from loadtest.analysis.estimators.usual_scatter import STATED, Scatter, with_usual
from loadtest.analysis.readings.work_done import looked_seconds, window_workflows
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import CpuCost, Interval, PartCost

FEWEST_STEPS = 3
# Squared cosine between the two columns of the fit; above it the idle part of a step cannot be told from that of its
# orders.
_MOST_ALIKE = 0.98


@dataclass(frozen=True, slots=True)
class CostPoint:
    """
    What a part took in one step.

    Attributes:
        rate: Orders per second.
        cores: Cores that the part took, as CPU seconds per second.
        idle_units: Number of units that the idle cost is proportional to: replicas for the workers, 1 for a server.
    """

    rate: float
    cores: float
    idle_units: float = 1.0


@dataclass(frozen=True, slots=True)
class MarginalCost:
    """
    The cores of a part as ``idle x idle_units + marginal x rate``.

    Attributes:
        idle_cores: Cores of one idle unit; never below zero.
        marginal_seconds: CPU seconds that one more order takes.
        steps: Number of steps that were fitted.
        lowest_rate, highest_rate: Lowest and highest measured rate, in orders per second.
        spread_ratio: Standard deviation of a step's distance from the line, as a share of its cores.
        leverage: Covariance of the two fitted numbers, in their units, for a spread of 1.
    """

    idle_cores: Interval
    marginal_seconds: Interval
    steps: int
    lowest_rate: float
    highest_rate: float
    spread_ratio: float
    leverage: tuple[tuple[float, float], tuple[float, float]]

    @property
    def scatter(self) -> Scatter:
        """
        How far the part's steps lie from the line.
        """
        return Scatter(self.spread_ratio, self.steps - 2)

    def cores_at(
        self,
        rate: float,
        idle_units: float = 1.0,
        usual: Scatter | None = None,
        confidence: float = STATED.confidence,
    ) -> Interval:
        """
        Return the cores of one more step at a rate, with the interval in which that step would lie.

        Args:
            rate: Orders per second.
            idle_units: Number of idle units.
            usual: Scatter of steps of other runs.
            confidence: Probability with which the interval holds that step.
        """
        scatter = with_usual(self.scatter, usual)
        row = np.array([idle_units, rate])
        value = idle_units * self.idle_cores.value + rate * self.marginal_seconds.value
        variance = float(row @ np.array(self.leverage) @ row) + value**2
        half = t_factor(scatter.freedom, confidence) * scatter.ratio * math.sqrt(variance)
        return Interval(value, max(0.0, value - half), value + half)


def cost_points(steps: Sequence[Measured], part: str) -> list[CostPoint]:
    """
    Return what a part took in each step of one setting; steps that did not see it are left out.

    Args:
        steps: Valid steps; overloaded ones count as well.
        part: ``worker`` or ``server``, as in ``Measured.use``.
    """
    found = []
    for step in steps:
        use = step.use.get(part)
        seconds, orders = looked_seconds(step), window_workflows(step)
        if use is None or use.cpu_seconds is None or use.cpu_seconds <= 0 or seconds <= 0 or orders <= 0:
            continue
        units = float(step.key.replicas) if part == "worker" else 1.0
        found.append(CostPoint(orders / seconds, use.cpu_seconds / seconds, units))
    return found


def fit_marginal_cost(points: Sequence[CostPoint]) -> MarginalCost | str:
    """
    Fit idle and marginal cost by least squares on relative residuals.

    Args:
        points: One for each step.

    Returns:
        The fit, or a clause that says why there is none.
    """
    if len(points) < FEWEST_STEPS:
        return f"{counted(len(points), 'step')} {plural(len(points), 'tells', 'tell')} its CPU, and {FEWEST_STEPS} are needed"
    cores = np.array([point.cores for point in points])
    rows = np.array([[point.idle_units, point.rate] for point in points]) / cores[:, None]
    alike = float(rows[:, 0] @ rows[:, 1]) ** 2 / float(np.prod(np.sum(rows**2, axis=0)))
    if alike > _MOST_ALIKE:
        rates = sorted(point.rate for point in points)
        return (
            f"its steps had too much alike to tell idle from orders ({rates[0]:.3g} to {rates[-1]:.3g} orders/s); "
            "add a load at about a third of the highest rate"
        )
    inverse = np.linalg.inv(rows.T @ rows)
    free = inverse @ rows.T @ np.ones(len(points))
    idle, marginal = _without_negative_idle(free, rows)
    if marginal <= 0:
        return "its CPU does not grow with the rate"
    residuals = 1 - rows @ np.array([idle, marginal])
    spread = math.sqrt(float(residuals @ residuals) / (len(points) - 2))
    t = t_factor(len(points) - 2)
    halves = [t * spread * math.sqrt(float(inverse[index, index])) for index in (0, 1)]
    return MarginalCost(
        idle_cores=Interval(idle, max(0.0, idle - halves[0]), idle + halves[0]),
        marginal_seconds=Interval(marginal, max(0.0, marginal - halves[1]), marginal + halves[1]),
        steps=len(points),
        lowest_rate=min(point.rate for point in points),
        highest_rate=max(point.rate for point in points),
        spread_ratio=spread,
        leverage=(
            (float(inverse[0, 0]), float(inverse[0, 1])),
            (float(inverse[1, 0]), float(inverse[1, 1])),
        ),
    )


def _without_negative_idle(free: NDArray[np.float64], rows: NDArray[np.float64]) -> tuple[float, float]:
    if free[0] >= 0:
        return float(free[0]), float(free[1])
    column = rows[:, 1]
    return 0.0, float(column.sum() / (column @ column))


def sweep_cpu_cost(steps: Sequence[StepResult]) -> CpuCost:
    """
    Fit the CPU of each part over a sweep's valid steps.
    """
    return CpuCost(*(sweep_part_cost(steps, part) for part in ("server", "worker", "injector")))


def sweep_part_cost(steps: Sequence[StepResult], part: str) -> PartCost:
    """
    Fit the cores that one part uses against workflows per second.

    Args:
        steps: Steps of one sweep.
        part: Part of the system: ``server``, ``worker``, whose idle cores are those of one replica, or ``injector``.
    """
    points = []
    for step in steps:
        spent: float | None = getattr(step.cpu_seconds_per_workflow, part)
        rate = step.throughput_per_second.value
        if step.verdict is StepVerdict.VALID and spent and rate:
            points.append(CostPoint(rate, spent * rate, step.replicas if part == "worker" else 1.0))
    found = fit_marginal_cost(points)
    if isinstance(found, str):
        return PartCost(None, None, len(points), found)
    return PartCost(found.idle_cores, found.marginal_seconds, len(points), None)
