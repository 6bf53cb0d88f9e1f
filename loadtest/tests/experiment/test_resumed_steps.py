"""
A step that was interrupted and is measured anew, on a server that went on meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import FakeSystem

from loadtest.design.grid import Grid
from loadtest.errors import InjectorError
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.results.manifest import RunStart
from loadtest.results.run_folder import Run


async def test_it_starts_no_order_a_second_time(system: FakeSystem, tmp_path: Path) -> None:
    """The server has those of the interrupted step, and refuses their ids: they counted as failed orders."""
    plan, prefixes = quick_plan(replicas=(1,)), list[str]()
    run = Run.create(tmp_path, plan, synthetic_steps.manifest())
    start = RunStart("2026-01-02T03:04:05+00:00", ("loadtest",), {}, None, run.manifest.machine)
    system.injectors_break_at = 20.0
    for starts in (1, 2, 3):
        run.write_manifest(replace(run.manifest, starts=(start,) * starts))
        with pytest.raises(InjectorError, match="vanished"):
            await run_experiment(
                {None: fake_ports(system)},
                Run.open(run.path),
                Subject(None, own_worker=True),
                Grid(plan),
                lambda event: None,
                system.clock,
            )
        assert system.instruction is not None
        prefixes.append(system.instruction.id_prefix)

    assert len(set(prefixes)) == 3
    assert all(prefix.startswith(f"{run.path.name}-1-saturate-1") for prefix in prefixes)
