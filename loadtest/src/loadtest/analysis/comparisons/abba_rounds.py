"""
Is setting B better than A?  Rounds of A B B A in one run, so that a slow drift of the machine cancels.

Each block gives one positive number, such as orders per second of a saturated block. A round's difference is the
difference of the logarithms of these numbers.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from loadtest.analysis.estimators.intervals import CONFIDENCE, t_factor
from loadtest.plural import counted
from loadtest.results.comparison_result import FEWEST_ROUNDS

BLOCK_ORDER = "ABBA"
SAME_WITHIN_RATIO = 0.05
_MOST_ROUNDS = 1000
# Looks at rounds that are added one by one share most of their data, so that they are wrong together less often than their
# number says: by simulation of 2 to 6 looks from the third to the fifth round on.
_APART = 0.65


class Comparison(StrEnum):
    """
    How setting B compares with setting A.
    """

    MORE = "more"
    LESS = "less"
    SAME = "the same"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Contrast:
    """
    B over A as a ratio with its 95 % interval, and what it means.

    Attributes:
        comparison: More, less, the same, or cannot tell.
        ratio, low, high: Ratio of B over A, with an interval that holds the truth in 95 of 100 comparisons at whichever
            look the rounds end.
        rounds: Number of rounds, of four blocks each.
        rounds_wanted: Number of rounds in all that would decide; ``None`` where it is decided, or even a thousand would
            not do.
    """

    comparison: Comparison
    ratio: float
    low: float
    high: float
    rounds: int
    rounds_wanted: int | None


def round_difference(blocks: Sequence[float]) -> float:
    """
    Return the logarithm of B over A in one round.

    Args:
        blocks: Four positive numbers in the order A, B, B, A.
    """
    if len(blocks) != len(BLOCK_ORDER) or min(blocks) <= 0:
        raise ValueError(f"a round is four positive numbers in the order A, B, B, A, not {list(blocks)}")
    signs = {"A": -0.5, "B": 0.5}
    return math.fsum(
        signs[setting] * math.log(value) for setting, value in zip(BLOCK_ORDER, blocks, strict=True)
    )


def compare_rounds(
    rounds: Sequence[Sequence[float]], looks: int = 1, least_deviation: float = 0.0
) -> Contrast:
    """
    Judge B against A from whole rounds.

    "The same" needs the whole interval within the margin; "more" and "less" need the whole interval on one side of 1. A
    difference that is certain but smaller than the margin counts as the same.

    Args:
        rounds: Of four numbers each, as ``round_difference`` takes them.
        looks: How often such an answer may be asked for, as where rounds are added until there is one.
        least_deviation: Standard deviation of a round's difference that is known whatever the rounds show, as of counts in short
            windows: three rounds that agree to the last order do so by luck.

    Raises:
        ValueError: Fewer than three rounds, which give no interval worth the name.
    """
    differences = [round_difference(blocks) for blocks in rounds]
    if len(differences) < FEWEST_ROUNDS:
        raise ValueError(
            f"{counted(len(differences), 'round')}, but at least {FEWEST_ROUNDS} are needed for an interval"
        )
    mean, deviation = _mean_and_deviation(differences)
    half = _half_width(deviation, len(differences), looks, least_deviation)
    low, high, margin = mean - half, mean + half, math.log1p(SAME_WITHIN_RATIO)
    wanted = None
    if -margin < low and high < margin:
        found = Comparison.SAME
    elif low > 0:
        found = Comparison.MORE
    elif high < 0:
        found = Comparison.LESS
    else:
        found = Comparison.UNKNOWN
        wanted = rounds_wanted(differences, looks, least_deviation)
    return Contrast(found, math.exp(mean), math.exp(low), math.exp(high), len(differences), wanted)


def rounds_wanted(differences: Sequence[float], looks: int = 1, least_deviation: float = 0.0) -> int | None:
    """
    Return how many rounds in all would decide if they had the mean and spread of the rounds so far.

    An interval as narrow as the margin decides only where the mean is within the margin. Elsewhere the interval must
    clear the ratio 1 or the margin's end, whichever is farther from the mean.

    Returns:
        ``None`` where even a thousand rounds would not decide.
    """
    mean, deviation = _mean_and_deviation(differences)
    margin = math.log1p(SAME_WITHIN_RATIO)
    narrow = min(margin, max(abs(mean), margin - abs(mean)))
    tried = range(max(len(differences), FEWEST_ROUNDS), _MOST_ROUNDS + 1)
    # Each further round makes the interval narrower.
    place = bisect_left(
        tried, True, key=lambda rounds: _half_width(deviation, rounds, looks, least_deviation) < narrow
    )
    return tried[place] if place < len(tried) else None


def _mean_and_deviation(differences: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(differences) / len(differences)
    squares = math.fsum((difference - mean) ** 2 for difference in differences)
    return mean, math.sqrt(squares / (len(differences) - 1))


def confidence_of_look(looks: int) -> float:
    """
    Return how often the interval of one look must hold the truth, so that those of all looks hold it as often as is claimed.

    Rounds that are added until an interval leaves no difference out would else find one in 12 of 100 comparisons of a setting
    with itself.
    """
    return 1 - (1 - CONFIDENCE) / math.pow(looks, _APART)


def _half_width(deviation: float, rounds: int, looks: int, least_deviation: float) -> float:
    confidence = confidence_of_look(looks)
    shown = t_factor(rounds - 1, confidence) * deviation
    return max(shown, t_factor(math.inf, confidence) * least_deviation) / math.sqrt(rounds)
