"""
Is setting B better than A?  Rounds of A B B A in one run, so that a slow drift of the machine cancels.

Each block gives one positive number, such as orders per second of a saturated block; a round's difference is that
of their logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scipy import special

from loadtest.plural import counted
from loadtest.results.comparison_result import FEWEST_ROUNDS

BLOCK_ORDER = "ABBA"
SAME_WITHIN_RATIO = 0.05
_MOST_ROUNDS = 1000


class Comparison(StrEnum):
    """
    What setting B is to setting A.
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
        ratio, low, high: B over A.
        rounds: Rounds of four blocks.
        rounds_wanted: Rounds in all that would tell; ``None`` where it is told, or not even a thousand would.
    """

    comparison: Comparison
    ratio: float
    low: float
    high: float
    rounds: int
    rounds_wanted: int | None


def round_difference(blocks: Sequence[float]) -> float:
    """
    Return the logarithm of B over A of one round.

    Args:
        blocks: Four positive numbers in the order A, B, B, A.
    """
    if len(blocks) != len(BLOCK_ORDER) or min(blocks) <= 0:
        raise ValueError(f"a round is four positive numbers in the order A, B, B, A, not {list(blocks)}")
    signs = {"A": -0.5, "B": 0.5}
    return math.fsum(
        signs[setting] * math.log(value) for setting, value in zip(BLOCK_ORDER, blocks, strict=True)
    )


def compare_rounds(rounds: Sequence[Sequence[float]]) -> Contrast:
    """
    Judge B against A from whole rounds.

    "The same" needs the whole interval within the margin; "more" and "less" need it on one side of 1.
    A difference that is certain but smaller than the margin is told as the same.

    Raises:
        ValueError: Fewer than three rounds, which give no interval worth the name.
    """
    differences = [round_difference(blocks) for blocks in rounds]
    if len(differences) < FEWEST_ROUNDS:
        raise ValueError(
            f"{counted(len(differences), 'round')}, but at least {FEWEST_ROUNDS} are needed for an interval"
        )
    mean, deviation = _mean_and_deviation(differences)
    half = _half_width(deviation, len(differences))
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
        wanted = rounds_wanted(differences)
    return Contrast(found, math.exp(mean), math.exp(low), math.exp(high), len(differences), wanted)


def rounds_wanted(differences: Sequence[float]) -> int | None:
    """
    Return how many rounds in all would tell, were their mean and spread those of the rounds so far.

    An interval as narrow as the margin tells but of a mean within the margin: there it must clear no difference or the
    margin's end, whichever is farther.

    Returns:
        ``None`` where not even a thousand would.
    """
    mean, deviation = _mean_and_deviation(differences)
    margin = math.log1p(SAME_WITHIN_RATIO)
    narrow = min(margin, max(abs(mean), margin - abs(mean)))
    first = max(len(differences), FEWEST_ROUNDS)
    return next(
        (rounds for rounds in range(first, _MOST_ROUNDS + 1) if _half_width(deviation, rounds) < narrow), None
    )


def _mean_and_deviation(differences: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(differences) / len(differences)
    squares = math.fsum((difference - mean) ** 2 for difference in differences)
    return mean, math.sqrt(squares / (len(differences) - 1))


def _half_width(deviation: float, rounds: int) -> float:
    return float(special.stdtrit(rounds - 1, 0.975)) * deviation / math.sqrt(rounds)
