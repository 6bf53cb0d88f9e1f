"""
Whether the waits of several replica counts are the shortest that there can be, so that nobody looks for more in them.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.report.numbers import listed
from loadtest.report.run_cells import Cell

# Waits of queues that are hardly used differ by no more than two buckets of the workers' histograms.
ALIKE_RATIO = 1.44
MOST_USED_RATIO = 0.5


def shortest_waits(found: Sequence[Cell]) -> str | None:
    """
    Name the counts whose activities wait no longer than it takes to hand a task over; ``None`` for fewer than two.

    Args:
        found: The cells of one open load.
    """
    waits = {
        cell.replicas: wait
        for cell in found
        if cell.usable
        and all((step.utilization_ratio or 1.0) <= MOST_USED_RATIO for step in cell.usable)
        and (wait := cell.worst(lambda step: step.schedule_to_start_seconds.activity.p95)) is not None
    }
    alike = [str(count) for count, wait in waits.items() if wait <= ALIKE_RATIO * min(waits.values())]
    if len(alike) < 2:
        return None
    return (
        f"With {listed(alike)} replicas hardly a task queues: their waits are the time to hand a task over, "
        "which more replicas do not shorten."
    )
