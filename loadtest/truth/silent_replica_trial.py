"""
How often a silent replica among ten is named, within which time, and how often one that works is, on workers of known answer.

    python loadtest/truth/silent_replica_trial.py [--output loadtest/docs/truth-alarms.md]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from docs_page import page_parser, write_section

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from polling_workers import PolledWorker, Silence, is_named, looks_at, seconds_to_name

from loadtest.analysis.estimators.intervals import share_ends

STEPS = 100
REPLICAS = 10
STEP_SECONDS = 60.0
NAMED_WITHIN_SECONDS = 10.0
# A second is drawn in which the replica falls silent; it is watched for as long as its slowest sign takes.
SILENT_FROM, SILENT_TO = 20.0, 40.0
WATCHED_SECONDS = 240.0
WORKERS = {
    "hardly any tasks, polls of 60 s": PolledWorker(arrivals_per_second=0.02),
    "half of its slots in use": PolledWorker(),
    "95 % of its slots in use": PolledWorker(arrivals_per_second=15.2),
    "more tasks than it can take": PolledWorker(arrivals_per_second=20.0),
    "one poller, 200 ms between two polls": PolledWorker(
        pollers=1, round_trip_seconds=0.2, arrivals_per_second=4.5
    ),
    "the same, without a count of tasks taken": PolledWorker(
        pollers=1, round_trip_seconds=0.2, arrivals_per_second=4.5, tells_taken=False
    ),
    "limited to 10/s by itself, with a hundred slots": PolledWorker(20.0, slots=100, limit_per_second=10.0),
    "limited to 1/s by itself": PolledWorker(2.0, slots=100, limit_per_second=1.0),
    "limited to 0.2/s by itself": PolledWorker(0.4, slots=100, limit_per_second=0.2),
    "limited to 0.1/s by itself": PolledWorker(0.2, slots=100, limit_per_second=0.1),
    "limited to 1/s, without a count of tasks taken": PolledWorker(
        2.0, slots=100, limit_per_second=1.0, tells_taken=False
    ),
    "activities of 30 s, 70 % of its slots in use": PolledWorker(0.093, task_seconds=30.0),
    "5 % of the looks fail": PolledWorker(lost_looks=0.05),
    "20 % of the looks fail": PolledWorker(lost_looks=0.2),
    "its page stands still for 3 s, three times a minute": PolledWorker(
        stall_every_seconds=20.0, stall_seconds=3.0
    ),
    "its page stands still for 5 s, once a minute": PolledWorker(stall_every_seconds=60.0, stall_seconds=5.0),
    "seen by heartbeats of 5 s alone": PolledWorker(beat_seconds=5.0),
    "seen by heartbeats of 60 s alone": PolledWorker(beat_seconds=60.0),
}
COUNTS = (10, 14, 28, 56)


@dataclass(frozen=True, slots=True)
class Named:
    """
    What a replica's silences came to.

    Attributes:
        steps: Number of steps that were tried.
        seconds: How long each one took that was named at all.
    """

    steps: int
    seconds: tuple[float, ...]

    @property
    def in_time(self) -> int:
        """
        How many were named within the bound.
        """
        return sum(each <= NAMED_WITHIN_SECONDS for each in self.seconds)

    @property
    def text(self) -> str:
        """
        The share within the bound, and median and longest time.
        """
        if not self.seconds:
            return "0 % | –"
        times = f"{np.median(self.seconds):.0f} s, at most {max(self.seconds):.0f} s"
        missed = self.steps - len(self.seconds)
        return (
            f"{100 * self.in_time / self.steps:.0f} % | {times}{f'; {missed} not at all' if missed else ''}"
        )


def false_alarms(worker: PolledWorker, steps: int = STEPS) -> int:
    """
    Count the steps of ten replicas that all work in which one is named.
    """
    return sum(
        any(
            is_named(
                looks_at(worker, STEP_SECONDS, np.random.default_rng((1, step, replica)), replicas=REPLICAS)
            )
            for replica in range(REPLICAS)
        )
        for step in range(steps)
    )


def silences(worker: PolledWorker, silence: Silence, steps: int = STEPS, replicas: int = REPLICAS) -> Named:
    """
    Let one replica of each step fall silent in it.
    """
    found = []
    for step in range(steps):
        draws = np.random.default_rng((2, step, silence.value))
        at = float(draws.uniform(SILENT_FROM, SILENT_TO))
        looks = looks_at(
            worker, at + WATCHED_SECONDS, draws, silence=silence, silent_at=at, replicas=replicas
        )
        found.append(seconds_to_name(looks, at))
    return Named(steps, tuple(each for each in found if each is not None))


def section() -> str:
    """
    Try all workers and write what came of it.
    """
    lines = [
        "Made by `make truth-silent`: simulated workers, poll by poll, looked at every 2 s as a step's watch does.",
        "A worker has 4 slots and 5 pollers, its tasks take 0.25 s, half of its slots are in use and its page tells polls, slots and tasks taken, unless the row says otherwise.",
        f"A false alarm is a step of {STEP_SECONDS:.0f} s in which a replica is named although all {REPLICAS} work: of {STEPS} steps each, with the upper end of the share at 95 %.",
        f"Then one replica of ten stops asking for tasks, or is stopped, at a random second: the share named within {NAMED_WITHIN_SECONDS:.0f} s, then median and longest time.",
        "",
        "| worker | false alarms | at most | asks for nothing, in time | named after | stopped, in time | named after |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, worker in WORKERS.items():
        false = false_alarms(worker)
        _, most = share_ends(false, STEPS)
        told = "– | – | – | –"
        if false < STEPS:
            told = " | ".join(silences(worker, silence).text for silence in Silence)
        lines.append(f"| {name} | {false} of {STEPS} | {100 * most:.1f} % | {told} |")
    lines += [
        "",
        "Two kinds of worker cannot be told from a silent one, and are called silent whenever they are looked at (–): one that does not count its tasks and has no poll out most of the time, and one that takes less than one task in 6.5 s by a limit of its own.",
        "Heartbeats name a silent replica later than pages, as a heartbeat stands until the next.",
        "",
        "Each look takes 14 replicas in turn, so of more replicas each is seen less often:",
        "",
        "| replicas | asks for nothing, in time | named after | stopped, in time | named after |",
        "| --- | --- | --- | --- | --- |",
    ]
    for replicas in COUNTS:
        told = " | ".join(silences(PolledWorker(), silence, replicas=replicas).text for silence in Silence)
        lines.append(f"| {replicas} | {told} |")
    return "\n".join(lines)


def main() -> None:
    """
    Try and write the section.
    """
    parser = page_parser(__doc__, "truth-alarms.md")
    given = parser.parse_args()
    write_section(given.output, "One silent replica among ten", section())
    print(given.output)


if __name__ == "__main__":
    main()
