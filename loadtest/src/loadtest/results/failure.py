"""
A failed start or workflow as a value: where the failure was seen, and its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator


class FailureKind(StrEnum):
    """
    Where a failure was seen.
    """

    START = "start"  # the server did not confirm it
    RESULT = "result"  # the end could not be learnt
    WORKFLOW = "workflow"  # closed, but not as completed
    OUTCOME = "outcome"  # completed with a result that its scenario calls a failure
    UNFINISHED = "unfinished"  # still open when the drain gave up
    NEVER_SENT = "never sent"  # still queued when the drain gave up
    UNKNOWN = "unknown"  # counted by an injector that vanished


@dataclass(frozen=True, slots=True)
class Failure:
    """
    The key under which failures are counted; there are few different ones, as each is a label of a metric.

    Attributes:
        kind: Where the failure was seen.
        name: Name that the error, the status or the scenario gives it; empty where the kind tells all.
    """

    kind: FailureKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}" if self.name else str(self.kind)


ALREADY_RUNNING = Failure(FailureKind.START, "already running")
"""
A start that the server refused, as a workflow of its id runs.
"""


def _from_text(text: object) -> Failure:
    if isinstance(text, Failure):
        return text
    kind, _, name = str(text).partition(": ")
    return Failure(FailureKind(kind), name)


# A key of JSON is text; it is written and read only here.
_Key = Annotated[Failure, PlainValidator(_from_text), PlainSerializer(str, return_type=str)]
FailureCounts = Mapping[_Key, int]
FailureWords = Mapping[_Key, str]


def count_of(failed: FailureCounts, *kinds: FailureKind) -> int:
    """
    Return how many failures are of the given kinds.
    """
    return sum(number for failure, number in failed.items() if failure.kind in kinds)
