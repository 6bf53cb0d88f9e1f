"""
Comparisons of two settings whose difference is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loadtest.analysis.comparisons.comparison import Comparison, compare_rounds
from loadtest.analysis.saturation.slot_capacity import throughput_half_width

_ROUNDS, _BLOCK_SECONDS = 4, 10.0


@dataclass(frozen=True, slots=True)
class ComparisonTrial:
    """
    What comparisons of one kind said, as shares of so many.
    """

    work: str
    slower: float
    walk: float
    found: dict[str, float]
    runs: int


def comparison_trials(runs: int) -> list[ComparisonTrial]:
    """
    Compare saturated blocks of one replica with 4 slots, whose rate has the spread that theory gives it.

    The machine's speed walks at random from block to block; B is slower by a known share.
    """
    chance, trials = np.random.default_rng(5), []
    for work, cv in (("uniform", 0.28), ("exponential", 0.97)):
        activities = int(_BLOCK_SECONDS * 4 / 0.26)
        spread = throughput_half_width(cv, activities) / 1.96
        # Both settings draw the same work, so that most of a block's luck is common to a pair.
        own = spread * 0.35
        for walk in (0.0, 0.01, 0.03):
            for slower in (0.0, 0.05, 0.1):
                counts = dict.fromkeys((kind.value for kind in Comparison), 0)
                for _ in range(runs):
                    rounds = []
                    speed = 0.0
                    for _ in range(_ROUNDS):
                        pair, blocks = chance.normal(0, spread, 2), []
                        for index, setting in enumerate("ABBA"):
                            speed += chance.normal(0, walk)
                            common = pair[0 if index < 2 else 1]
                            luck = common + chance.normal(0, own)
                            blocks.append(float(np.exp(speed + luck) * (1 - slower * (setting == "B"))))
                        rounds.append(blocks)
                    counts[compare_rounds(rounds).comparison.value] += 1
                found = {kind: count / runs for kind, count in counts.items()}
                trials.append(ComparisonTrial(work, slower, walk, found, runs))
    return trials
