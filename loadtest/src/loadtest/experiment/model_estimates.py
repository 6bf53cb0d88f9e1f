"""
Adds to a measured step what its model and its draws tell: the p95 in the long run, and the mean work of its orders.
"""

from __future__ import annotations

import math
from dataclasses import replace

from loadtest.design.long_run_reading import read_long_run
from loadtest.design.window_plan import DrawnWork, WindowPlan
from loadtest.results.measured_step import Measured
from loadtest.results.step_instruction import StepInstruction, seed_of_order


def with_model(
    measured: Measured, instruction: StepInstruction, window: WindowPlan | None, drawn_work: DrawnWork | None
) -> Measured:
    """
    Add the mean work that the step's orders drew, and the estimate of the window's p95 in the long run.

    Args:
        measured: The step.
        instruction: What the injectors were told of the step.
        window: Window as planned; ``None`` where none was planned.
        drawn_work: Work that each order draws; ``None`` where the kit does not make the draws.
    """
    measured = replace(measured, drawn_work_seconds=mean_drawn_work(measured, instruction, drawn_work))
    if window is None or window.model is None:
        return measured
    return replace(measured, long_run=read_long_run(window.model, measured))


def mean_drawn_work(
    measured: Measured, instruction: StepInstruction, drawn_work: DrawnWork | None
) -> float | None:
    """
    Return the mean seconds that the activities of all the step's orders drew; ``None`` where that is not known.
    """
    if drawn_work is None or not measured.injector.whole.sent:
        return None
    seconds: list[float] = []
    for number in range(measured.injector.whole.sent):
        drawn = drawn_work(instruction.work, seed_of_order(instruction.seed, number))
        if not drawn:
            return None
        seconds.extend(drawn)
    return math.fsum(seconds) / len(seconds)
