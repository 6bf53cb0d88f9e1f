"""
Notes on what sampled histories show and a step does not count: activities and children on other task queues than the
one under test, and what goes on when its order has ended.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.plural import counted
from loadtest.results.history_sample import NEXUS
from loadtest.results.measured_step import Measured

# A user with one queue per session would otherwise fill the page.
_MOST_NAMED = 3
# Histories do not tell which of the two it was, and counts of orders that timed out hold those of failed activities.
_HOW_LEFT = "as abandoned ones, or where the server ends orders (time limit, termination)"
_ALL_WITH = "orders that end by themselves and wait for it would have it all"


def activities_elsewhere(measured: Measured) -> str | None:
    """
    Return a note if sampled histories hold activities of other task queues, whose waits and slots are not looked at.
    """
    queues = queues_elsewhere(measured)
    if not queues:
        return None
    if any(worker.serves_sessions for worker in measured.workers):
        return (
            "activities of these workflows run in sessions, on a task queue of each worker: how long those wait, and whether their "
            "slots are full, is not looked at here"
        )
    return (
        f"activities of these workflows are scheduled on other task queues too ({queues}): how long those wait, and whether "
        "their workers keep up, is not looked at here; sweep that task queue as well"
    )


def children_elsewhere(measured: Measured) -> str | None:
    """
    Return a note if sampled histories hold child workflows of other task queues, whose workers are not looked at.
    """
    sample = measured.histories
    if sample is None or not sample.children_elsewhere:
        return None
    return (
        f"child workflows of these workflows are on other task queues ({_most(sample.children_elsewhere)}): how long their tasks wait, and "
        "whether their workers keep up, is not looked at here; sweep that task queue as well"
    )


def nexus_note(measured: Measured) -> str | None:
    """
    Return a note if sampled orders have Nexus operations, whose tasks have a queue and slots of their own.
    """
    sample = measured.histories
    if sample is None or not (sample.nexus_operations or sample.waiting_seconds.get(NEXUS)):
        return None
    is_awaited = bool(sample.waiting_seconds.get(NEXUS))
    return (
        f"orders have Nexus operations: {'the wait for them is part of end to end, and ' if is_awaited else ''}how long the "
        "operations wait for a worker, and whether its slots for them are full, is not looked at here"
    )


def queues_elsewhere(measured: Measured) -> str:
    """
    Name the other task queues, those with most activities first; empty where there are none.
    """
    return _most(measured.histories.elsewhere if measured.histories is not None else {})


def _most(counted: Mapping[str, int]) -> str:
    names = sorted(counted, key=lambda name: (-counted[name], name))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"


def work_left_behind(measured: Measured) -> str | None:
    """
    Return a note if sampled workflows ended before activities or abandoned children of theirs did.

    What these do counts where it falls: after the last order of a closed load nobody waits for it, and the next step has
    it beside its own.
    """
    sample = measured.histories
    if sample is None or not (sample.left_activities or sample.left_children):
        return None
    left = [
        told
        for number, told in (
            (sample.left_activities, counted(sample.left_activities, "activity", "activities")),
            (sample.left_children, counted(sample.left_children, "child workflow")),
        )
        if number
    ]
    return (
        f"{counted(sample.workflows, 'sampled order')} ended before {' and '.join(left)} that they had started, {_HOW_LEFT}: what goes on is in "
        f"no order's time, and counts in the step in which it falls, as this one's or a later one's; {_ALL_WITH}"
    )


def orders_leave_work(measured: Measured) -> str | None:
    """
    Return the same for a whole run, without the numbers of one step, which the report has; ``None`` where no sampled order
    ended before what it had started.
    """
    sample = measured.histories
    if sample is None or not (sample.left_activities or sample.left_children):
        return None
    left = [
        kind
        for number, kind in (
            (sample.left_activities, "activities"),
            (sample.left_children, "child workflows"),
        )
        if number
    ]
    return (
        f"orders end before {' and '.join(left)} that they start, {_HOW_LEFT}: what goes on is in no order's time, and counts in "
        f"the step in which it falls, as this one's or a later one's; {_ALL_WITH}"
    )
