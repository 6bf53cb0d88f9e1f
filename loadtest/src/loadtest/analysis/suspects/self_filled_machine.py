"""
A machine that the system under test fills by itself: nothing from outside took the missing cores.
"""

from __future__ import annotations

from loadtest.analysis.suspects.server_rules import is_disturbed, machine, other_cores
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.suspect import SuspectName


def why_full(measured: Measured, plan: Plan) -> str | None:
    """
    Say which parts of a step's own system fill its machine.

    Args:
        measured: The step.
        plan: Plan of the step's cell.

    Returns:
        ``None`` for a machine that has a core left, that other programs fill, or whose use is not known, as beside a
        server whose CPU is not seen.
    """
    readings = suspect_readings_of(measured, plan)
    full = [one for one in machine(readings) if one.name is SuspectName.MACHINE]
    if not full or other_cores(readings) is None or is_disturbed(readings):
        return None
    return f"{full[0].evidence}, so the system itself fills it"
