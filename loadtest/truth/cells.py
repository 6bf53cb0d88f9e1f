"""
What the trials try: systems, utilisations, and the number of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from event_system import Traits
from known_system import Subject, known, p95_seconds_at
from step_trial import Outcome, is_estimated, try_open_step

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
    "one activity, four side by side, one": Traits(1, shape=(1, 4, 1)),
    "six activities side by side": Traits(1, shape=(6,)),
    "six activities two by two, two partitions": Traits(1, partitions=2, shape=(2, 2, 2)),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One cell of one table: its trial, and how often the trial is made.

    Attributes:
        table, row, column: Place of the cell: table, row and column.
        subject, utilization, draws_known, slower_later: What the trial tries: the system, its utilisation, whether the
            draws are known, and by how much it is slower later.
        runs: Number of trials.
        true_p95_seconds: 95 % point of the waits in the long run, where a range of it is shown.
    """

    table: str
    row: str
    column: str
    subject: Subject
    utilization: float
    runs: int
    draws_known: bool = True
    slower_later: float = 0.0
    true_p95_seconds: float | None = None

    def outcome(self, seed: int) -> Outcome:
        """
        Make one trial.
        """
        return try_open_step(
            self.subject,
            self.utilization,
            seed,
            BUDGET_SECONDS,
            draws_known=self.draws_known,
            slower_later=self.slower_later,
            fit=self.table == "alarm",
            estimate=self.table == "decisions",
        )


def with_truth(cells: Sequence[Cell]) -> list[Cell]:
    """
    Return the cells of one system with the 95 % points that long runs give for it.
    """
    return [
        replace(
            cell,
            subject=known(cell.subject),
            true_p95_seconds=p95_seconds_at(cell.subject, cell.utilization)
            if cell.table == "decisions" and is_estimated(cell.utilization)
            else None,
        )
        for cell in cells
    ]


def outcomes(system: int, cells: Sequence[Cell], run: int) -> list[tuple[int, Outcome]]:
    """
    Make one run of the cells of one system, which share its saturate step.

    Args:
        system: Number of the system, from which its luck is made.
        cells: Cells of the system.
        run: Number of the run; cells with fewer runs are left out.

    Returns:
        Index of each cell among those given, and its outcome.
    """
    seed = 1000 * (system + 1) + run
    return [(place, cell.outcome(seed)) for place, cell in enumerate(cells) if run < cell.runs]


def limit_of(replicas: int) -> float:
    """
    Return the utilisation that is exactly at the SLO; with 8 replicas hardly a task waits below 0.9.
    """
    return 0.84 if replicas < 8 else 0.9


def utilizations_of(replicas: int) -> tuple[float, ...]:
    """
    Return the utilisations tried: those of a sweep, and 5 % beside the limit.
    """
    if replicas < 8:
        return UTILIZATIONS
    return (0.3, 0.5, 0.7, 0.8, 0.855, 0.945, 1.05, 1.2)


def all_systems(runs: int) -> list[list[Cell]]:
    """
    Return the cells, those of one system together.

    Args:
        runs: Number of runs of each cell of the first table and of the alarms, which share its twins; the other cells
            have half as many, and one more.
    """
    half = runs // 2 + 1
    cells = []
    for work, traits in (("uniform", MIXED), ("exponential", PLAIN)):
        for replicas in REPLICAS:
            subject = Subject(replace(traits, replicas=replicas), work, limit_of(replicas))
            row = f"{_count(replicas)}, {work}"
            cells += [
                Cell("decisions", row, f"{used:g}", subject, used, runs) for used in utilizations_of(replicas)
            ]
    for replicas in (1, 4):
        traits, row = replace(MIXED, replicas=replicas), _count(replicas)
        cells += [
            Cell("alarm", row, f"{slower:+.0%}", Subject(traits, "uniform"), 0.8, runs, slower_later=slower)
            for slower in (0.0, 0.05, 0.1)
        ]
        late = Subject(traits, "uniform", 0.84, Measure.END_TO_END)
        cells += [
            Cell("end to end", row, f"{used:g}", late, used, half) for used in (0.5, 0.7, 0.8, 0.88, 0.95)
        ]
        for work in ("uniform", "exponential"):
            cells += [
                Cell(
                    "unknown draws",
                    f"{row}, {work}",
                    f"{used:g}",
                    Subject(traits, work),
                    used,
                    half,
                    draws_known=False,
                )
                for used in (0.5, 0.7, 0.95)
            ]
    for name, traits in STRANGE.items():
        cells += [Cell("strange", name, f"{used:g}", Subject(traits, "uniform"), used, half) for used in NEAR]
    systems: dict[tuple[Traits, str], list[Cell]] = {}
    for cell in cells:
        systems.setdefault((cell.subject.traits, cell.subject.work), []).append(cell)
    return list(systems.values())


def _count(replicas: int) -> str:
    return f"{replicas} replica{'s' if replicas > 1 else ''}"
