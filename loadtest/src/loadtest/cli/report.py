"""
``loadtest report``: the report of a run, made again from its files alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.outcome import conclude
from loadtest.results.store import Run


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs for its latest.")] = Path(
        "results/latest"
    ),
) -> int:
    """
    Build sweep.json, the plots and report.html of a run again, and print its table.
    """
    return conclude(Run.open(run)).exit_code
