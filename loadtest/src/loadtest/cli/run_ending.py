"""
The end of every verb that measures: judges the run from its files alone, and makes its report.
"""

from __future__ import annotations

from rich.console import Console

from loadtest.analysis.analyse import analyse
from loadtest.analysis.run_verdict import exit_code
from loadtest.cli.capacity_ending import conclude_capacity
from loadtest.cli.comparison_ending import conclude_comparison
from loadtest.cli.limits_ending import conclude_limits
from loadtest.cli.run_notes import report_from_here
from loadtest.cli.terminal_width import terminal_width
from loadtest.experiment.progress import SweepEnded
from loadtest.report.headlines import headlines
from loadtest.report.resume_text import rest_clause_of_sweep
from loadtest.report.sweep_page import write_report
from loadtest.report.sweep_text import text_report
from loadtest.results.question import CapacityQuestion, CompareQuestion, LimitsQuestion, question_of
from loadtest.results.run_folder import Run


def conclude(run: Run, *, quiet: bool = False) -> SweepEnded:
    """
    Judge a run from its files, write sweep.json, plots and report.html, and print its table.

    Args:
        run: The run's folder.
        quiet: Print nothing; the caller passes the returned event on.
    """
    question = question_of(run)
    if isinstance(question, CompareQuestion):
        return conclude_comparison(run, question, quiet=quiet)
    if isinstance(question, CapacityQuestion):
        return conclude_capacity(run, question, quiet=quiet)
    if isinstance(question, LimitsQuestion):
        return conclude_limits(run, question, quiet=quiet)
    measured = run.read_steps()
    sweep = analyse(measured, run.plan, run.manifest)
    report = report_from_here(write_report(run, sweep, measured))
    left = rest_clause_of_sweep(run, measured, sweep)
    if not quiet:
        Console(soft_wrap=True).print(
            f"{text_report(sweep, left, terminal_width())}report: {report}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    return SweepEnded(
        sweep.verdict.value, str(report), tuple(headlines(sweep, left)), exit_code(sweep), run.path.name
    )
