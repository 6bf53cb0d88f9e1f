"""
What a step's workflows leave behind when they end: activities and children that go on.
"""

from __future__ import annotations

from loadtest.plural import counted
from loadtest.results.measured_step import Measured


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
        f"{counted(sample.workflows, 'sampled order')} ended before {' and '.join(left)} that they had started: what goes on is in "
        "no order's time, and counts in the step in which it falls, as this one's or a later one's; orders that wait for it would "
        "have it all"
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
        f"orders end before {' and '.join(left)} that they start, as with abandoned ones: what goes on is in no order's time, and counts in "
        "the step in which it falls, as this one's or a later one's; orders that wait for it would have it all"
    )
