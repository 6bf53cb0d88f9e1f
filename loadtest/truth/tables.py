"""
The page of error rates, from the outcomes of the trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from cells import BUDGET_SECONDS, Cell
from comparison_trial import ComparisonTrial
from late_workflow_task_trial import WorkflowTrials
from model_trial import ModelTrials
from step_trial import TASKS, Outcome

from loadtest.analysis.share_of_late import share_ends
from loadtest.analysis.slot_capacity import LoadLevel
from loadtest.analysis.twin import LongRunEstimate
from loadtest.results.window_decision import Decided

Tried = tuple[Cell, list[Outcome]]


@dataclass(slots=True)
class Findings:
    """
    All that the trials gave.
    """

    cells: list[Tried] = field(default_factory=list)
    comparisons: list[ComparisonTrial] = field(default_factory=list)
    by_model: list[ModelTrials] = field(default_factory=list)
    workflow: list[WorkflowTrials] = field(default_factory=list)

    def of(self, table: str) -> list[Tried]:
        """
        The cells of one table.
        """
        return sorted(
            (tried for tried in self.cells if tried[0].table == table),
            key=lambda tried: (tried[0].subject.traits.replicas, tried[0].row, tried[0].utilization),
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """
    What the trials took, and how many of the systems were tried.
    """

    runs: int
    minutes: float
    processes: int
    systems: int
    all_systems: int


def page(findings: Findings, effort: Effort) -> str:
    """
    Write the page of all that was found; a table without a trial is left out.
    """
    decided = findings.of("decisions")
    outcomes = [outcome for _, found in decided for outcome in found]
    wrong = sum(_is_wrong(outcome) for outcome in outcomes)
    cpu = [found[0].cpu_seconds for _, found in decided if found[0].cpu_seconds]
    parts = [
        _INTRODUCTION.format(budget=BUDGET_SECONDS, **asdict(effort)),
        f"In all {wrong} of {len(outcomes)} answers of the first table were wrong (at most {share_ends(wrong, len(outcomes))[1]:.1%} at 95 %).  "
        f"Edge, schedule and twins took {np.median(cpu):.1f} s of CPU a step "
        f"(at most {max(cpu):.1f} s) before the window, with long runs of {TASKS:,} tasks."
        if cpu
        else "",
        _section("Met, missed, undecided", _DECISIONS, _by_column(decided, _decision)),
        _section("Far from the limit, by the model", _BY_MODEL, _by_model(findings.by_model)),
        _section("Workflow tasks, by their share", _WORKFLOW, _workflow(findings.workflow)),
        _section("Above capacity", _LEVELS, _by_column(decided, _level)),
        _section("Ranges shown", _RANGES, _ranges(decided)),
        _section("Whether the model fits", _ALARM, _by_column(findings.of("alarm"), _alarm)),
        _section("Draws that are not ours", _UNKNOWN, _by_column(findings.of("unknown draws"), _decision)),
        _section("A bound on end to end", _END_TO_END, _by_column(findings.of("end to end"), _decision)),
        _section(
            "Systems that the model does not hold", _STRANGE, _by_column(findings.of("strange"), _decision)
        ),
        _section("Comparison of two settings", _COMPARISON, _comparisons(findings.comparisons)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, text: str, table: str) -> str:
    return f"## {title}\n\n{text}\n\n{table}" if table else ""


def _is_wrong(outcome: Outcome) -> bool:
    return outcome.answer is (Decided.MISSED if outcome.met else Decided.MET)


def _percent(facts: Iterable[bool]) -> str:
    values = list(facts)
    return f"{100 * sum(values) / len(values):.0f}" if values else "-"


def _decision(found: Sequence[Outcome]) -> str:
    seconds = [outcome.seconds for outcome in found]
    wrong = _percent(_is_wrong(outcome) for outcome in found)
    undecided = _percent(outcome.answer is Decided.UNDECIDED for outcome in found)
    return f"{wrong} / {undecided}; {np.median(seconds):.0f} / {np.quantile(seconds, 0.9):.0f}"


def _alarm(found: Sequence[Outcome]) -> str:
    return f"{_percent(outcome.alarm for outcome in found)} %"


def _level(found: Sequence[Outcome]) -> str:
    above = _percent(outcome.level is LoadLevel.ABOVE for outcome in found)
    return f"{above} ({_percent(outcome.level is LoadLevel.AT for outcome in found)})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rows = list(rows)
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _by_column(cells: Sequence[Tried], shown: Callable[[Sequence[Outcome]], str]) -> str:
    rows: dict[str, dict[str, str]] = {}
    for cell, found in cells:
        rows.setdefault(cell.row, {})[cell.column] = shown(found)
    groups: dict[tuple[str, ...], list[str]] = {}
    for row, columns in rows.items():
        groups.setdefault(tuple(columns), []).append(row)
    return "\n\n".join(
        _table(["", *columns], ([row, *(rows[row][column] for column in columns)] for row in members))
        for columns, members in groups.items()
    )


def _ranges(cells: Sequence[Tried]) -> str:
    rows = []
    outcomes: dict[str, list[Outcome]] = {}
    for cell, found in cells:
        outcomes.setdefault(cell.row, []).extend(found)
    if not outcomes:
        return ""
    outcomes["all"] = [outcome for found in outcomes.values() for outcome in found]
    for row, found in outcomes.items():
        capacity = [outcome.saturated for outcome in found]
        rows.append(
            [
                row,
                _held((o.quantile, o.truth.quantile_seconds) for o in found if o.quantile and o.truth),
                _held((o.mean, o.truth.mean_seconds) for o in found if o.mean and o.truth),
                f"{_percent(abs(x / truth - 1) <= half for x, half, truth in capacity)} % of {len(capacity)}",
            ]
        )
    return _table(["", "p95 of the wait", "mean wait", "capacity of the slots"], rows)


def _held(pairs: Iterable[tuple[LongRunEstimate, float]]) -> str:
    shown = [
        (estimate.low, truth, estimate.high)
        for estimate, truth in pairs
        if estimate.low is not None and estimate.high is not None
    ]
    if not shown:
        return "never shown"
    return f"{_percent(low <= truth <= high for low, truth, high in shown)} % of {len(shown)}"


def _by_model(trials: Sequence[ModelTrials]) -> str:
    if not trials:
        return ""
    columns = sorted({trial.utilization for trial in trials})
    found = {(trial.row, trial.utilization): trial for trial in trials}
    names = sorted({trial.row for trial in trials})
    rows = [
        [name, *(_shares(found[name, used]) for used in columns if (name, used) in found)] for name in names
    ]
    answers = sum(round(trial.answered * trial.runs) for trial in trials)
    wrong = sum(round(trial.wrong * trial.runs) for trial in trials)
    total = f"In all {wrong} of {answers} answers were wrong (at most {share_ends(wrong, answers)[1]:.1%} at 95 %), of {sum(t.runs for t in trials)} windows."
    return f"{total}\n\n{_table(['', *(f'{used:g}' for used in columns)], rows)}"


def _workflow(trials: Sequence[WorkflowTrials]) -> str:
    return _table(
        [
            "slots",
            "in use",
            "tasks/s",
            "met at 8 % late (wrong)",
            "missed at 3 % (wrong)",
            "met at 1 % (right)",
        ],
        [
            [
                f"{trial.slots}",
                f"{trial.busy:g}",
                f"{trial.rate}",
                *(f"{100 * share:.1f} %" for share in (trial.wrong_met, trial.wrong_missed, trial.right_met)),
            ]
            for trial in trials
        ],
    )


def _shares(trial: ModelTrials) -> str:
    return f"{100 * trial.wrong:.0f} / {100 * trial.answered:.0f}"


def _comparisons(trials: Sequence[ComparisonTrial]) -> str:
    rows = [
        [
            trial.work,
            f"{trial.walk:.0%}",
            f"{trial.slower:.0%}",
            " / ".join(f"{100 * share:.0f}" for share in trial.found.values()),
        ]
        for trial in trials
    ]
    return _table(
        ["work", "machine's walk a block", "B is slower by", "more / less / same / cannot tell"], rows
    )


_INTRODUCTION = """# How often the answers are wrong

Made by `make truth` ({minutes:.0f} minutes; processes: {processes}, runs of each cell of the first table: {runs}; {systems} of {all_systems} systems).

The product's own functions measured systems whose answer is known from long runs.
The systems are simulated by a program that shares no code with the twin and has what the twin has not: partitions of the queue, retries, pauses of a whole worker, jitter, slots that slow each other, random gaps.
Each run saturates for 20 s, calibrates, chooses a schedule, and measures an open step until it is decided, at most {budget} s.
The bound is the p95 at 0.84 of the true capacity (0.9 with 8 replicas), so that utilisations 5 % beside it are the hardest that must be right."""
_DECISIONS = """In each cell: wrong % / undecided %; seconds of window, median / 90 %; 0 s is an answer by capacity alone.
Columns are the rate over the true capacity.
With n runs "0 % wrong" means below 3/n at 95 %."""
_RANGES = """How often the range holds the truth, of the times that it is shown.
Waits: the calibrated model's long run at 0.95 and 1.05 of the rate; only where the rules show it.
The capacity's ± is 1.5 % for uniform and 4 % for exponential work."""
_UNKNOWN = """The schedule is known, the work is drawn from a histogram of the saturate step's slot times (buckets of ratio 1.2), with 12 twins.
Columns and cells as in the first table."""
_BY_MODEL = """A window of 20 s after 5 s on an empty system, no saturate step: the model is made of the window's own execution times.
In each cell: wrong % / answered %; the other windows stay undecided by it, and the twins go on.
Columns are the rate over the true capacity; the limit is as above."""
_WORKFLOW = (
    """Windows of 20 s of a simulated queue with random arrivals and work; the others stay undecided."""
)
_LEVELS = """Told by the saturate step alone, in % of the runs: above (at) capacity."""
_ALARM = """The open step's slots are held longer than the saturate step's by so much; alarm in % of the runs, at 0.8 of capacity."""
_END_TO_END = """The same test on orders that close late; the bound is the p95 at 0.84 of capacity."""
_STRANGE = """One replica, uniform work, 5 % of the rate beside the limit."""
_COMPARISON = """Four rounds of A B B A, blocks of 10 s; in % of the runs."""
