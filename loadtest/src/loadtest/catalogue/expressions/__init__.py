"""
Every PromQL expression once, by name; dashboards, rules and the report ask for them here.
"""

from __future__ import annotations

from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.expressions.load import LOAD
from loadtest.catalogue.expressions.overview import OVERVIEW
from loadtest.catalogue.expressions.server import SERVER
from loadtest.catalogue.expressions.sweep import SWEEP
from loadtest.catalogue.expressions.task_queues import TASK_QUEUES
from loadtest.catalogue.expressions.workers import WORKERS

ALL: tuple[Expression, ...] = (*OVERVIEW, *TASK_QUEUES, *WORKERS, *SERVER, *LOAD, *SWEEP)
BY_NAME: dict[str, Expression] = {expression.name: expression for expression in ALL}


def for_reading(reading: str) -> tuple[Expression, ...]:
    """
    Return the expressions that tell the same as a reading of ``sweep.json``.

    Args:
        reading: Its key, nested ones joined by a point (``schedule_to_start_seconds.activity.p95``);
            a key above them gives all that are below it.
    """
    return tuple(
        expression
        for expression in ALL
        if any(key == reading or key.startswith(f"{reading}.") for key in expression.readings)
    )


__all__ = ["ALL", "BY_NAME", "Expression", "for_reading"]
