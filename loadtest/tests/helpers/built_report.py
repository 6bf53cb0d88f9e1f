"""
A run's report made again, as ``loadtest report`` makes it.
"""

from __future__ import annotations

from pathlib import Path

from loadtest.analysis import analyse
from loadtest.report import write_report
from loadtest.results.run_folder import Run


def build_report(path: Path | Run) -> Path:
    """
    Return the page of a run, of its folder or of a folder of runs.
    """
    run = path if isinstance(path, Run) else Run.open(path)
    steps = run.read_steps()
    return write_report(run, analyse(steps, run.plan, run.manifest), steps)
