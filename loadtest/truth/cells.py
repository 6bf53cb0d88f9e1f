"""
What is tried: systems, utilisations, and how often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from event_system import Traits
from known_system import Subject
from step_trial import Outcome, try_open_step

from loadtest.analysis.twin import Measure

BUDGET_SECONDS = 240
REPLICAS = (1, 2, 4, 8)
UTILIZATIONS = (0.3, 0.5, 0.7, 0.8, 0.88, 0.95, 1.05, 1.2)
NEAR = (0.8, 0.88)
MIXED = Traits(
    1,
    jitter_seconds=0.004,
    contention=0.02,
    partitions=2,
    retried=0.003,
    pause_every_seconds=60,
    pause_seconds=0.15,
)
PLAIN = Traits(1)
STRANGE = {
    "oldest first, one partition": Traits(1, newest_first=-1.0),
    "any order": Traits(1, newest_first=0.0),
    "newest first in 80 %": Traits(1, newest_first=0.8),
    "four partitions": Traits(1, partitions=4),
    "slots 6 % slower when all are busy": Traits(1, contention=0.06),
    "2 % of attempts fail, back after 0.2 s": Traits(1, retried=0.02),
    "pauses of 0.5 s each 30 s": Traits(1, pause_every_seconds=30, pause_seconds=0.5),
    "jitter of 30 ms in the slot": Traits(1, overhead_seconds=0.035, jitter_seconds=0.03),
    "60 ± 40 ms between activities": Traits(1, gap_seconds=0.02, gap_jitter_seconds=0.04),
    "15 ms of dead time": Traits(1, dead_seconds=0.015),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell of one table: how often which trial is made.
    """

    table: str
    row: str
    column: str
    subject: Subject
    utilization: float
    runs: int
    draws_known: bool = True
    slower_later: float = 0.0

    def outcomes(self) -> Iterator[Outcome]:
        """
        Make the trials.
        """
        for seed in range(self.runs):
            yield try_open_step(
                self.subject,
                self.utilization,
                seed,
                BUDGET_SECONDS,
                draws_known=self.draws_known,
                slower_later=self.slower_later,
            )


def limit_of(replicas: int) -> float:
    """
    Return the utilisation that stands just at the SLO; with 8 replicas hardly a task waits below 0.9.
    """
    return 0.84 if replicas < 8 else 0.9


def utilizations_of(replicas: int) -> tuple[float, ...]:
    """
    Return the utilisations tried: those of a sweep, and 5 % beside the limit.
    """
    if replicas < 8:
        return UTILIZATIONS
    return (0.3, 0.5, 0.7, 0.8, 0.855, 0.945, 1.05, 1.2)


def all_cells(runs: int) -> list[list[Cell]]:
    """
    Return the cells in groups that share a system, whose long runs are made once.
    """
    groups = []
    for work, traits in (("uniform", MIXED), ("exponential", PLAIN)):
        for replicas in REPLICAS:
            subject = Subject(replace(traits, replicas=replicas), work, limit_of(replicas))
            row = f"{replicas} replica{'s' if replicas > 1 else ''}, {work}"
            groups.append(
                [
                    Cell("decisions", row, f"{used:g}", subject, used, runs)
                    for used in utilizations_of(replicas)
                ]
            )
    half = runs + 1
    for replicas in (1, 4):
        for work in ("uniform", "exponential"):
            subject = Subject(replace(MIXED, replicas=replicas), work)
            row = f"{replicas} replica{'s' if replicas > 1 else ''}, {work}"
            groups.append(
                [
                    Cell("unknown draws", row, f"{used:g}", subject, used, half, draws_known=False)
                    for used in (0.5, 0.7, 0.95)
                ]
            )
        late = Subject(replace(MIXED, replicas=replicas), "uniform", 0.84, Measure.END_TO_END)
        row = f"{replicas} replica{'s' if replicas > 1 else ''}"
        groups.append(
            [Cell("end to end", row, f"{used:g}", late, used, half) for used in (0.5, 0.7, 0.8, 0.88, 0.95)]
        )
        same = Subject(replace(MIXED, replicas=replicas), "uniform")
        groups.append(
            [
                Cell("alarm", row, f"{slower:+.0%}", same, 0.8, half, slower_later=slower)
                for slower in (0.0, 0.05, 0.1)
            ]
        )
    for name, traits in STRANGE.items():
        groups.append(
            [Cell("strange", name, f"{used:g}", Subject(traits, "uniform"), used, half) for used in NEAR]
        )
    # The largest systems last, so that a run that is broken off has something of each table.
    return sorted(
        groups, key=lambda group: (group[0].subject.traits.replicas == 8, group[0].table == "strange")
    )
