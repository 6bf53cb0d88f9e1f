"""
What one step works with: the real parts, and which cell of the plan it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.plan import Load
from loadtest.results.measured import StepKey
from loadtest.sweep.ports import Histories, Injectors, Metrics, Queue, Target


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The real parts that a sweep drives.
    """

    target: Target
    injectors: Injectors
    metrics: Metrics
    queue: Queue
    histories: Histories


@dataclass(frozen=True, slots=True)
class Step:
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
