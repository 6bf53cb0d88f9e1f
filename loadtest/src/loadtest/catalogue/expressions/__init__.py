"""
Every PromQL expression, once and by name; dashboards, rules and the report take them from here.
"""

from __future__ import annotations

from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.expressions.load_expressions import LOAD_EXPRESSIONS
from loadtest.catalogue.expressions.overview_expressions import OVERVIEW_EXPRESSIONS
from loadtest.catalogue.expressions.server_expressions import SERVER_EXPRESSIONS
from loadtest.catalogue.expressions.sweep_expressions import SWEEP_EXPRESSIONS
from loadtest.catalogue.expressions.task_queue_expressions import TASK_QUEUE_EXPRESSIONS
from loadtest.catalogue.expressions.worker_expressions import WORKER_EXPRESSIONS

ALL: tuple[Expression, ...] = (
    *OVERVIEW_EXPRESSIONS,
    *TASK_QUEUE_EXPRESSIONS,
    *WORKER_EXPRESSIONS,
    *SERVER_EXPRESSIONS,
    *LOAD_EXPRESSIONS,
    *SWEEP_EXPRESSIONS,
)
BY_NAME: dict[str, Expression] = {expression.name: expression for expression in ALL}


def for_reading(reading: str) -> tuple[Expression, ...]:
    """
    Return the expressions that are about the same as a reading of ``sweep.json``, of a running system and in units of their own.

    Args:
        reading: Key of the reading; nested keys are joined by a point (``schedule_to_start_seconds.activity.p95``); a
            key above them gives all expressions below it.
    """
    return tuple(
        expression
        for expression in ALL
        if any(key == reading or key.startswith(f"{reading}.") for key in expression.readings)
    )


__all__ = ["ALL", "BY_NAME", "Expression", "for_reading"]
