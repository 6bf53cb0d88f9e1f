"""
A machine that the system under test itself fills: nothing from outside took what is missing.
"""

from __future__ import annotations

from loadtest.analysis.suspects.pressure import pressure_of
from loadtest.analysis.suspects.server_rules import is_disturbed, machine, other_cores
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.suspect import SuspectName


def why_full(measured: Measured, plan: Plan) -> str | None:
    """
    Say by what a step's own system fills its machine.

    Args:
        measured: The step.
        plan: Of its cell.

    Returns:
        ``None`` of one that has a core left, that others fill, or of which nobody knows, as beside a server whose CPU
        is not seen.
    """
    pressure = pressure_of(measured, plan)
    full = [one for one in machine(pressure) if one.name is SuspectName.MACHINE]
    if not full or other_cores(pressure) is None or is_disturbed(pressure):
        return None
    return f"{full[0].evidence}, so the system itself fills it"
