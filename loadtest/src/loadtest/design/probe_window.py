"""
The window of a probe of capacity: twins whose capacity at the SLO lies 5 % below and above the probe's rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.analysis.capacities.capacity_search import PROBE_LOOKS, PROBE_MISFIT_RATIO, SIDE_RATIO
from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.twin import (
    DecisionRule,
    FixedWindow,
    SloBound,
    choose_schedule,
    find_edge,
    simulate_twins,
)
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS
from loadtest.analysis.twin.probe_stopping_rule import UntilSidesDecided
from loadtest.design.design import KeptStep
from loadtest.design.window_plan import BEFORE_THE_END_SECONDS, DrawnWork, WindowPlan, candidate_steps
from loadtest.plan import Plan
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey


@dataclass(frozen=True, slots=True)
class ProbeWindow:
    """
    Plans the window of one probe; a ``WindowPlanner``.

    Attributes:
        calibration: Calibration of the cell so far.
        bound: The SLO.
        longest_seconds: Length of the longest window.
        tasks: Number of tasks in each simulated long run.
    """

    calibration: Calibration
    bound: SloBound
    longest_seconds: float
    tasks: int = LONG_RUN_TASKS

    def __call__(
        self,
        plan: Plan,
        instruction: StepInstruction,
        key: StepKey,
        kept: Sequence[KeptStep],
        drawn_work: DrawnWork | None,
    ) -> WindowPlan:
        """
        Simulate the twins and choose the schedule; takes seconds of CPU.

        Raises:
            ValueError: The instruction has no rate.
        """
        del key, kept
        model, work, rate = self.calibration.model, self.calibration.work, instruction.arrival_rate
        if rate is None:
            raise ValueError("a probe needs a rate")
        seconds = math.ceil(min(self.longest_seconds, instruction.window_seconds))
        # A system with c orders/s at the SLO, slowed until 5 % of its tasks are late at this rate, has its capacity
        # there.
        edges = []
        for ratio in (1 / SIDE_RATIO, 1.0, SIDE_RATIO):
            edge = find_edge(model, work, rate * ratio, self.bound, self.tasks, 1 / ratio)
            if isinstance(edge, str):
                told = f"no twins could be made: {edge}"
                return WindowPlan(FixedWindow(seconds), instruction.schedule_seed, None, (told,))
            edges.append(edge)
        slower, middle, faster = edges
        candidates = candidate_steps(plan, instruction, work, seconds, drawn_work)
        # The step begins empty, as the step before was drained; so do the twins.
        chosen = choose_schedule(middle, candidates, self.bound, rate * model.activities)
        below, above = (simulate_twins(side, candidates[chosen], self.bound) for side in (slower, faster))
        probe = DecisionRule(looks=PROBE_LOOKS, misfit_ratio=PROBE_MISFIT_RATIO)
        rule = UntilSidesDecided(below, above, seconds - BEFORE_THE_END_SECONDS, probe)
        return WindowPlan(
            rule, f"{instruction.schedule_seed}/{chosen}", self.bound.seconds, self.calibration.notes
        )
