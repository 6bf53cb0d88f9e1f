"""
Which plans a sweep can carry out.
"""

from __future__ import annotations

from loadtest.errors import InputError
from loadtest.plan import Plan, Saturate


def sweep_plan(asked: Plan) -> Plan:
    """
    Return a plan that a sweep can carry out.

    What replicas carry is read from the closed load, and repetitions are its only other windows: a second closed load would
    count as one of them.

    Raises:
        InputError: The plan has several closed loads; the error names them.
    """
    closed = [f"loads.{index}" for index, load in enumerate(asked.loads) if isinstance(load, Saturate)]
    if len(closed) > 1:
        raise InputError(
            f"plan: {' and '.join(closed)} are of kind saturate, and a sweep reads what replicas carry from one; leave the others "
            "out, and sweep them by plans of their own"
        )
    return asked
