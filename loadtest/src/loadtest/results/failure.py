"""
A failed start or workflow as a value: where the failure was seen, and its name; and what did not end well in a step, by
name: orders, and attempts of activities and of workflow tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from loadtest.plural import counted
from loadtest.results.step_result_parts import ActivityTimeouts, Errors


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


# A scenario may fail in many ways; the rest is in the step's file.
_MOST_NAMES = 6
# Other failures make a step invalid, and its reasons tell them.
_FAILED_ORDERS = (FailureKind.START, FailureKind.WORKFLOW, FailureKind.OUTCOME)


def told_orders(errors: Errors, failed: FailureCounts, unit: str) -> str | None:
    """
    Return how many orders failed and by which outcomes, the most frequent first; ``None`` where none did.

    Args:
        errors: How many failed, of those that finished.
        failed: All failures by their keys.
        unit: What orders are called, in the plural.
    """
    names = {
        _name(failure): number
        for failure, number in failed.items()
        if number and failure.kind in _FAILED_ORDERS
    }
    if not names:
        return None
    return f"{errors.failed} of {errors.finished} {unit} failed: {_listed(names)}"


def told_attempts(
    activities: Mapping[str, int] | None,
    workflow_tasks: Mapping[str, int] | None,
    timeouts: ActivityTimeouts | None,
) -> list[str]:
    """
    Return how many attempts of which activities failed, how many the server gave up, and how many of workflow tasks failed for
    which reason, the most frequent first; nothing of a kind of which there were none, or of which nobody knows.
    """
    gone = timeouts.by_activity if timeouts is not None else {}
    kinds = (
        (activities or {}, "of activities failed", ""),
        (gone, "of activities timed out", _limits_told(timeouts)),
        (workflow_tasks or {}, "of workflow tasks failed", ""),
    )
    return [
        f"{counted(total, 'attempt')} {what}: {_listed(failed)}{more}"
        for failed, what, more in kinds
        if (total := sum(failed.values()))
    ]


def _limits_told(timeouts: ActivityTimeouts | None) -> str:
    """
    Say which time limits were passed, which one activity's options may have four of.
    """
    limits = timeouts.by_limit if timeouts is not None else {}
    return f" (by the server's clock, {_listed(limits)})" if limits else ""


def _listed(counts: Mapping[str, int]) -> str:
    often = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{number} {name}" for name, number in often[:_MOST_NAMES]]
    if rest := sum(number for _, number in often[_MOST_NAMES:]):
        told.append(f"{rest} others")
    return ", ".join(told)


def _name(failure: Failure) -> str:
    # The server's own words are in capitals: TIMED_OUT.
    name = failure.name.lower().replace("_", " ") if failure.name.isupper() else failure.name
    if failure.kind is FailureKind.START:
        return f"not started ({name})"
    return name or str(failure.kind)
