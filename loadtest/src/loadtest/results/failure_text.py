"""
What failed in a step, by name: orders, and attempts of activities and of workflow tasks.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.plural import counted
from loadtest.results.failure import Failure, FailureCounts, FailureKind
from loadtest.results.step_result_parts import Errors

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


def told_attempts(activities: Mapping[str, int], workflow_tasks: Mapping[str, int]) -> list[str]:
    """
    Return how many attempts of which activities failed, and of workflow tasks for which reason, the most frequent first;
    nothing of a kind of which none did.
    """
    kinds = (("activities", activities), ("workflow tasks", workflow_tasks))
    return [
        f"{counted(total, 'attempt')} of {kind} failed: {_listed(failed)}"
        for kind, failed in kinds
        if (total := sum(failed.values()))
    ]


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
