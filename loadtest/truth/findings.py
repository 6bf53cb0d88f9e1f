"""
All that the trials gave, beside the claims on the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from cells import Cell
from late_workflow_task_trial import WorkflowTrials
from model_trial import ModelTrials
from step_trial import Outcome

from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.results.window_decision import Decided

Tried = tuple[Cell, list[Outcome]]


@dataclass(slots=True)
class Findings:
    """
    What was found, in the order in which it was asked for.

    Attributes:
        cells: Measured steps of each cell.
        by_model, workflow: Trials of the other kinds.
    """

    cells: list[Tried] = field(default_factory=list)
    by_model: list[ModelTrials] = field(default_factory=list)
    workflow: list[WorkflowTrials] = field(default_factory=list)

    def of(self, table: str) -> list[Tried]:
        """
        The cells of one table that were tried.
        """
        return sorted(
            (tried for tried in self.cells if tried[0].table == table and tried[1]),
            key=lambda tried: (tried[0].subject.traits.replicas, tried[0].row, tried[0].utilization),
        )


def is_wrong(outcome: Outcome) -> bool:
    """
    Return whether the opposite of the truth was said.
    """
    return outcome.answer is (Decided.MISSED if outcome.met else Decided.MET)


def distinct_saturate_steps(cells: Sequence[Tried]) -> list[Outcome]:
    """
    Return an outcome for each saturate step, which the cells of a row share.
    """
    first: dict[str, list[Outcome]] = {}
    for cell, found in cells:
        first.setdefault(cell.row, found)
    return [outcome for found in first.values() for outcome in found]


MOST_WRONG = 0.05
COVERAGE = (0.93, 0.98)


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One claim.

    Attributes:
        text: What is claimed, or the question where nothing is claimed.
        found: What the trials tell of it.
        held: Whether the claim holds, in words; empty where nothing is claimed.
    """

    text: str
    found: str
    held: str = ""


def claims(findings: Findings) -> list[Claim]:
    """
    Compare what was found with what is claimed.
    """
    decided = findings.of("decisions")
    if not decided:
        return []
    replicas = sorted({cell.subject.traits.replicas for cell, _ in decided})
    asked = [
        (f"{count} replica{'s' if count > 1 else ''}", _of_replicas(decided, count)) for count in replicas
    ]
    asked.append(("5 % of the rate beside the limit, all replicas", _beside_the_limit(decided)))
    found = [_wrong(where, cells) for where, cells in asked if cells]
    found += [
        _coverage("the p95 of the wait", range_hits(decided)),
        _coverage("the capacity of the slots", capacity_hits(decided)),
    ]
    for column, kind in (("+0%", "false"), ("+5%", "found"), ("+10%", "found")):
        alarms = [o.alarm for cell, some in findings.of("alarm") if cell.column == column for o in some]
        if alarms:
            found.append(Claim(f"misfit alarm, slots held {column[:-1]} % longer: {kind}", counted(alarms)))
    return [*found, *_seconds(decided)]


def counted(facts: Iterable[bool]) -> str:
    """
    Write how many of the facts are true, as a share with the ends of its interval.
    """
    each = list(facts)
    low, high = share_ends(sum(each), len(each))
    return f"{sum(each)} of {len(each)}, {_percents(sum(each) / len(each), low, high)}" if each else "none"


def _percents(*shares: float) -> str:
    share, low, high = (f"{round(100 * share, 1):g}" for share in shares)
    return f"{share} % ({low} to {high})"


def range_hits(cells: Sequence[Tried]) -> list[bool]:
    """
    Return for each range of the long run's 95 % point that was shown whether it holds the true one.
    """
    return [
        shown.low <= cell.true_p95_seconds <= shown.high
        for cell, found in cells
        for shown in (outcome.p95 for outcome in found)
        if cell.true_p95_seconds is not None
        and shown is not None
        and shown.low is not None
        and shown.high is not None
    ]


def capacity_hits(cells: Sequence[Tried]) -> list[bool]:
    """
    Return for each saturate step whether the capacity's range holds the truth.
    """
    ranges = [outcome.saturated for outcome in distinct_saturate_steps(cells)]
    return [abs(shown / truth - 1) <= half for shown, half, truth in ranges]


def _of_replicas(cells: Sequence[Tried], replicas: int) -> list[Tried]:
    return [tried for tried in cells if tried[0].subject.traits.replicas == replicas]


def _beside_the_limit(cells: Sequence[Tried]) -> list[Tried]:
    return [
        tried
        for tried in cells
        if 0.04 < abs(tried[0].utilization / tried[0].subject.limit_utilization - 1) < 0.06
    ]


def _wrong(where: str, cells: Sequence[Tried]) -> Claim:
    facts = [is_wrong(outcome) for _, found in cells for outcome in found]
    low, high = share_ends(sum(facts), len(facts))
    held = "yes" if high <= MOST_WRONG else "no" if low > MOST_WRONG else "cannot tell"
    return Claim(f"at most 5 % of the decisions are wrong, {where}", counted(facts), held)


def _coverage(of: str, hits: Sequence[bool]) -> Claim:
    low, high = share_ends(sum(hits), len(hits))
    if low > COVERAGE[1]:
        held = "no, wider than that"
    elif high < COVERAGE[0]:
        held = "no, too narrow"
    else:
        held = "yes" if COVERAGE[0] <= low and high <= COVERAGE[1] else "cannot tell"
    return Claim(f"the range of {of} holds the truth in 93 to 98 %", counted(hits), held)


def _seconds(cells: Sequence[Tried]) -> Iterable[Claim]:
    below = [outcome for _, found in cells for outcome in found if outcome.level is LoadLevel.BELOW]
    decided = [outcome.seconds for outcome in below if outcome.answer is not Decided.UNDECIDED]
    if decided:
        middle, late = np.median(decided), np.quantile(decided, 0.9)
        yield Claim(
            "seconds of window to decide, below capacity", f"{middle:.0f} in the median, 90 % in {late:.0f}"
        )
    undecided = [outcome.answer is Decided.UNDECIDED for outcome in below]
    yield Claim("below capacity undecided when the longest window ends", counted(undecided))
