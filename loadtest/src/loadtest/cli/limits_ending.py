"""
The end of a search for the limit: the result, from the run's files alone, written as JSON, text and one page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loadtest.analysis.suspects.ranking import first_suspects
from loadtest.analysis.suspects.server_rules import DISTURBED_CORES, other_cores
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.cli.run_notes import ended_early, left_out, reasons_once, report_from_here
from loadtest.cli.terminal_width import terminal_width
from loadtest.design.limits import LimitSearch
from loadtest.experiment.loop import kept_steps
from loadtest.experiment.progress import SweepEnded
from loadtest.report.limits_page import limits_headline, limits_html, limits_text
from loadtest.report.page_template import about_blocks
from loadtest.results.comparison_result import Standing
from loadtest.results.document import to_json
from loadtest.results.limits_result import LimitsAnswer, LimitsResult, TriedRelief
from loadtest.results.question import LimitsQuestion
from loadtest.results.run_folder import Run

_VERDICTS = {0: "pass", 3: "undecided"}


def conclude_limits(run: Run, question: LimitsQuestion, *, quiet: bool) -> SweepEnded:
    """
    Judge a search for the limit from its folder, and write the result there.
    """
    result = limits_result(run, question)
    run.write("limits.json", to_json(result))
    about = about_blocks(run.plan, 0, run.manifest)
    page = report_from_here(run.write("report.html", limits_html(result, about)))
    if not quiet:
        print(f"{limits_text(result, terminal_width())}report: {page}")
    return SweepEnded(
        _VERDICTS[result.exit_code], str(page), (limits_headline(result),), result.exit_code, run.path.name
    )


def _is_undecided(tried: Sequence[TriedRelief]) -> bool:
    return bool(tried) and tried[-1].throughput.standing is Standing.UNKNOWN


def limits_result(run: Run, question: LimitsQuestion) -> LimitsResult:
    """
    Return the result of a search for the limit.
    """
    design, kept = LimitSearch(run.plan, question), kept_steps(run)
    answer, tried = design.answer(kept), design.tried(kept)
    ranking = tuple(
        replace(suspect, not_relieved=design.why_not_relieved(suspect, kept))
        for suspect in design.ranking(kept)
    )
    limits = first_suspects(ranking)
    if answer is LimitsAnswer.PROVED:
        limits = (tried[-1].suspect,)
    elif answer is LimitsAnswer.NOT_FOUND:
        limits = ()
    elif answer is LimitsAnswer.UNKNOWN and tried:
        limits = (tried[-1].suspect,) if _is_undecided(tried) else ()
    problems = [found for step in kept if (found := design.problems(step))]
    early = ended_early(run, design.left(kept), kept)
    warnings = [*early, *run.manifest.notes, *left_out(problems, len(kept), "steps")]
    first = design.first(kept)
    others = None if first is None else other_cores(suspect_readings_of(first.measured, run.plan))
    if others is not None and others >= DISTURBED_CORES:
        warnings.append(
            f"other programs of this machine used {others:.1f} cores, which made every time longer; end them and measure again"
        )
    problem = None
    if answer is LimitsAnswer.UNKNOWN:
        if _is_undecided(tried):
            problem = tried[-1].throughput.why
        elif early:
            before = "it had a valid saturated step" if first is None else "every suspect was relieved"
            problem = f"the search ended before {before}"
        else:
            problem = f"the saturated step is not valid: {reasons_once(problems)}"
    return LimitsResult(
        1,
        run.path.name,
        answer,
        limits,
        limits[0].not_relieved if answer is LimitsAnswer.NAMED else None,
        tried,
        ranking,
        design.after_relief(kept),
        problem,
        tuple(warnings),
    )
