"""
Which arrival rate a step gets: given by the plan, or taken from the saturate step that came before.

Pure: it reads measured steps and asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable

from loadtest.analysis.counts import window_workflows
from loadtest.errors import MeasurementError
from loadtest.plan import LoadKind, Open, Plan, Saturate
from loadtest.results.measured import Measured, StepKey


def throughput_per_second(step: Measured) -> float:
    """
    Return a step's completed workflows per second, counted in activities where that can be.

    Raises:
        MeasurementError: Nothing was completed in the window.
    """
    found = window_workflows(step) / step.window_seconds
    if found <= 0:
        raise MeasurementError(
            f"step {step.key.folder} completed nothing in its window, so no rate can be taken from it; "
            "give arrival_rate in the plan"
        )
    return found


def arrival_rate(plan: Plan, key: StepKey, done: Iterable[Measured]) -> float | None:
    """
    Return the starts per second of one step; ``None`` for the closed model.

    The common rate comes from the first replica count's first saturate step, the same for every
    replica count and repetition; a fraction from the same replica count's step of its repetition.

    Raises:
        MeasurementError: The step that the rate comes from is missing or completed nothing.
    """
    load = plan.loads[key.load]
    if isinstance(load, Saturate):
        return None
    if isinstance(load, Open) and load.arrival_rate is not None:
        return load.arrival_rate
    common = isinstance(load, Open)
    replicas = plan.replicas[0] if common else key.replicas
    repetition = 1 if common else key.repetition
    for step in done:
        if step.key.kind == LoadKind.SATURATE and (step.key.replicas, step.key.repetition) == (
            replicas,
            repetition,
        ):
            found = throughput_per_second(step)
            return load.of_one_replica * found / replicas if isinstance(load, Open) else load.fraction * found
    raise MeasurementError(
        f"step {key.folder} takes its rate from the saturate step of {replicas} replicas, which was not measured; "
        "give arrival_rate in the plan"
    )
