"""
Comparisons of two settings whose difference is known, rounds added until they tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import synthetic
from compared_blocks import ComparedSystem
from event_system import Traits
from known_system import Subject, capacity_of

from loadtest.analysis.comparisons.abba_rounds import compare_rounds
from loadtest.analysis.comparisons.settings_comparison import standing_of
from loadtest.analysis.saturation.slot_capacity import throughput_half_width
from loadtest.cli.compare_plan import EXPONENTIAL_ROUNDS, MOST_ROUNDS, ROUNDS, comparing_plan
from loadtest.design.compare import Compare
from loadtest.results.comparison_result import Standing

CLOSED_BLOCK_SECONDS = 10.0
SLOWER = (0.0, 0.05, 0.1)
DRIFTS = (0.0, 0.01, 0.03, 0.1)
OPEN_DRIFTS = (0.0, 0.03)
UTILIZATIONS = (0.5, 0.8)
_SUBJECT = Subject(Traits(1, partitions=4), "uniform")


@dataclass(frozen=True, slots=True)
class ComparisonTrial:
    """
    The comparisons of one kind, with activities that take longer under B by a known share.

    Attributes:
        load: Work of a closed load, or gate and utilisation of an open one.
        drift: Standard deviation of the machine's speed from one block to the next.
        slower: How much longer B's activities take.
        found: Number of comparisons by how B was told to stand.
        rounds: Mean number of rounds.
    """

    load: tuple[str, ...]
    drift: float
    slower: float
    found: Counter[Standing]
    rounds: float


def closed_trials(runs: int) -> list[ComparisonTrial]:
    """
    Compare saturated blocks of one replica with 4 slots, whose rate has the spread that theory gives it.
    """
    chance, trials = np.random.default_rng(5), []
    for work, cv, first in (("uniform", 0.28, ROUNDS), ("exponential", 0.97, EXPONENTIAL_ROUNDS)):
        spread = throughput_half_width(cv, int(CLOSED_BLOCK_SECONDS * 4 / 0.26)) / 1.96
        for drift in DRIFTS:
            for slower in SLOWER:
                another = partial(_round, chance, spread, drift, slower)
                told = [_until_told(another, first) for _ in range(runs)]
                trials.append(_trial((work,), drift, slower, told))
    return trials


def open_trials(runs: int) -> list[ComparisonTrial]:
    """
    Carry out whole comparisons of open loads on a simulated replica, by each gate that waits can be.
    """
    trials = []
    for gate in ("wait", "late"):
        for used in UTILIZATIONS:
            plan, question = comparing_plan(
                synthetic.demo_plan(),
                ["worker.sandbox=true"],
                ["worker.sandbox=false"],
                rate=used * capacity_of(_SUBJECT),
                gate=(gate,),
            )
            design = Compare(plan, question)
            for drift in OPEN_DRIFTS:
                for slower in SLOWER:
                    told = [_carried_out(design, gate, slower, drift, seed) for seed in range(runs)]
                    trials.append(_trial((gate, f"{used:g}"), drift, slower, told))
    return trials


def _trial(
    load: tuple[str, ...], drift: float, slower: float, told: list[tuple[Standing, int]]
) -> ComparisonTrial:
    found = Counter(standing for standing, _ in told)
    return ComparisonTrial(load, drift, slower, found, sum(rounds for _, rounds in told) / len(told))


def _carried_out(design: Compare, gate: str, slower: float, drift: float, seed: int) -> tuple[Standing, int]:
    kept, _ = ComparedSystem(design.plan, slower, drift, seed).answer(design)
    told = next(one for one in design.blocks.compared(kept) if one.quantity == gate)
    return told.standing, told.rounds


def _until_told(another: Callable[[], list[float]], first: int) -> tuple[Standing, int]:
    rounds = [another() for _ in range(first)]
    while True:
        found = compare_rounds(rounds, looks=MOST_ROUNDS - first + 1)
        told = standing_of(found.comparison, more_is_better=True)
        if told is not Standing.UNKNOWN or len(rounds) == MOST_ROUNDS:
            return told, len(rounds)
        rounds.append(another())


def _round(chance: np.random.Generator, spread: float, drift: float, slower: float) -> list[float]:
    # Both settings draw the same work, so that most of a block's luck is common to a pair.
    pair, speed, blocks = chance.normal(0, spread, 2), 0.0, []
    for index, setting in enumerate("ABBA"):
        speed += chance.normal(0, drift)
        luck = pair[index // 2] + chance.normal(0, 0.35 * spread)
        blocks.append(float(np.exp(speed + luck) * (1 - slower * (setting == "B"))))
    return blocks
