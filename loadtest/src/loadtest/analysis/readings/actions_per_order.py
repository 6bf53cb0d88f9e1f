"""
Actions of an order, by the server's own counter.

The counter counts a whole namespace: the actions of everything else that runs there are in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from loadtest.analysis.readings.workflow_counts import whole_closed
from loadtest.results.measured_step import Measured

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
