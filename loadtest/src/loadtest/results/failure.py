"""
A failed start or workflow as a value: who refused, and in which words.
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
    What failures are counted by; there are few of them, as each is a label of a metric.

    Attributes:
        kind: Where it was seen.
        name: What the error, the status or the scenario calls it; empty where the kind says all.
    """

    kind: FailureKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}" if self.name else str(self.kind)


def _from_text(text: object) -> Failure:
    if isinstance(text, Failure):
        return text
    kind, _, name = str(text).partition(": ")
    return Failure(FailureKind(kind), name)


# In JSON a key is text; here alone it is made and read.
_Key = Annotated[Failure, PlainValidator(_from_text), PlainSerializer(str, return_type=str)]
FailureCounts = Mapping[_Key, int]
FailureWords = Mapping[_Key, str]


def count_of(failed: FailureCounts, *kinds: FailureKind) -> int:
    """
    Return how many failures are of some kinds.
    """
    return sum(number for failure, number in failed.items() if failure.kind in kinds)
