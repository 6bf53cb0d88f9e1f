"""
Closed steps on a machine without a core left.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from dataclasses import replace

from changes import halves

from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.resource_use import MachineUse

BY_ITSELF = {"worker": ProcessUse(16.0, 1), "server": ProcessUse(20.0, 1)}
UNSEEN_SERVER = {"worker": ProcessUse(16.0, 1)}
BESIDE_OTHERS = {"worker": ProcessUse(8.0, 1), "server": ProcessUse(12.0, 1)}


def filled(step: Measured, use: dict[str, ProcessUse] | None = None) -> Measured:
    """
    Fill the machine of a step.

    Args:
        step: Which.
        use: Of the CPU, by the system's own parts; what is missing to the whole is other programs'.
    """
    return replace(step, limits=replace(step.limits, machine=MachineUse(2, 1.97, 0.0)), use=use or BY_ITSELF)


def not_level(step: Measured) -> Measured:
    """
    Let the halves of its window differ by more than luck makes.
    """
    return halves(100, 113)(step)
