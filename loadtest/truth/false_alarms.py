"""
How often a steady machine is told of disturbances and silent replicas that were none, counted over finished runs.

Nothing was planted in these runs, so each alarm is false, or the machine was not as steady as was thought.

    python loadtest/truth/false_alarms.py RUN [RUN ...] [--output loadtest/docs/truth-alarms.md]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from docs_page import page_parser, write_head

from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.rules.disturbances import disturbances
from loadtest.results.disturbance import DisturbanceKind
from loadtest.results.measured_step import Measured
from loadtest.results.problem import ProblemCause
from loadtest.results.run_folder import Run

SILENT = "silent replica"


@dataclass(slots=True)
class Alarms:
    """
    What was counted.

    Attributes:
        steps: Steps with looks at their surroundings.
        seconds: Their time from the first arrival to the end of the window.
        replica_seconds: The same times the replicas.
        told: Steps in which each kind was told.
        spoilt: Steps whose answer a disturbance made invalid.
    """

    steps: int = 0
    seconds: float = 0.0
    replica_seconds: float = 0.0
    told: Counter[str] = field(default_factory=Counter)
    spoilt: int = 0

    def add(self, measured: Measured) -> None:
        """
        Count one step.
        """
        seconds = measured.warm_up_seconds + measured.window_seconds
        self.steps += 1
        self.seconds += seconds
        self.replica_seconds += seconds * measured.key.replicas
        found = disturbances(measured)
        kinds = {one.kind.value for one in found}
        if any(one.cause is ProblemCause.REPLICA_SILENT for one in measured.problems):
            kinds.add(SILENT)
        self.told.update(kinds)
        self.spoilt += any(one.counts for one in found)


def count(runs: Iterable[Path]) -> Alarms:
    """
    Count the alarms of finished runs.
    """
    found = Alarms()
    for path in runs:
        for measured in Run.open(path).read_steps():
            if measured.outside:
                found.add(measured)
    return found


def page(found: Alarms, runs: int) -> str:
    """
    Write the page.
    """
    kinds = [*(kind.value for kind in DisturbanceKind), SILENT]
    lines = [
        "# Alarms on a steady machine",
        "",
        f"Counted by `make truth-runs` over {runs} runs on one machine with nothing else running and nothing planted: {found.steps} steps, {found.seconds / 60:.0f} minutes of load, {found.replica_seconds / 60:.0f} minutes of a replica.",
        "Each alarm is false, or the machine was not as steady as was thought.",
        "",
        f"A disturbance made {found.spoilt} of {found.steps} steps invalid (at most {_at_most(found.spoilt, found.steps)} at 95 %).",
        "",
        "| alarm | steps | at most, at 95 % |",
        "| --- | --- | --- |",
        *(f"| {kind} | {found.told[kind]} | {_at_most(found.told[kind], found.steps)} |" for kind in kinds),
    ]
    return "\n".join(lines) + "\n"


def _at_most(told: int, steps: int) -> str:
    _, high = share_ends(told, steps)
    return f"{100 * high:.1f} %"


def main() -> None:
    """
    Count and write the page.
    """
    parser = page_parser(__doc__, "truth-alarms.md")
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs")
    given = parser.parse_args()
    found = count(given.runs)
    if not found.steps:
        raise SystemExit("error: no step of these runs looked at its surroundings")
    write_head(given.output, page(found, len(given.runs)))
    print(given.output)


if __name__ == "__main__":
    main()
