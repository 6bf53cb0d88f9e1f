"""
The text that says how to resume a run that lacks steps: the command to type, or none, as its budget is spent.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from loadtest.analysis.decisions.window_budget import why_budget_ended
from loadtest.design.design import KeptStep
from loadtest.design.grid import Grid, arrival_rate
from loadtest.errors import MeasurementError
from loadtest.results.measured_step import Measured
from loadtest.results.path_from_here import path_from_here
from loadtest.results.run_folder import Run
from loadtest.results.sweep_result import SweepResult


def resume_command(run: Run) -> str:
    """
    Return the command with which the user measures the rest of a run, as it is typed in the current folder; the folder
    of a run in a cluster is on a volume there.
    """
    manifest = run.manifest
    if manifest.target == "kubernetes":
        return f"loadtest submit --resume {manifest.run}"
    return f"loadtest sweep --resume {shlex.quote(str(path_from_here(run.path)))}"


def rest_clause(run: Run, steps: Iterable[Measured]) -> str:
    """
    Return the end of a sentence that says that a run lacks steps: how to measure them, or why they never are.

    Args:
        run: Folder and plan of the run.
        steps: Steps that were measured.
    """
    spent = why_budget_ended(run.plan, steps)
    return f"; `{resume_command(run)}` does what is left" if spent is None else f", as {spent}"


def rest_clause_of_sweep(run: Run, steps: Sequence[Measured], sweep: SweepResult) -> str:
    """
    Return the same clause of a sweep, which does not propose to go on where the next step cannot be made.

    Args:
        run: Folder and plan of the run.
        steps: Steps that were measured.
        sweep: The run, judged.
    """
    result = {step.step: step for step in sweep.steps}
    kept = [KeptStep(step, result[step.key.folder]) for step in steps]
    left = Grid(run.plan).left(kept) if sweep.missing else ()
    if left and why_budget_ended(run.plan, steps) is None:
        try:
            arrival_rate(run.plan, left[0], kept)
        except MeasurementError as error:
            return f": {error}"
    return rest_clause(run, steps)
