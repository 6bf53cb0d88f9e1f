"""
The repetitions of one cell, pooled as one longer window: adds failed orders and late tasks, never answers.

To join the answers of the repetitions would be a vote: of many repetitions one misses the bound by luck, and many short
ones never decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from loadtest.analysis.decisions.late_workflow_tasks import ALLOWED_RATIO, judge_share
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.twin.decision import DEVIATIONS, MISFIT_RATIO
from loadtest.plural import counted
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Errors
from loadtest.results.window_decision import Decided, Decision


def pooled_repetitions(steps: Sequence[StepResult]) -> list[StepResult]:
    """
    Return the steps, each with the failed orders and the late workflow tasks of all of them.

    Args:
        steps: Steps of one cell and load, all to be believed; at least one.
    """
    errors, workflow = _errors(steps), _workflow_tasks(steps)
    return [
        replace(
            step, errors=errors, workflow_decision=workflow if _is_counted(step) else step.workflow_decision
        )
        for step in steps
    ]


def pooled_late_tasks(decisions: Sequence[Decision]) -> Decision:
    """
    Join what the late activities of repetitions say.

    The twins' error shrinks with repetitions; the part of it that the model's misfit makes does not. A window's answer
    must hold without any single block, and so this answer must hold without any single repetition, as one stall can spoil
    one.

    Args:
        decisions: Of each repetition that has one; at least one.
    """
    late = math.fsum(each.late for each in decisions)
    twin = math.fsum(each.twin_late for each in decisions)
    luck = math.sqrt(math.fsum(each.twin_deviation**2 for each in decisions))
    # Where no activity goes through the queue there is nothing to add, and one that is open leaves it open.
    open_first = next((each for each in decisions if each.answer is not Decided.MET), decisions[0])
    joined = replace(open_first, late=late, twin_late=twin, twin_deviation=luck)
    if len(decisions) == 1 or twin <= 0:
        return joined
    least, difference = DEVIATIONS * max(luck, MISFIT_RATIO * twin), late - twin
    answer = Decided.MET if difference < 0 else Decided.MISSED
    told = f"{count_text(late)} late in {counted(len(decisions), 'repetition')}, and a system just at the limit would have {twin:.0f} ± {least:.0f}"
    if abs(difference) <= least:
        return replace(joined, answer=Decided.UNDECIDED, why=told)
    towards = math.copysign(1.0, difference)
    without = min(towards * (difference - (each.late - each.twin_late)) for each in decisions)
    if without <= least / 2:
        why = f"{told}, which rests on one of them alone"
        return replace(joined, answer=Decided.UNDECIDED, why=why)
    return replace(joined, answer=answer, why=None)


def _errors(steps: Sequence[StepResult]) -> Errors:
    failed = sum(step.errors.failed for step in steps)
    finished = sum(step.errors.finished for step in steps)
    return Errors(failed, finished, *share_ends(failed, finished))


def _is_counted(step: StepResult) -> bool:
    """
    Tell whether the late workflow tasks of a step were counted.
    """
    return step.workflow_decision is not None and step.workflow_decision.twin_late > 0


def _workflow_tasks(steps: Sequence[StepResult]) -> Decision | None:
    found = [step.workflow_decision for step in steps if step.workflow_decision and _is_counted(step)]
    if not found:
        return None
    tasks = round(math.fsum(each.twin_late for each in found) / ALLOWED_RATIO)
    added = judge_share(
        math.fsum(each.late for each in found),
        tasks,
        math.fsum(each.seconds for each in found),
        max(_burst(each) for each in found),
    )
    if added.answer is not Decided.UNDECIDED:
        return added
    return replace(added, why=f"{added.why}, over {len(found)} repetitions; more of them would tell")


def _burst(decision: Decision) -> float:
    """
    Return how many late tasks of a window were counted as one event, as they come in bursts.
    """
    return decision.twin_deviation**2 / (decision.twin_late * (1 - ALLOWED_RATIO))
