"""
How far the steps of recorded runs lie from what their own run says: the numbers that ``loadtest size`` knows beforehand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from loadtest.analysis.costs.cpu_cost import CostPoint, cost_points, fit_marginal_cost
from loadtest.analysis.costs.sizing_resources import database_points, replica_memory, slot_seconds
from loadtest.analysis.costs.sizing_steps import believable_steps
from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.estimators.usual_scatter import Scatter, pooled, scatter_of
from loadtest.analysis.saturation.cell_capacity import cell_capacity
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured

Recorded = Mapping[str, tuple[Plan, Sequence[Measured]]]


def usual_scatter(runs: Recorded) -> dict[str, Scatter]:
    """
    Pool the scatter of runs by quantity.

    Machines and loads differ, so together they count as much as one of them does.
    """
    by_run = [_of_steps(believable_steps(steps, plan)) for plan, steps in runs.values()]
    return {
        quantity: pooled([one[quantity] for one in by_run], len(by_run))
        for quantity in dict.fromkeys(name for one in by_run for name in one)
    }


def machine_scatter(runs: Recorded) -> Scatter:
    """
    Return what is left of the scatter of a repeated step's throughput once the luck of its draws is taken out.
    """
    found, luck = [], []
    for steps in _repeated(runs):
        joined = [one.capacity for step in steps if (one := cell_capacity([step])) is not None]
        found.append(scatter_of([one.orders_per_second for one in joined]))
        luck.append(math.fsum((one.half_width_ratio / NORMAL_95) ** 2 for one in joined) / len(joined))
    whole = pooled(found)
    return Scatter(math.sqrt(max(0.0, whole.ratio**2 - math.fsum(luck) / len(luck))), whole.freedom)


def repeated_scatter(runs: Recorded) -> dict[str, Scatter]:
    """
    Return the scatter of steps that are the same in everything, by quantity: what no model can tell.
    """
    each = [_of_repeated(steps) for steps in _repeated(runs)]
    return {quantity: pooled([one[quantity] for one in each]) for quantity in each[0]}


def _repeated(runs: Recorded) -> list[list[Measured]]:
    found = []
    for plan, steps in runs.values():
        for factors in dict.fromkeys(step.key.factors for step in steps):
            kept = believable_steps([step for step in steps if step.key.factors == factors], plan)
            found.append(kept)
    return found


def _points(steps: Sequence[Measured]) -> dict[str, list[CostPoint]]:
    return {
        "worker cores": cost_points(steps, "worker"),
        "server cores": cost_points(steps, "server"),
        "database requests": database_points(steps),
    }


def _of_means(steps: Sequence[Measured]) -> dict[str, Scatter]:
    return {
        "slots in use": scatter_of([seconds for seconds, _ in slot_seconds(steps)]),
        "worker memory": scatter_of(replica_memory(steps)),
    }


def _of_steps(steps: Sequence[Measured]) -> dict[str, Scatter]:
    found = _of_means(steps)
    for quantity, points in _points(steps).items():
        fit = fit_marginal_cost(points)
        if not isinstance(fit, str):
            found[quantity] = fit.scatter
    return found


def _of_repeated(steps: Sequence[Measured]) -> dict[str, Scatter]:
    each = {
        name: scatter_of([one.cores / one.rate for one in points]) for name, points in _points(steps).items()
    }
    return {**_of_means(steps), **each}
