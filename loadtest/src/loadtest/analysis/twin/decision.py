"""
Decides met, missed or undecided: compares the late tasks of a window with those of its twins.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks
from loadtest.results.window_decision import Block, Decided, Decision

# A look at every five seconds instead of ten ends a window 4 s sooner on average, at hardly a cost in wrong answers, as
# looks share most of their data.
LOOKS = (20, 25, 30, 35, 40, 50, 60, 80, 120, 160, 240, 320, 480, 600)
# Standard deviations that a difference must have: 1 % a look and side; about 2.5 % over all looks.
DEVIATIONS = 2.6
MISFIT_RATIO = 0.15
# With so many late tasks of the twins a window without any of its own is met.
LATE_TO_TELL = 12.0
# Late tasks that the twins must have before "met"; with fewer even a system at the edge shows nothing.
_FEWEST_LATE = 4.0
# Length of a block; the answer must hold also without any single block, and without what follows the last whole one.
_BLOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """
    When a difference from the twins is an answer.

    Attributes:
        looks: Seconds of the window at which a decision may be made.
        misfit_ratio: Share by which the twin's count may be off for reasons that the model does not hold.
    """

    looks: tuple[int, ...] = LOOKS
    misfit_ratio: float = MISFIT_RATIO


def judge_late_tasks(
    counts: Sequence[tuple[float, float]],
    twins: TwinLateTasks,
    misfit_ratio: float = MISFIT_RATIO,
    seen_ratio: float = 1.0,
) -> Decision:
    """
    Compare the late tasks of a window with those of the twins.

    Args:
        counts: Pairs of elapsed seconds of the window and late tasks so far, rising; the last is now.
        twins: Systems just at the SLO's edge, on the same schedule and draws.
        misfit_ratio: Share by which the twins' count may be off for reasons that the model does not hold.
        seen_ratio: Share of the workers whose tasks were counted; the counts stand for all of them.
    """
    seconds, late = counts[-1]
    totals = twins.until(seconds)
    mean = sum(totals) / len(totals)
    deviation = deviation_of(totals, misfit_ratio, seen_ratio)
    parts = _parts_of(counts, twins, misfit_ratio, seen_ratio)
    apart = [part.late - part.twin_late for part in parts]
    difference, least = late - mean, DEVIATIONS * deviation
    answer, why = Decided.UNDECIDED, None
    if mean < _FEWEST_LATE and difference <= least:
        why = f"a system just at the limit would have {mean:.1f} late by now, too few to tell"
    elif difference < -least:
        if difference - min(apart) < -least / 2:
            answer = Decided.MET
        else:
            why = _one_part(parts[apart.index(min(apart))])
    elif difference > least:
        if difference - max(apart) > least / 2:
            answer = Decided.MISSED
        else:
            why = _one_part(parts[apart.index(max(apart))])
    else:
        why = f"{count_text(late)} late, and a system just at the limit would have {mean:.0f} ± {least:.0f}"
    blocks = parts if parts[-1].end >= len(parts) * _BLOCK_SECONDS else parts[:-1]
    return Decision(answer, seconds, late, mean, deviation, why, blocks)


def longer_seconds(seconds: float, twin_late: float) -> int:
    """
    Return the length in seconds of a window that may decide what a window left undecided: twice as long, or longer where even
    a system at the limit had hardly a late task yet.

    Args:
        seconds: Length of the window.
        twin_late: Late tasks of the twins in it.
    """
    return math.ceil(seconds * max(2.0, LATE_TO_TELL / max(twin_late, 1.0)))


def deviation_of(totals: Sequence[float], misfit_ratio: float, seen_ratio: float = 1.0) -> float:
    """
    Return the standard deviation of measured late tasks minus the twins' mean, if the measured system were one of the
    twins.

    Where a part of the workers stands for all, chance says how many late tasks were theirs: a binomial number, or less.
    """
    mean = sum(totals) / len(totals)
    variance = sum((total - mean) ** 2 for total in totals) / max(1, len(totals) - 1)
    sampling = mean * (1 / seen_ratio - 1)
    return math.sqrt(variance * (1 + 1 / len(totals)) + (misfit_ratio * mean) ** 2 + 1 + sampling)


def _parts_of(
    counts: Sequence[tuple[float, float]], twins: TwinLateTasks, misfit_ratio: float, seen_ratio: float
) -> tuple[Block, ...]:
    """
    Cut a window into its blocks, each of which ends at the first count at or after its planned end; the last part may be
    shorter than a block.
    """
    cuts = [(0.0, 0.0)]
    for elapsed, late in counts[:-1]:
        if elapsed >= len(cuts) * _BLOCK_SECONDS:
            cuts.append((elapsed, late))
    cuts.append(counts[-1])
    parts = []
    for (start, before), (end, after) in itertools.pairwise(cuts):
        late_of = [now - then for then, now in zip(twins.until(start), twins.until(end), strict=True)]
        mean = sum(late_of) / len(late_of)
        reach = 1.96 * deviation_of(late_of, misfit_ratio, seen_ratio)
        parts.append(Block(start, end, after - before, mean, max(0.0, mean - reach), mean + reach))
    return tuple(parts)


def _one_part(part: Block) -> str:
    return f"the difference rests on the seconds {part.start:.0f} to {part.end:.0f} alone, which one stall can make"
