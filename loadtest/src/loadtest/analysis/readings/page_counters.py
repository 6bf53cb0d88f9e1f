"""
What the pages of server and workers counted in one step: per second, per workflow, and as shares; and the
actions of an order by kind, by the server's own counter.

Each reading that is null leaves its reason. The counter of actions counts a whole namespace: those of everything else
that runs there are in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from loadtest.analysis.readings import workflow_counts
from loadtest.analysis.readings.cpu_and_memory import per
from loadtest.analysis.readings.null_reasons import NO_SERVER, NO_WORKER, NullReasons
from loadtest.analysis.readings.workflow_counts import whole_closed
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, counter_of

NO_TRANSITIONS = "the server's page has no counter of state transitions"
NO_ACTIONS = "the server's page has no counter of actions, as one before 1.25"
NO_CLOSE = "no workflow of this step closed"


def sync_match_ratio(measured: Measured, why: NullReasons) -> float | None:
    """
    Return the share of the polls that got a task without its waiting in the database.
    """
    page = measured.server_whole
    return why.of(
        "sync_match_ratio",
        _share(page, "server.poll_success_sync", ("server.poll_success",)),
        _why_none(page, NO_SERVER, "no poll of this step got a task"),
    )


def state_transitions_per_second(measured: Measured, why: NullReasons) -> float | None:
    """
    Return the server's state transitions per second of the window.
    """
    page = measured.server_window
    seconds = page.seconds if page is not None else None
    return why.of(
        "state_transitions_per_second",
        per(_transitions(page), seconds),
        _why_none(page, NO_SERVER, NO_TRANSITIONS),
    )


def state_transitions_per_workflow(measured: Measured, why: NullReasons) -> float | None:
    """
    Return the server's state transitions for each workflow that closed.
    """
    found = _transitions(measured.server_whole)
    return why.of(
        "state_transitions_per_workflow",
        per(found, workflow_counts.whole_closed(measured)),
        _why_none(measured.server_whole, NO_SERVER, NO_CLOSE if found else NO_TRANSITIONS),
    )


def actions_per_workflow(
    measured: Measured, by_kind: dict[str, float] | None, why: NullReasons
) -> float | None:
    """
    Return the actions of a workflow of all kinds together.
    """
    page = measured.server_whole
    return why.of(
        "actions_per_workflow",
        sum(by_kind.values()) if by_kind is not None else None,
        _why_none(page, NO_SERVER, NO_CLOSE if counter_of(page, ACTIONS) else NO_ACTIONS),
    )


def sticky_hit_ratio(measured: Measured, why: NullReasons) -> float | None:
    """
    Return the share of the workflow tasks whose workflow was in the worker's cache.
    """
    page = measured.worker_whole
    return why.of(
        "sticky_hit_ratio",
        _share(page, "worker.sticky_hit", ("worker.sticky_hit", "worker.sticky_miss")),
        _why_none(page, NO_WORKER, "no workflow of this step was looked for in a cache"),
    )


def _transitions(page: Difference | None) -> float | None:
    return counter_of(page, "server.state_transitions")


def _why_none(page: Difference | None, nobody: str, no_event: str) -> str:
    """
    Tell a page that was not read apart from a page that was read and counted nothing.
    """
    return nobody if page is None else no_event


def _share(page: Difference | None, part: str, whole: tuple[str, ...]) -> float | None:
    if page is None:
        return None
    total = sum(page.counters.get(name, 0.0) for name in whole)
    return page.counters.get(part, 0.0) / total if total else None


ACTIONS = "server.actions"


def actions_per_order(steps: Sequence[Measured]) -> dict[str, float] | None:
    """
    Return the actions of one order by kind, most first, over whole steps.

    Returns:
        ``None`` where no step has the counter and closed orders.
    """
    total: Counter[str] = Counter()
    orders = 0
    for step in steps:
        closed = whole_closed(step)
        if step.server_whole is None or ACTIONS not in step.server_whole.counters or not closed:
            continue
        orders += closed
        total.update(step.server_whole.by_label.get(ACTIONS, {}))
    if not orders:
        return None
    return {kind: number / orders for kind, number in total.most_common()}
