"""
How often a comparison is wrong, on systems of known answer: settings whose difference is known, rounds added until they tell.

    python loadtest/truth/simulated_comparisons.py [--closed 600] [--open 200] [--output loadtest/docs/compare.md]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from docs_page import page_parser, write_section

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import synthetic_steps
from compared_blocks import OPEN_BLOCK_SECONDS, ComparedSystem
from event_system import Traits
from known_system import Subject, capacity_of

from loadtest.analysis.comparisons.abba_rounds import compare_rounds
from loadtest.analysis.comparisons.settings_comparison import standing_of
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.saturation.slot_capacity import throughput_half_width
from loadtest.cli.compare_plan import EXPONENTIAL_ROUNDS, MOST_ROUNDS, ROUNDS, comparing_plan
from loadtest.design.compare import Compare
from loadtest.results.comparison_result import Standing

HEADING = "How often it is wrong"
_COLUMNS = (
    "A against A called different",
    "5 % slower found",
    "10 % slower found",
    "rounds of A against A, mean",
)
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
                synthetic_steps.demo_plan(),
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


def section(closed: Sequence[ComparisonTrial], opened: Sequence[ComparisonTrial]) -> str:
    """
    Write the findings.
    """
    lines = [
        "Made by `make truth-compare-simulated`: whole comparisons, added rounds included, of settings whose difference is known.",
        "The machine's speed drifts at random from block to block by the share in the table; 10 % stands for whatever scatters as much.",
        "In brackets stand how small and how large the share can be, in %, each end at 95 %.",
        "",
        f"Saturated blocks of {CLOSED_BLOCK_SECONDS:g} s of one replica, by formula, {_runs(closed):,} comparisons of each kind:",
        "",
        *_table(("work",), closed),
        "",
        f"Open loads of one replica, simulated task by task in blocks of {OPEN_BLOCK_SECONDS:g} s, with each gate and at two rates, as a share of its capacity, "
        f"{_runs(opened):,} comparisons of each kind:",
        "",
        *_table(("gate", "rate"), opened),
        "",
        "At half of the capacity few tasks are late, so that their share tells little there: compare waits, or test a higher rate.",
        "`loadtest/tests/design/test_compare.py` repeats this with simulated systems in every test run.",
    ]
    return "\n".join(lines)


def _table(names: Sequence[str], trials: Sequence[ComparisonTrial]) -> list[str]:
    head = (*names, "drift a block", *_COLUMNS)
    lines = [head, ["---"] * len(head)]
    by_row: dict[tuple[tuple[str, ...], float], list[ComparisonTrial]] = {}
    for trial in trials:
        by_row.setdefault((trial.load, trial.drift), []).append(trial)
    for (load, drift), (alike, *slower) in by_row.items():
        different = _share(alike, Standing.BETTER, Standing.WORSE)
        found = (_share(trial, Standing.WORSE) for trial in slower)
        lines.append([*load, f"{100 * drift:g} %", different, *found, f"{alike.rounds:.1f}"])
    return [f"| {' | '.join(line)} |" for line in lines]


def _share(trial: ComparisonTrial, *standings: Standing) -> str:
    some, of = sum(trial.found[one] for one in standings), trial.found.total()
    share, low, high = (f"{round(100 * each, 1):g}" for each in (some / of, *share_ends(some, of)))
    return f"{share} % ({low} to {high})"


def _runs(trials: Sequence[ComparisonTrial]) -> int:
    return trials[0].found.total()


def main() -> None:
    """
    Make the comparisons and write the section.
    """
    parser = page_parser(__doc__, "compare.md")
    parser.add_argument("--closed", type=int, default=600, help="comparisons of each kind of closed load")
    parser.add_argument("--open", type=int, default=200, help="comparisons of each kind of open load")
    given = parser.parse_args()
    write_section(given.output, HEADING, section(closed_trials(given.closed), open_trials(given.open)))
    print(given.output)


if __name__ == "__main__":
    main()
