"""
Makes the result of a run from its raw steps.

It joins the parts of the analysis and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from loadtest.analysis.capacities.scaling import describe_scaling
from loadtest.analysis.costs.cpu_cost import sweep_cpu_cost
from loadtest.analysis.decisions.fewest_replicas import fewest_replicas_by_load, no_demand
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.analysis.run_verdict import decide, decide_all
from loadtest.analysis.saturation.doubled_closed_load import first_key, why_doubled
from loadtest.analysis.suspects.relief_change import not_relieved_at
from loadtest.plan import Plan
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import Setting, setting_text
from loadtest.results.step_key import StepKey, combinations, plan_of_cell, step_keys
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SCHEMA_VERSION, CombinationResult, SweepResult


def analyse(steps: Sequence[Measured], plan: Plan, manifest: Manifest) -> SweepResult:
    """
    Return the result of a run: every reading, answer and verdict.

    Args:
        steps: The measured steps; some steps of the plan may be missing.
        plan: The plan that the run carries out.
        manifest: Manifest of the run.
    """
    closed = judge_closed(steps, plan)
    read = tuple(
        _with_reliefs(step, manifest.target)
        for step in _last_attempts([read_step(step, plan_of_cell(plan, step.key), closed) for step in steps])
    )
    kept = {step.key.folder for step in steps}
    measured = _measured_combinations(steps, plan)
    combined = tuple(
        _combination(factors, [step for step in read if step.key.factors == factors], plan)
        for factors in measured
    )
    verdict, reasons = decide_all(
        combined, [setting_text(each) for each in combinations(plan) if each not in measured]
    )
    missing = tuple(key.folder for key in _asked(read, steps, plan) if key.folder not in kept)
    return SweepResult(
        schema=SCHEMA_VERSION,
        run=manifest.run,
        plan=plan.name,
        scenario=plan.scenario,
        verdict=verdict,
        reasons=reasons,
        notes=manifest.notes,
        slo=plan.slo,
        combinations=combined,
        demand=combined[0].demand,
        demands=combined[0].demands,
        scaling=combined[0].scaling,
        cost=combined[0].cost,
        missing=missing,
        steps=read,
    )


def _with_reliefs(step: StepResult, target: str) -> StepResult:
    """
    Say of each suspect whether a search for the limit could relieve it where the run measured.
    """
    if step.suspects is None:
        return step
    told = tuple(replace(one, not_relieved=not_relieved_at(one, target)) for one in step.suspects)
    return replace(step, suspects=told)


def _last_attempts(read: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """
    Mark each step of which a later attempt may be believed as well, as where another version's rules left the earlier one
    out: both have the same draws, and are no two repetitions.
    """
    last = {step.key.first_attempt: step.attempt for step in read if step.is_usable}
    return tuple(
        replace(step, superseded=True)
        if step.is_usable and step.attempt != last[step.key.first_attempt]
        else step
        for step in read
    )


def _asked(read: Sequence[StepResult], steps: Sequence[Measured], plan: Plan) -> Iterator[StepKey]:
    """
    Return the steps of a plan, and the second step of each closed load whose first one asks for it.
    """
    wanted = {
        first_key(step.key)
        for step, result in zip(steps, read, strict=True)
        if result.is_usable and why_doubled(step, plan, result.suspects or ()) is not None
    }
    for key in step_keys(plan):
        yield key
        if key in wanted:
            yield replace(key, doubled=True)


def _measured_combinations(steps: Sequence[Measured], plan: Plan) -> list[Setting]:
    """
    Return the combinations that have a step, in the plan's order; the first one where none has.
    """
    measured = {step.key.factors for step in steps}
    every = combinations(plan)
    return [factors for factors in every if factors in measured] or every[:1]


def _combination(factors: Setting, steps: Sequence[StepResult], plan: Plan) -> CombinationResult:
    wanted = fewest_replicas_by_load(steps, plan)
    verdict, reasons = decide(steps, plan, wanted)
    return CombinationResult(
        factors=dict(factors),
        verdict=verdict,
        reasons=reasons,
        demand=wanted[0] if wanted else no_demand(),
        demands=wanted,
        scaling=describe_scaling(steps, plan.replicas, plan.seed),
        cost=sweep_cpu_cost(steps),
    )
