"""
The end of a search for capacities: the result, from the run's files alone, written as JSON, text and a page.
"""

from __future__ import annotations

from loadtest.cli.run_notes import ended_early, report_from_here
from loadtest.cli.terminal_width import terminal_width
from loadtest.design.capacity import Capacity
from loadtest.design.capacity_answer import capacity_result
from loadtest.experiment.loop import kept_steps
from loadtest.experiment.progress import SweepEnded
from loadtest.plan import Plan
from loadtest.report.capacity_page import write_capacity_report
from loadtest.report.capacity_text import capacity_headlines, capacity_text
from loadtest.results.question import CapacityQuestion
from loadtest.results.run_folder import Run

_VERDICTS = {0: "pass", 1: "fail", 3: "undecided"}


def conclude_capacity(run: Run, question: CapacityQuestion, *, quiet: bool) -> SweepEnded:
    """
    Judge a search from its folder, and write the result there.
    """
    design, kept = Capacity(run.plan, question), kept_steps(run)
    early = ended_early(run, design.left(kept), kept)
    notes = (*early, *run.manifest.notes, *_not_searched(run.plan))
    result = capacity_result(design, kept, run.path.name, notes)
    verdict = _VERDICTS[result.exit_code]
    page = write_capacity_report(run, result, verdict)
    shown = report_from_here(page)
    if not quiet:
        print(f"{capacity_text(result, terminal_width())}report: {shown}")
    return SweepEnded(verdict, str(shown), capacity_headlines(result), result.exit_code, run.path.name)


def _not_searched(plan: Plan) -> tuple[str, ...]:
    found = []
    if plan.slo.end_to_end_p95_seconds is not None:
        found.append(
            f"the plan's bound of {plan.slo.end_to_end_p95_seconds:g} s on the end-to-end time is not searched for, "
            "only that on the waits"
        )
    if plan.slo.error_ratio > 0:
        found.append(
            f"the plan's bound of {100 * plan.slo.error_ratio:.10g} % on failed orders is not searched for; "
            "a probe that surely misses it ends the search"
        )
    return tuple(found)
