"""
The end of a comparison: the result, from the run's files alone, written as JSON, text, Markdown and JUnit XML.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loadtest.analysis.comparisons.abba_rounds import SAME_WITHIN_RATIO
from loadtest.analysis.comparisons.money_per_order import money_note
from loadtest.analysis.comparisons.run_comparison import (
    DRIFT,
    differing_settings,
    rounds_of_runs,
    why_not_comparable,
)
from loadtest.analysis.comparisons.settings_comparison import Block, compare_settings, failure_notes
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.cli.run_notes import ended_early, left_out, report_from_here
from loadtest.cli.terminal_width import terminal_width
from loadtest.design.compare import Compare
from loadtest.errors import InputError
from loadtest.experiment.loop import kept_steps
from loadtest.experiment.progress import SweepEnded
from loadtest.plan.prices import SidePrices
from loadtest.report.comparison_page import comparison_html
from loadtest.report.comparison_text import (
    comparison_headline,
    comparison_junit,
    comparison_markdown,
    comparison_text,
)
from loadtest.report.page_template import about_blocks
from loadtest.results.comparison_result import FEWEST_ROUNDS, ComparisonResult, QuantityComparison
from loadtest.results.document import read, to_json, write_whole
from loadtest.results.manifest import Manifest
from loadtest.results.path_from_here import path_from_here
from loadtest.results.plan_setting import setting_text
from loadtest.results.question import CompareQuestion
from loadtest.results.run_folder import Run

_FILE = "comparison.json"
_VERDICTS = {0: "pass", 1: "fail", 3: "undecided"}


def conclude_comparison(run: Run, question: CompareQuestion, *, quiet: bool) -> SweepEnded:
    """
    Judge a comparison from its folder, and write the result there.
    """
    blocks, kept = Compare(run.plan, question).blocks, kept_steps(run)
    problems = [found for step in kept if (found := blocks.problems(step))]
    rounds = blocks.whole_rounds(kept)
    warnings = (
        *_servers_note(run.manifest),
        *ended_early(run, blocks.left(kept), kept),
        *run.manifest.notes,
        *left_out(problems, len(kept), "blocks"),
        *failure_notes([[(step.measured, step.result) for step in whole] for whole in rounds]),
        *_money_notes(question.side_prices),
    )
    result = ComparisonResult(
        1,
        run.path.name,
        setting_text(question.a),
        setting_text(question.b),
        question.gate,
        SAME_WITHIN_RATIO,
        blocks.compared(kept),
        len(rounds),
        warnings,
    )
    run.write(_FILE, to_json(result))
    run.write("comparison.md", comparison_markdown(result))
    run.write("comparison.xml", comparison_junit(result))
    about = about_blocks(run.plan, question.load, run.manifest)
    page = report_from_here(run.write("report.html", comparison_html(result, about)))
    if not quiet:
        print(f"{comparison_text(result, terminal_width())}report: {page}")
    return SweepEnded(
        _VERDICTS[result.exit_code],
        str(page),
        (comparison_headline(result),),
        result.exit_code,
        run.path.name,
    )


def _servers_note(manifest: Manifest) -> tuple[str, ...]:
    told = [
        f"{name}{_led(manifest, name)} of version {version or 'not known'}"
        for name, version in manifest.servers.items()
    ]
    return (f"the servers are {' and '.join(told)}",) if told else ()


def _led(manifest: Manifest, name: str) -> str:
    led = manifest.profiles.get(name)
    return "" if led is None else f" ({led.address}, namespace {led.namespace})"


def _money_notes(prices: SidePrices | None) -> tuple[str, ...]:
    return () if prices is None else (money_note(prices),)


def write_files(run: Run, junit: Path | None, markdown: Path | None) -> None:
    """
    Write a comparison to the files that the user named; nothing for a comparison that ended before its first block.

    Raises:
        InputError: A file cannot be written.
    """
    concluded = run.path / _FILE
    if concluded.is_file():
        _write(read(ComparisonResult, concluded), junit, markdown)


def compare_finished(
    a: Run,
    b: Run,
    gates: tuple[str, ...],
    junit: Path | None,
    markdown: Path | None,
    prices: SidePrices | None = None,
    *,
    anyway: bool,
) -> int:
    """
    Compare two finished runs and return the exit code.

    Args:
        a, b: The two runs.
        gates: Quantities that decide the exit code; none takes the throughput, or the wait where every load is open.
        junit, markdown: Further files to which the answer is written.
        prices: The user's prices; ``None`` compares no money.
        anyway: Whether to compare runs that differ in more than a setting.

    Raises:
        InputError: They cannot be compared, and *anyway* was not given.
    """
    if a.path == b.path:
        raise InputError(f"{path_from_here(a.path)}: the same run twice; name two runs")
    reasons = why_not_comparable(a.manifest, b.manifest, a.plan, b.plan)
    if reasons and not anyway:
        raise InputError(
            f"{path_from_here(a.path)} and {path_from_here(b.path)}: not comparable: {'; '.join(reasons)}; "
            "run both settings in one run with `loadtest compare PLAN --a ... --b ...`, or give --anyway"
        )
    texts = differing_settings(a.plan, b.plan)
    # Runs of two machines that began in the same second have one name.
    alike = a.path.name == b.path.name
    names = [str(path_from_here(run.path)) if alike else run.path.name for run in (a, b)]
    rounds, left = rounds_of_runs(a.read_steps(), b.read_steps(), a.plan, b.plan)
    result = ComparisonResult(
        1,
        f"{names[0]} {names[1]}",
        f"{names[0]} {texts[0]}".strip(),
        f"{names[1]} {texts[1]}".strip(),
        gates or _usual_gate(rounds),
        SAME_WITHIN_RATIO,
        quantities := compare_settings(rounds, a.plan, prices=prices, rounds_are="pair"),
        max(one.rounds for one in quantities),
        (
            DRIFT,
            *_few_pairs(quantities),
            *reasons,
            *left,
            *failure_notes(rounds),
            *_money_notes(prices),
            *_notes_of(a, b),
        ),
    )
    print(comparison_text(result, terminal_width()), end="")
    _write(result, junit, markdown)
    return result.exit_code


def _few_pairs(quantities: Sequence[QuantityComparison]) -> tuple[str, ...]:
    """
    Say what a pair is and how there are more of them; empty where each quantity that was seen has enough for an interval.
    """
    seen = [one for one in quantities if one.a is not None]
    if seen and all(one.rounds >= FEWEST_ROUNDS for one in seen):
        return ()
    return (
        "a pair is one step of both runs, of the same count, load, setting and repetition, and valid in both: "
        f"an interval needs {FEWEST_ROUNDS} of a load; more repetitions in both plans give more",
    )


def _notes_of(*runs: Run) -> tuple[str, ...]:
    """
    Return the runs' own notes, such as which settings no worker is known to read, each with the runs that have it.
    """
    whose: dict[str, list[str]] = {}
    for run in runs:
        for note in run.manifest.notes:
            whose.setdefault(note, []).append(run.path.name)
    return tuple(f"{' and '.join(dict.fromkeys(names))}: {note}" for note, names in whose.items())


def _usual_gate(rounds: Sequence[Sequence[Block]]) -> tuple[str, ...]:
    """
    Return the quantities that decide where the user named none: the throughput, unless every load is open and so sets
    it itself.
    """
    measured = [block for blocks in rounds for block, _ in blocks]
    return ("wait",) if measured and not any(map(is_closed, measured)) else ("throughput",)


def _write(result: ComparisonResult, junit: Path | None, markdown: Path | None) -> None:
    for flag, path, text in (
        ("--junit", junit, comparison_junit(result)),
        ("--markdown", markdown, comparison_markdown(result)),
    ):
        if path is None:
            continue
        try:
            write_whole(path, text)
        except OSError as error:
            raise InputError(f"{flag} {path}: cannot be written: {error.strerror}") from None
