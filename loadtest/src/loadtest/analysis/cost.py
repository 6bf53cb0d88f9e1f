"""
What a workflow costs in CPU time: a straight line through the steps of a sweep, idle cores and marginal seconds.

The CPU of one step over its workflows is neither: it holds what runs without load, spread over few or many.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loadtest.analysis.intervals import t_factor
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Cost, Interval, PartCost

FEWEST_STEPS = 4
# Rates that lie closer together say nothing of a slope.
FEWEST_TIMES = 1.5


def cost(steps: Sequence[StepResult]) -> Cost:
    """
    Fit the CPU of each part over a sweep's valid steps.
    """
    return Cost(*(part_cost(steps, part) for part in ("server", "worker", "injector")))


def part_cost(steps: Sequence[StepResult], part: str) -> PartCost:
    """
    Fit the cores that one part uses against workflows per second.

    Args:
        steps: Of one sweep.
        part: ``server``, ``worker``, whose idle cores are each replica's, or ``injector``.
    """
    points = []
    for step in steps:
        spent: float | None = getattr(step.cpu_seconds_per_workflow, part)
        rate = step.throughput_per_second.value
        if step.verdict is StepVerdict.VALID and spent is not None and rate:
            points.append((step.replicas if part == "worker" else 1, rate, spent * rate))
    rates = [rate for _, rate, _ in points]
    if len(points) < FEWEST_STEPS:
        return PartCost(
            None,
            None,
            len(points),
            f"a line needs {FEWEST_STEPS} valid steps with CPU time, not {len(points)}",
        )
    if max(rates) < FEWEST_TIMES * min(rates):
        told = f"rates from {min(rates):.2f} to {max(rates):.2f}/s lie too close together for a line"
        return PartCost(None, None, len(points), told)
    idle = np.array([float(count) for count, _, _ in points])
    design = np.column_stack([idle, np.array(rates)])
    if np.linalg.matrix_rank(design) < 2:
        return PartCost(
            None,
            None,
            len(points),
            "replicas and rates grow alike, so idle and marginal cannot be told apart",
        )
    cores = np.array([used for _, _, used in points])
    found, *_ = np.linalg.lstsq(design, cores, rcond=None)
    freedom = len(points) - 2
    error = float(np.sum((cores - design @ found) ** 2)) / freedom
    spread = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * error) * t_factor(freedom)
    base, slope = (
        Interval(float(value), float(value - half), float(value + half))
        for value, half in zip(found, spread, strict=True)
    )
    return PartCost(base, slope, len(points), None)
