"""
``loadtest report``: a run's report, made from its files alone; every verb that measures ends here too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loadtest.analysis.analyse import analyse
from loadtest.analysis.verdict import exit_code
from loadtest.experiment.progress import SweepEnded
from loadtest.report.headlines import headlines
from loadtest.report.html import write_report
from loadtest.report.text import text_report
from loadtest.results.store import LATEST, Run


def report(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs for its latest.")] = Path(
        "results/latest"
    ),
) -> int:
    """
    Build sweep.json, the plots and report.html of a run again, and print its table.
    """
    return conclude(Run.open(run)).exit_code


def conclude(run: Run, *, quiet: bool = False) -> SweepEnded:
    """
    Judge a run from its files, write sweep.json, plots and report.html, and print its table.

    Args:
        run: The run's folder.
        quiet: Print nothing; the caller passes the event on.
    """
    measured = run.read_steps()
    sweep = analyse(measured, run.plan, run.manifest)
    report = _shown(write_report(run, sweep, measured))
    if not quiet:
        Console(soft_wrap=True).print(
            f"{text_report(sweep)}report: {report}", highlight=False, markup=False, soft_wrap=True
        )
    return SweepEnded(sweep.verdict.value, str(report), tuple(headlines(sweep)), exit_code(sweep))


def _shown(report: Path) -> Path:
    """
    Name the report by its ``latest`` link and from here, where both can be.
    """
    run = report.parent
    latest = run.parent / LATEST
    if latest.is_dir() and latest.resolve() == run.resolve():
        report = latest / report.name
    here = Path.cwd()
    return report.relative_to(here) if report.is_relative_to(here) else report
