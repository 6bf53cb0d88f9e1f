"""
From raw steps to everything that is said of a run.

It joins the parts of the analysis and decides nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.cost import cost
from loadtest.analysis.reading import read_step
from loadtest.analysis.scaling import describe_scaling
from loadtest.analysis.slo import demands, no_demand
from loadtest.analysis.verdict import decide
from loadtest.plan import Plan
from loadtest.results.manifest import Manifest
from loadtest.results.measured import Measured
from loadtest.results.step_keys import step_keys
from loadtest.results.sweep_result import SCHEMA_VERSION, SweepResult


def analyse(steps: Sequence[Measured], plan: Plan, manifest: Manifest) -> SweepResult:
    """
    Say everything there is to say of a run.

    Args:
        steps: What was measured, maybe not all of the plan.
        plan: What was asked.
        manifest: Of the run.
    """
    read = tuple(read_step(step, plan.with_factors(dict(step.key.factors)), steps) for step in steps)
    kept = {step.key.folder for step in steps}
    wanted = demands(read, plan)
    verdict, reasons = decide(read, plan, wanted)
    missing = tuple(key.folder for key in step_keys(plan) if key.folder not in kept)
    return SweepResult(
        schema=SCHEMA_VERSION,
        run=manifest.run,
        plan=plan.name,
        scenario=plan.scenario,
        verdict=verdict,
        reasons=reasons,
        notes=manifest.notes,
        slo=plan.slo,
        demand=wanted[0] if wanted else no_demand(),
        demands=wanted,
        scaling=describe_scaling(read, plan.replicas, plan.seed),
        cost=cost(read),
        missing=missing,
        steps=read,
    )
