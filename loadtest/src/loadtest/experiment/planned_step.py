"""
Which cell of the plan a step measures, and what is known of it beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.design.window_plan import WindowPlan
from loadtest.plan import Plan
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey


@dataclass(slots=True)
class WindowPlanning:
    """
    Plans a window when it is called, and keeps what it planned.

    Attributes:
        make: Plans the window.
        made: The planned window; ``None`` before the call.
    """

    make: Callable[[], WindowPlan]
    made: WindowPlan | None = None

    def __call__(self) -> WindowPlan:
        """
        Plan the window.
        """
        self.made = self.make()
        return self.made


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """
    The cell of one step and what is known of it before it begins.

    Attributes:
        key: Key of the step.
        plan: Plan of the step's cell, with the factors' values filled in.
        instruction: What the injectors will be told; the time of its beginning and its schedule are still open.
        plan_window: Decides window and schedule; may take seconds of CPU, in a thread.
        activities_per_workflow: Number of activities of one workflow, as the scenario says.
        own_worker: Whether the workers are the kit's own, whose slots the plan sets.
        follows_open: Whether workflows of earlier steps may still be open on its server.
        processes: Number of worker processes that each replica was at an earlier step; ``None`` at the first one.
    """

    key: StepKey
    plan: Plan
    instruction: StepInstruction
    plan_window: Callable[[], WindowPlan]
    activities_per_workflow: int | None
    own_worker: bool
    follows_open: bool = False
    processes: int | None = None

    @property
    def wants_activities(self) -> bool:
        """
        Whether the workers must take activities.
        """
        return self.activities_per_workflow != 0
