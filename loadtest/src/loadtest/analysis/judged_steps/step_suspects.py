"""
For which steps suspects are ranked: for those at a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loadtest.analysis.readings.settings_as_planned import reads_settings
from loadtest.analysis.rules.disturbances import disturbed_window
from loadtest.analysis.rules.enough_closes import too_few_closes
from loadtest.analysis.rules.validity import RULES, late_looks, late_starts, uneven_halves
from loadtest.analysis.suspects.ranking import rank_suspects
from loadtest.analysis.suspects.setting_names import of_own_workers
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import plan_of_cell
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import Suspect

NOTHING_AT_ITS_LIMIT = "this load is no test of a limit: it is neither closed nor above capacity"

# Workers that keep their own settings would be refused for a number that nobody wrote, or their relief would change
# nothing.
NOT_READ = (
    "only the kit's `main` reads a plan's settings, and these workers are not known to run it; on one machine "
    "`loadtest compare PLAN --a worker_command=... --b worker_command=...` tells what another setting gives"
)

# Readings of a stalled, disturbed or short window still show what waits, though its rate cannot be used.
_OF_A_RATE = (disturbed_window, late_looks, uneven_halves, too_few_closes, late_starts)


def ranking_problems(measured: Measured, plan: Plan) -> tuple[str, ...]:
    """
    Return why a step's readings rank no suspects; empty where they do.
    """
    cell = plan_of_cell(plan, measured.key)
    return tuple(problem for rule in RULES if rule not in _OF_A_RATE for problem in rule(measured, cell))


def step_suspects(
    measured: Measured, plan: Plan, verdict: StepVerdict, closed_load_limit: Limit | None = None
) -> tuple[Suspect, ...] | None:
    """
    Rank the suspects of a closed or overloaded step; ``None`` for any other.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        verdict: Verdict of the step.
        closed_load_limit: What limited the throughput of a closed load, as far as both of its steps tell.
    """
    if measured.arrival_rate is not None and verdict is not StepVerdict.OVERLOADED:
        return None
    ranked = rank_suspects(replace(suspect_readings_of(measured, plan), closed_load_limit=closed_load_limit))
    if reads_settings(measured.workers):
        return ranked
    sdks = [worker.sdk for worker in measured.workers]
    return tuple(_as_set(suspect, sdks) for suspect in ranked)


def _as_set(suspect: Suspect, sdks: Sequence[str | None]) -> Suspect:
    """
    Return a suspect with the setting's place for workers that take none from the kit's plan, environment or chart.
    """
    not_relieved = suspect.not_relieved if suspect.setting.variable is None else NOT_READ
    return replace(suspect, setting=of_own_workers(suspect.name, sdks), not_relieved=not_relieved)
