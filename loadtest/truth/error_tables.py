"""
The tables of error rates, from the outcomes of the trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from findings import Claim, Tried, capacity_hits, counted, is_wrong, range_hits
from late_workflow_task_trial import WorkflowTrials
from model_trial import ModelTrials
from step_trial import Outcome

from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.results.window_decision import Decided


def claims_table(found: Sequence[Claim]) -> str:
    """
    Return what is claimed, and whether it holds.
    """
    return _table(["claim", "found", "holds"], ([claim.text, claim.found, claim.held] for claim in found))


def decisions_table(cells: Sequence[Tried]) -> str:
    """
    Return wrong and undecided answers of each cell and its seconds of window; wrong ones of each row.
    """
    return _by_column(
        cells,
        lambda found: f"{_percent(map(is_wrong, found))} / {_undecided(found)}; {_seconds(found)}",
        ("wrong in the row", lambda found: counted(map(is_wrong, found))),
    )


def levels_table(cells: Sequence[Tried]) -> str:
    """
    Return how often a rate was said to be above, or at, the capacity that a saturate step showed.
    """
    return _by_column(
        cells, lambda found: f"{_of_level(found, LoadLevel.ABOVE)} ({_of_level(found, LoadLevel.AT)})"
    )


def alarms_table(cells: Sequence[Tried]) -> str:
    """
    Return how often the model was said not to fit.
    """
    return _by_column(cells, lambda found: counted(outcome.alarm for outcome in found))


def ranges_table(cells: Sequence[Tried]) -> str:
    """
    Return how often a range that was shown holds the truth.
    """
    rows: dict[str, list[Tried]] = {}
    for tried in cells:
        rows.setdefault(tried[0].row, []).append(tried)
    if rows:
        rows["all"] = list(cells)
    return _table(
        ["", "p95 of the wait", "capacity of the slots"],
        ([row, _held(range_hits(found)), _held(capacity_hits(found))] for row, found in rows.items()),
    )


def model_table(trials: Sequence[ModelTrials]) -> str:
    """
    Return how often the model alone answered, and how often that was wrong.
    """
    if not trials:
        return ""
    columns = sorted({trial.utilization for trial in trials})
    names = sorted({trial.row for trial in trials})
    rows = []
    for name in names:
        mine = {trial.utilization: trial for trial in trials if trial.row == name}
        wrong, answered = (
            sum(each) for each in zip(*((t.wrong, t.answered) for t in mine.values()), strict=True)
        )
        cells = [
            f"{_share(mine[used].wrong, mine[used].runs)} / {_share(mine[used].answered, mine[used].runs)}"
            for used in columns
        ]
        rows.append([name, *cells, _counted(wrong, answered)])
    wrong, answered = sum(trial.wrong for trial in trials), sum(trial.answered for trial in trials)
    total = f"In all {_counted(wrong, answered)} of the answers were wrong, in {sum(t.runs for t in trials):,} windows, {trials[0].runs} a cell."
    return f"{total}\n\n{_table(['', *(f'{used:g}' for used in columns), 'wrong of the answers'], rows)}"


def workflow_table(trials: Sequence[WorkflowTrials]) -> str:
    """
    Return how often windows of workflow tasks were told wrongly.
    """
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
                *(
                    _counted(told, trial.windows)
                    for told in (trial.wrong_met, trial.wrong_missed, trial.right_met)
                ),
            ]
            for trial in trials
        ],
    )


def runs_of(cells: Sequence[Tried]) -> str:
    """
    Write how often each cell was tried, and what none wrong of so many can be.
    """
    runs = min(len(found) for _, found in cells)
    return f"{runs} runs a cell, of which 0 can be {100 * share_ends(0, runs)[1]:.0f} % at 95 %."


def _by_column(
    cells: Sequence[Tried],
    shown: Callable[[Sequence[Outcome]], str],
    whole: tuple[str, Callable[[Sequence[Outcome]], str]] | None = None,
) -> str:
    rows: dict[str, dict[str, list[Outcome]]] = {}
    for cell, found in cells:
        rows.setdefault(cell.row, {})[cell.column] = found
    groups: dict[tuple[str, ...], list[str]] = {}
    for row, columns in rows.items():
        groups.setdefault(tuple(columns), []).append(row)
    return "\n\n".join(
        _table(
            ["", *columns, *([whole[0]] if whole else [])],
            (
                [
                    row,
                    *(shown(rows[row][column]) for column in columns),
                    *([whole[1]([each for found in rows[row].values() for each in found])] if whole else []),
                ]
                for row in members
            ),
        )
        for columns, members in groups.items()
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rows = list(rows)
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _seconds(found: Sequence[Outcome]) -> str:
    seconds = [outcome.seconds for outcome in found]
    return f"{np.median(seconds):.0f} / {np.quantile(seconds, 0.9):.0f}"


def _undecided(found: Sequence[Outcome]) -> str:
    return _percent(outcome.answer is Decided.UNDECIDED for outcome in found)


def _of_level(found: Sequence[Outcome], level: LoadLevel) -> str:
    return _percent(outcome.level is level for outcome in found)


def _percent(facts: Iterable[bool]) -> str:
    values = list(facts)
    return _share(sum(values), len(values))


def _share(some: int, of: int) -> str:
    return f"{100 * some / of:.0f}"


def _held(hits: Sequence[bool]) -> str:
    return counted(hits) if hits else "never shown"


def _counted(some: int, of: int) -> str:
    return counted([True] * some + [False] * (of - some))
