"""
What goes on with a run that lacks steps: a command that is typed, or nothing, as its budget is spent.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from loadtest.analysis.decisions.window_budget import why_budget_ended
from loadtest.results.measured_step import Measured
from loadtest.results.path_from_here import path_from_here
from loadtest.results.run_folder import Run


def resume_command(run: Run) -> str:
    """
    Return the command by which its user does what is left of a run, as it is typed in the current folder; a run of a
    cluster lies on a volume there.
    """
    manifest = run.manifest
    if manifest.target == "kubernetes":
        return f"loadtest submit --resume {manifest.run}"
    return f"loadtest sweep --resume {shlex.quote(str(path_from_here(run.path)))}"


def rest_clause(run: Run, steps: Iterable[Measured]) -> str:
    """
    Return the end of a sentence that says that a run lacks steps: how they are measured, or why they never are.

    Args:
        run: Its folder and plan.
        steps: Those that it has.
    """
    spent = why_budget_ended(run.plan, steps)
    return f"; `{resume_command(run)}` does what is left" if spent is None else f", as {spent}"
