"""
Whether a step that broke a rule of validity is worth another attempt.

One of which no workflow ended is not.  Neither is a closed load on a machine that the system under test itself fills: there,
of nine second attempts one was valid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from loadtest.analysis.judged_steps.step_verdict import JudgedStep, broken_rules
from loadtest.analysis.readings.workflow_counts import is_closed, none_ended
from loadtest.analysis.rules.disturbances import disturbances, disturbed_window
from loadtest.analysis.rules.enough_closes import is_too_short_again
from loadtest.analysis.rules.validity import EVIDENCE_OF_OVERLOAD, RULES, late_looks, uneven_halves
from loadtest.analysis.suspects.server_rules import why_full
from loadtest.plan import Fraction, LoadKind, Open, Plan
from loadtest.results.disturbance import DisturbanceKind
from loadtest.results.measured_step import Measured

# Rules that a machine without a free core breaks by itself, and would break again.
_MADE_BY_FULL_MACHINE = (uneven_halves, late_looks)


def answer_rests_on(replicas: int, load: int, plan: Plan) -> bool:
    """
    Tell whether the answers on the open loads need one cell of a plan.

    An answer needs the late tasks of its own steps. It also needs the closed load that its rate is taken from: that of
    the first replica count where the rate is a share of that count's throughput, and that of each count where a load
    is a fraction of the count's throughput.

    Args:
        replicas: Replica count of the cell.
        load: Index of the cell's load in the plan.
        plan: Plan of the run.
    """
    if plan.loads[load].kind is not LoadKind.SATURATE or any(
        isinstance(each, Fraction) for each in plan.loads
    ):
        return True
    shares = any(isinstance(each, Open) and each.arrival_rate is None for each in plan.loads)
    return shares and replicas == plan.replicas[0]


def why_not_again(measured: Measured, plan: Plan) -> str | None:
    """
    Say why a sweep does not repeat an invalid step, as a clause; ``None`` where it does repeat it.

    Args:
        measured: The invalid step.
        plan: Plan of the step's cell.
    """
    if not disturbed_window(measured, plan):
        if none_ended(measured):
            return "none of its workflows would end in another one either"
        if is_too_short_again(measured):
            return "none would close in another window of that length either"
    asked = any(isinstance(each, Open) for each in plan.loads)
    if (
        not is_closed(measured)
        or not asked
        or answer_rests_on(measured.key.replicas, measured.key.load, plan)
    ):
        return None
    full = why_full(measured, plan)
    if full is None or not _made_by_full_machine(measured, plan):
        return None
    return f"{full} and would again, and no answer at the open load's rate rests on this step"


def repeat_notes(measured: Measured, plan: Plan, closed: Iterable[JudgedStep], *, invalid: bool) -> list[str]:
    """
    Return notes for the reader on an invalid step that was not repeated.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        closed: The run's closed steps, with all attempts at this one.
        invalid: Whether the step is invalid.
    """
    if not invalid or measured.key.attempt > 1:
        return []
    why = why_not_again(measured, plan)
    if why is None or any(_is_later_attempt(each.measured, measured) for each in closed):
        return []
    return [f"a sweep does not measure this step again: {why}"]


def _made_by_full_machine(measured: Measured, plan: Plan) -> bool:
    """
    Tell whether a full machine alone explains every rule that a step breaks: a process that waits for a core was not
    hit from outside.
    """
    others = [
        rule
        for rule in (*RULES, *EVIDENCE_OF_OVERLOAD)
        if rule not in (*_MADE_BY_FULL_MACHINE, disturbed_window)
    ]
    hits = {each.kind for each in disturbances(measured) if each.counts}
    return hits <= {DisturbanceKind.STALL} and not broken_rules(measured, plan, others)


def _is_later_attempt(other: Measured, step: Measured) -> bool:
    return other.key.attempt > step.key.attempt and other.key == replace(step.key, attempt=other.key.attempt)
