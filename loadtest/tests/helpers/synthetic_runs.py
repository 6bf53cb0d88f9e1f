"""
Runs as a sweep leaves them, made from synthetic steps in a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import synthetic_steps

from loadtest.plan import Plan
from loadtest.results.manifest import Machine, RunStart
from loadtest.results.measured_step import Measured
from loadtest.results.run_folder import Run
from loadtest.results.step_key import step_keys

VERSIONS = {"python": "3.11.2", "temporalio": "1.35.0"}
MACHINE = Machine("here", "Linux", "a processor", 2, 8 * 2**30, 0.1)


def run_of(folder: Path, plan: Plan, steps: Sequence[Measured]) -> Run:
    """
    Return a run with these steps kept.
    """
    run = Run.create(folder, plan, synthetic_steps.manifest())
    for step in steps:
        run.write_step(step)
    return run


def kept_run(
    output: Path,
    plan: Plan | None = None,
    *,
    steps: int = 1,
    place: Mapping[str, str | int] | None = None,
    versions: Mapping[str, str] = VERSIONS,
) -> Run:
    """
    Return a run with its first steps kept.

    Args:
        output: Folder of all runs.
        plan: The demo's by default.
        steps: How many of its steps were measured.
        place: Where it measured; this machine by default.
        versions: Of its only start.
    """
    plan = plan or synthetic_steps.demo_plan()
    start = RunStart("2026-01-02T03:04:05+00:00", ("loadtest", "sweep"), versions, "c" * 40, MACHINE)
    manifest = replace(
        synthetic_steps.manifest(),
        place={"target": "local"} if place is None else place,
        directory=str(Path.cwd()),
        starts=(start,),
    )
    run = Run.create(output, plan, manifest, plan_text="name = 'demo'")
    for key in step_keys(plan)[:steps]:
        run.write_step(synthetic_steps.step(key.replicas, key.kind, key.repetition, plan))
    return run
