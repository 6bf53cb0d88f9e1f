"""
Of which steps suspects are told: of those at a limit.
"""

from __future__ import annotations

from loadtest.analysis.suspects.pressure import pressure_of
from loadtest.analysis.suspects.ranking import rank_suspects
from loadtest.plan import Plan
from loadtest.results.measured import Measured
from loadtest.results.step_result import StepVerdict
from loadtest.results.suspect import Suspect

NOTHING_AT_ITS_LIMIT = "this load is no test of a limit: it is neither closed nor above capacity"


def step_suspects(measured: Measured, plan: Plan, verdict: StepVerdict) -> tuple[Suspect, ...] | None:
    """
    Rank the suspects of a closed or overloaded step; ``None`` for any other.
    """
    if measured.arrival_rate is not None and verdict is not StepVerdict.OVERLOADED:
        return None
    return rank_suspects(pressure_of(measured, plan))
