"""
What is not seen of activities that a step's workflows schedule on other task queues than the one under test.
"""

from __future__ import annotations

from loadtest.results.measured_step import Measured

# A user with one queue per session would otherwise fill the page.
_MOST_NAMED = 3


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


def queues_elsewhere(measured: Measured) -> str:
    """
    Name the other task queues, those with most activities first; empty where there are none.
    """
    counted = measured.histories.elsewhere if measured.histories is not None else {}
    names = sorted(counted, key=lambda name: (-counted[name], name))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"
