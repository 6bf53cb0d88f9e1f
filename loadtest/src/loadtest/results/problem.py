"""
A problem of a step as a value: its cause, whom and when it hit, and the words for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator


class ProblemCause(StrEnum):
    """
    Causes that rules tell apart.
    """

    ARRIVALS_MISSING = "arrivals missing"
    CLOCK = "clock"
    COUNTER_FELL = "counter fell"
    EARLIER_ORDERS = "workflows of earlier steps"
    FAMILY_ABSENT = "metric family absent"
    FLIGHT_BROKEN = "flight broken"
    INJECTOR_VANISHED = "injector vanished"
    LATE_NOT_COUNTED = "late tasks not counted"
    ORDER_REPLACED = "order replaced"
    OTHERS_POLL = "others poll"
    PAGE_UNUSABLE = "page unusable"
    REPLICA_SILENT = "replica silent"
    RESULT_NOT_JUDGED = "result not judged"
    TARGET_NOT_ASKED = "target not asked"
    WORKER_RESTARTED = "worker restarted"
    TOLD_IN_WORDS = "told in words"  # of a folder that was written before there were causes


@dataclass(frozen=True, slots=True)
class Problem:
    """
    One thing that makes a step invalid.

    Attributes:
        cause: Cause, for rules to check.
        text: The whole problem in words.
        subject: Id of the injector or identity of the replica that has the problem; null for the whole step.
        second: Seconds since the step's first instant, or null where that is not known.
    """

    cause: ProblemCause
    text: str
    subject: str | None = None
    second: float | None = None


def _from_words(told: object) -> object:
    if not isinstance(told, str):
        return told
    missing = "arrivals fell due" in told
    return Problem(ProblemCause.ARRIVALS_MISSING if missing else ProblemCause.TOLD_IN_WORDS, told)


# Folders of earlier versions hold only the words.
ReadProblem = Annotated[Problem, BeforeValidator(_from_words)]
