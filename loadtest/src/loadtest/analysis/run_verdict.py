"""
The verdict of a whole run: pass, fail, undecided or invalid, and the exit code of each.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from loadtest.analysis.decisions.slo import judge_count, judge_errors, judge_step
from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.judged_steps.worth_another_attempt import answer_rests_on
from loadtest.analysis.readings.step_load import load_shape, shape_text
from loadtest.plan import LoadKind, Plan
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import CombinationResult, Demand, RunVerdict, SloAnswer, SweepResult

EXIT_CODES = {RunVerdict.PASS: 0, RunVerdict.FAIL: 1, RunVerdict.UNDECIDED: 3, RunVerdict.INVALID: 3}
_WORST_FIRST = (RunVerdict.INVALID, RunVerdict.FAIL, RunVerdict.UNDECIDED)


def exit_code(sweep: SweepResult) -> int:
    """
    Return what the program ends with: 0 pass, 1 an SLO is missed, 3 undecided or invalid.
    """
    return EXIT_CODES[sweep.verdict]


def cells_without_usable_step(steps: Sequence[StepResult], plan: Plan) -> dict[tuple[int, int], str]:
    """
    Return each measured cell of one combination that has no step that may be believed.

    Returns:
        Replica count and index of the load of each such cell, with the reasons.
    """
    reasons = {}
    for (replicas, load), found in _by_cell(steps).items():
        if not any(step.is_usable for step in found):
            told = "; ".join(dict.fromkeys(reason for step in found for reason in step.reasons))
            reasons[replicas, load] = f"step replicas={replicas} load={plan.loads[load].kind.value}: {told}"
    return reasons


def decide(
    steps: Sequence[StepResult], plan: Plan, demands: Sequence[Demand]
) -> tuple[RunVerdict, tuple[str, ...]]:
    """
    Decide one combination of a run.

    Invalid: a cell that the answer needs has no step that may be believed. Fail: the steps tell that the SLO is not
    kept, that is, no replica count keeps it at one of the open loads, whatever is known of the others, or a step misses
    it in a plan without an open load. Undecided: at an open load no count is known to keep the SLO and some may; or, in
    a plan without an open load, for some cell it is not known whether it keeps the SLO.

    Args:
        steps: Steps of the combination.
        plan: The plan that the run carries out.
        demands: Demands of the combination.

    Returns:
        The verdict and its reasons; none for a pass.
    """
    if not steps:
        return RunVerdict.INVALID, ("no step was measured",)
    broken = cells_without_usable_step(steps, plan)
    if broken and not _stands_without(broken, plan, demands):
        return RunVerdict.INVALID, tuple(broken.values())
    open_ended = [each for each in demands if each.replicas is None]
    unknown = [
        f"at {_rate(each, plan)}: {each.why}: {each.by_replicas[str(each.undecided[0])].why[0]}"
        for each in open_ended
        if each.undecided
    ]
    failed = [
        f"at {_rate(each, plan)}: {each.why}: {'; '.join(each.by_replicas[str(each.not_enough[-1])].why)}"
        for each in open_ended
        if each.not_enough and not each.undecided
    ]
    if not demands:
        failed = [f"step {step.step}: {reason}" for step in steps for reason in _missed_bounds(step, plan)]
        unknown = _unknown_cells(steps, plan)
    if failed:
        return RunVerdict.FAIL, tuple(failed)
    return (RunVerdict.UNDECIDED, tuple(unknown)) if unknown else (RunVerdict.PASS, ())


def decide_all(
    combinations: Sequence[CombinationResult], unmeasured: Sequence[str] = ()
) -> tuple[RunVerdict, tuple[str, ...]]:
    """
    Decide a run from its combinations of factors: the worst of their verdicts, so that a pass hides no miss.

    Args:
        combinations: Results of the measured combinations.
        unmeasured: The combinations that were not measured, in words; it is not known whether they keep the bounds.

    Returns:
        The verdict, and the reasons of each combination that has it, the combination named.
    """
    for verdict in _WORST_FIRST:
        worst = [each for each in combinations if each.verdict is verdict]
        if worst:
            return verdict, tuple(
                f"{each.setting}: {reason}" if each.factors else reason
                for each in worst
                for reason in each.reasons
            )
    if unmeasured:
        return RunVerdict.UNDECIDED, tuple(f"{setting}: no step was measured" for setting in unmeasured)
    return RunVerdict.PASS, ()


def _stands_without(broken: Iterable[tuple[int, int]], plan: Plan, demands: Sequence[Demand]) -> bool:
    """
    Tell whether every open load has an answer that needs none of these cells.
    """
    needed = any(answer_rests_on(replicas, load, plan) for replicas, load in broken)
    return bool(demands) and not needed and all(each.is_decided for each in demands)


def _unknown_cells(steps: Sequence[StepResult], plan: Plan) -> list[str]:
    """
    Return each cell of the plan of which it is not known whether it keeps the bounds that apply to it.
    """
    told = []
    measured = _by_cell(step for step in steps if step.counts_for_cell)
    for replicas, load in itertools.product(plan.replicas, range(len(plan.loads))):
        kind, found = plan.loads[load].kind, measured.get((replicas, load), [])
        if kind is LoadKind.SATURATE and found:
            judgements = [judge_errors(step, plan.slo) for step in found]
        else:
            judgements = [judge_count(found, plan.slo)]
        unknown = [each.why[0] for each in judgements if each.answer is SloAnswer.UNDECIDED]
        told += [f"replicas={replicas} load={kind.value}: {why}" for why in dict.fromkeys(unknown)]
    return told


def _by_cell(steps: Iterable[StepResult]) -> dict[tuple[int, int], list[StepResult]]:
    """
    Group the steps of one combination by replica count and load.
    """
    cells: dict[tuple[int, int], list[StepResult]] = {}
    for step in steps:
        cells.setdefault((step.replicas, step.load.index), []).append(step)
    return cells


def _missed_bounds(step: StepResult, plan: Plan) -> tuple[str, ...]:
    # The latencies of a saturate load come from its loop; only errors can be compared with a bound.
    judge = judge_errors if plan.loads[step.load.index].kind is LoadKind.SATURATE else judge_step
    judgement = judge(step, plan.slo)
    return judgement.why if judgement.answer is SloAnswer.MISSED else ()


def _rate(demand: Demand, plan: Plan) -> str:
    shape = None if demand.load is None else load_shape(plan.loads[demand.load], demand.arrival_rate)
    return "the open load" if shape is None else shape_text(shape, rate_text)
