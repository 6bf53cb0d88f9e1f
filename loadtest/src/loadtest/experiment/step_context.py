"""
Which cell of the plan a step measures, and what is known of it beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.plan import Load
from loadtest.results.measured import StepKey


@dataclass(frozen=True, slots=True)
class StepContext:
    """
    What one step needs to know.

    Attributes:
        key: Which step.
        load: The plan's load.
        arrival_rate: Starts per second, ``None`` when closed.
        activities_per_workflow: As the scenario says.
        own_worker: Whether the workers are the kit's, whose slots the plan sets.
        id_prefix: Start of every order id; unique per run.
    """

    key: StepKey
    load: Load
    arrival_rate: float | None
    activities_per_workflow: int | None
    own_worker: bool
    id_prefix: str
