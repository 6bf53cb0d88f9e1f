"""
What hit a step from outside of its plan, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loadtest.results.resource_use import MachineTimes


class DisturbanceKind(StrEnum):
    """
    What hit a step.
    """

    RESTART = "restart"
    REPLICA_LOST = "replica lost"
    REFUSALS = "refusals"
    SERVER_ERRORS = "server errors"
    DATABASE_ERRORS = "database errors"
    STOLEN_CPU = "stolen CPU"
    OTHER_PROGRAMS = "other programs"
    STALL = "stall"


@dataclass(frozen=True, slots=True)
class OutsideLook:
    """
    What one look at a step's surroundings saw in the seconds since the look before.

    Attributes:
        at: Seconds since the step's first arrival was due.
        seconds: Seconds since the look before.
        counted_seconds: Seconds over which the server's counters were compared; ``None`` where they were not.
        refused: Requests that the server refused, by cause.
        server_errors: Requests to the server that ended in an error, by type.
        database_errors: Requests of the server to its database that failed, by type.
        restarts: Processes that were replaced since the look before, in words.
        lost: Replicas that are gone or were replaced since the step's beginning.
        stall_seconds: Longest delay, in seconds, with which this program woke up.
        machine: CPU time of the machine so far; ``None`` where the run uses several machines.
    """

    at: float
    seconds: float
    counted_seconds: float | None = None
    refused: Mapping[str, float] = field(default_factory=dict)
    server_errors: Mapping[str, float] = field(default_factory=dict)
    database_errors: Mapping[str, float] = field(default_factory=dict)
    restarts: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    stall_seconds: float = 0.0
    machine: MachineTimes | None = None


@dataclass(frozen=True, slots=True)
class Disturbance:
    """
    One disturbance of a step.

    Attributes:
        kind: Kind of the disturbance.
        start: Its earliest possible beginning, in seconds since the step's first arrival was due.
        end: Its latest possible end, in seconds likewise.
        what: What was seen, as a clause.
        counts: Whether the step's answer rests on these seconds, which makes the step invalid.
    """

    kind: DisturbanceKind
    start: float
    end: float
    what: str
    counts: bool

    @property
    def span(self) -> str:
        """
        The seconds of the disturbance in words, such as ``seconds 0 to 15``; one that began just before the first
        arrival began at 0.
        """
        return f"seconds {round(self.start)} to {round(self.end)}"
