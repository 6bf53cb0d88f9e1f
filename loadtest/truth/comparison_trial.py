"""
Comparisons of two settings whose difference is known, rounds added until they tell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from loadtest.analysis.comparisons.comparison import Comparison, compare_rounds
from loadtest.analysis.saturation.slot_capacity import throughput_half_width
from loadtest.cli.compare_plan import EXPONENTIAL_ROUNDS, MOST_ROUNDS, ROUNDS

_BLOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ComparisonTrial:
    """
    What comparisons of one kind said, as shares of so many, and how many rounds they took in the mean.
    """

    work: str
    slower: float
    walk: float
    found: dict[str, float]
    rounds: float
    runs: int


def comparison_trials(runs: int) -> list[ComparisonTrial]:
    """
    Compare saturated blocks of one replica with 4 slots, whose rate has the spread that theory gives it.

    The machine's speed walks at random from block to block; B is slower by a known share.
    """
    chance, trials = np.random.default_rng(5), []
    for work, cv, first in (("uniform", 0.28, ROUNDS), ("exponential", 0.97, EXPONENTIAL_ROUNDS)):
        activities = int(_BLOCK_SECONDS * 4 / 0.26)
        spread = throughput_half_width(cv, activities) / 1.96
        for walk in (0.0, 0.01, 0.03, 0.1):
            for slower in (0.0, 0.05, 0.1):
                counts, took = dict.fromkeys((kind.value for kind in Comparison), 0), 0
                for _ in range(runs):
                    told, rounds = _until_told(partial(_round, chance, spread, walk, slower), first)
                    counts[told.value] += 1
                    took += rounds
                found = {kind: count / runs for kind, count in counts.items()}
                trials.append(ComparisonTrial(work, slower, walk, found, took / runs, runs))
    return trials


def _until_told(another: Callable[[], list[float]], first: int) -> tuple[Comparison, int]:
    rounds = [another() for _ in range(first)]
    while True:
        told = compare_rounds(rounds, looks=MOST_ROUNDS - first + 1).comparison
        if told is not Comparison.UNKNOWN or len(rounds) == MOST_ROUNDS:
            return told, len(rounds)
        rounds.append(another())


def _round(chance: np.random.Generator, spread: float, walk: float, slower: float) -> list[float]:
    # Both settings draw the same work, so that most of a block's luck is common to a pair.
    pair, speed, blocks = chance.normal(0, spread, 2), 0.0, []
    for index, setting in enumerate("ABBA"):
        speed += chance.normal(0, walk)
        luck = pair[index // 2] + chance.normal(0, 0.35 * spread)
        blocks.append(float(np.exp(speed + luck) * (1 - slower * (setting == "B"))))
    return blocks
