"""
``loadtest report``: a run's report, made from its files alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs for its latest.")] = Path(
        "results/latest"
    ),
) -> int:
    """
    Make the report of a run again from its files, whichever verb measured it, and print its answer.

    Exit codes: those of the verb that measured.
    """
    from loadtest.results.run_folder import Run

    opened = Run.open(run)
    # This import loads all that draws, which takes longer than a refusal.
    from loadtest.cli.run_ending import conclude

    return conclude(opened).exit_code
