"""
Whole searches for a capacity, by the product's own design, on systems whose capacity at the SLO is known.

    python loadtest/truth/capacity_trial.py [--runs 5] [--processes 2] [--output loadtest/docs/truth-capacity.md]

The page is written anew after each system, so that a run that is broken off leaves what it found.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_page import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import numpy as np
from event_system import Traits
from known_system import Subject, bound_of, capacity_of
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.capacities.capacity_search import MOST_PROBES, CapacityBracket
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.design.capacity import Capacity
from loadtest.results.question import CapacityQuestion

RATE_TASKS, EDGE_TASKS = 200_000, 80_000
GRID_SECONDS = 11 * 65.0
PLAIN = Traits(1)
MIXED = Traits(1, jitter_seconds=0.004, contention=0.02, partitions=2, retried=0.003)
PAUSED = replace(MIXED, pause_every_seconds=60, pause_seconds=0.15)
SLOW_HAND_OVER = Traits(1, dead_seconds=0.01, gap_seconds=0.02, gap_jitter_seconds=0.02, newest_first=0.2)
CONTENDED = Traits(1, overhead_seconds=0.02, jitter_seconds=0.01, contention=0.06, partitions=4)
# Half of an order's time passes between its activities, so that two orders a slot leave some free.
APART = Traits(1, gap_seconds=0.3)
# Name, traits, work, and at which share of what two orders a slot complete the bound is just kept.
SYSTEMS = (
    ("plain", PLAIN, "uniform", 0.84),
    ("plain, exponential work", PLAIN, "exponential", 0.75),
    ("two partitions, 0.3 % retried", MIXED, "uniform", 0.84),
    ("a tight bound", MIXED, "uniform", 0.65),
    ("pauses of 0.15 s each minute", PAUSED, "uniform", 0.84),
    ("slow hand-over", SLOW_HAND_OVER, "uniform", 0.8),
    ("slots 6 % slower when all are busy", CONTENDED, "uniform", 0.8),
    ("0.3 s between activities", APART, "uniform", 0.95),
)


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """
    A bracket beside the truth.
    """

    system: str
    replicas: int
    truth: float
    bracket: CapacityBracket
    seconds: float
    probes: int
    has_second: bool
    uses_second: bool

    @property
    def holds(self) -> bool:
        """
        Whether the bracket holds the truth.
        """
        low, high = self.bracket.low, self.bracket.high
        return low is not None and high is not None and low <= self.truth <= high


def trials(system: int, replicas: int, runs: int) -> list[SearchTrial]:
    """
    Search one system again and again.
    """
    name, traits, work, limit = SYSTEMS[system]
    subject = Subject(replace(traits, replicas=replicas), work, limit)
    truth, bound, found = limit * capacity_of(subject), bound_of(subject).seconds, []
    for seed in range(1, runs + 1):
        plan = plan_of_one_count(replicas, bound, work, 100 * system + seed)
        design = Capacity(plan, CapacityQuestion(0, 1, MOST_PROBES), RATE_TASKS, EDGE_TASKS)
        kept, _ = SearchedSystem(subject.traits, 100 * system + seed).answer(design)
        search = design.search(replicas, kept)
        bracket, loop = search.bracket, search.loop
        assert bracket is not None and loop is not None
        seconds = sum(step.measured.warm_up_seconds + step.measured.window_seconds for step in kept)
        probes = sum(step.measured.arrival_rate is not None for step in kept)
        second = loop.second is not None
        found.append(SearchTrial(name, replicas, truth, bracket, seconds, probes, second, loop.takes_second))
    return found


def page(found: Sequence[SearchTrial], runs: int, minutes: float) -> str:
    """
    Write the page of what was found so far.
    """
    held, total = sum(trial.holds for trial in found), len(found)
    low, high = share_ends(held, total)
    lines = [
        "# How often a capacity's bracket is wrong",
        "",
        f"Made by `make truth-capacity` ({minutes:.0f} minutes, {runs} searches a system and count).",
        "",
        "The product's own design searched simulated systems whose capacity at the SLO is known from long runs: it saturated, "
        "calibrated, proposed a rate and probed it, each step from empty to empty.",
        "Where that left slots free, it saturated once more, with twice the orders in flight, and used the step that completed more.",
        "The systems share no code with the model, and have what the model lacks: partitions, retries, pauses, jitter, slots that slow each other.",
        "A bracket is 10 % of its middle wide.  A missing bracket counts as a bracket that does not hold the truth.",
        "",
        f"**{held} of {total} brackets held the truth** ({held / total:.1%}; {low:.1%} to {high:.1%}, each end at 95 %).",
        "",
        "| system | replicas | held the truth | middle over truth, mean ± sd | confirmed: both sides / at least one | second closed step: made / used | probes | seconds, median | seconds of a grid |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for replicas in sorted({trial.replicas for trial in found}):
        for name, *_ in SYSTEMS:
            mine = [trial for trial in found if (trial.replicas, trial.system) == (replicas, name)]
            if mine:
                lines.append(_row(name, f"{replicas}", mine))
    lines += [
        _row("all", f"{replicas}", [trial for trial in found if trial.replicas == replicas])
        for replicas in sorted({trial.replicas for trial in found})
    ]
    lines += [
        "",
        "Seconds are warm-ups and windows of one count, its closed steps included.",
        "The grid is 11 rates 10 % apart, from a third of what the slots can do up to it, a minute each after 5 s of warm-up.",
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, replicas: str, mine: Sequence[SearchTrial]) -> str:
    known = [trial for trial in mine if trial.bracket.low is not None and trial.bracket.high is not None]
    off = [100 * ((t.bracket.low + t.bracket.high) / 2 / t.truth - 1) for t in known]
    both = sum(trial.bracket.low_confirmed and trial.bracket.high_confirmed for trial in known)
    some = sum(trial.bracket.low_confirmed or trial.bracket.high_confirmed for trial in known)
    cells = (
        name,
        replicas,
        f"{sum(trial.holds for trial in mine)} of {len(mine)}",
        f"{np.mean(off):+.1f} ± {np.std(off):.1f} %" if off else "-",
        f"{both} / {some}",
        f"{sum(trial.has_second for trial in mine)} / {sum(trial.uses_second for trial in mine)}",
        f"{np.mean([trial.probes for trial in mine]):.1f}",
        f"{np.median([trial.seconds for trial in mine]):.0f}",
        f"{GRID_SECONDS:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = page_parser(__doc__, "truth-capacity.md")
    parser.add_argument("--runs", type=int, default=5, help="searches of a system and count")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    began, found = time.monotonic(), list[SearchTrial]()
    cells = [(system, replicas, given.runs) for replicas in (1, 2, 4) for system in range(len(SYSTEMS))]
    with multiprocessing.Pool(given.processes) as pool:
        for trial in [pool.apply_async(trials, cell) for cell in cells]:
            found += trial.get()
            minutes = (time.monotonic() - began) / 60
            given.output.write_text(page(found, given.runs, minutes), encoding="utf-8")
            print(
                f"{len(found)} searches after {minutes:.1f} minutes, {sum(t.holds for t in found)} held",
                file=sys.stderr,
                flush=True,
            )


if __name__ == "__main__":
    main()
