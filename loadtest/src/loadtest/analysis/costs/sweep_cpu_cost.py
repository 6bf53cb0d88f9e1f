"""
The CPU time of a workflow over the steps of a sweep: idle cores, and what each workflow adds.

The CPU of one step divided by its workflows is neither: it includes what runs without load, spread over few or many.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.costs.marginal_cost import CostPoint, fit_marginal_cost
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import CpuCost, PartCost


def cost(steps: Sequence[StepResult]) -> CpuCost:
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
