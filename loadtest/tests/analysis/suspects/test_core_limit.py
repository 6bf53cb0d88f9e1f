"""
Workers whose containers may use less than they could: a CPU limit throttles them, and the readings look like other causes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from recorded_pressures import PLANTED

from loadtest.analysis.suspects.ranking import rank_suspects
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.results.resource_use import ResourceUse
from loadtest.results.suspect import SuspectName as S

# Its workflow tasks take long at 0.2 cores a worker.
BLOCKED = PLANTED["blocked loop"][0]


@pytest.mark.parametrize(
    ("limit", "one_core", "suspect", "evidence"),
    [
        pytest.param(
            0.2,
            True,
            S.WORKER_CPU,
            "each worker uses 0.20 cores of the 0.2 that its container may use",
            id="full",
        ),
        pytest.param(
            0.3,
            True,
            S.WORKER_CPU,
            "in the mean, and each worker uses 0.20 cores of the 0.3 that its container may use",
            id="busy",
        ),
        pytest.param(0.5, True, S.BLOCKED_LOOP, "0.20 cores of the 0.5 that", id="has-some-left"),
        pytest.param(2.0, True, S.BLOCKED_LOOP, "each worker uses 0.20 cores", id="python-uses-one"),
        pytest.param(None, True, S.BLOCKED_LOOP, "each worker uses 0.20 cores", id="no-limit"),
        pytest.param(0.2, False, S.WORKER_CPU, "0.20 cores of the 0.2 that", id="go"),
    ],
)
def test_a_worker_that_its_limit_throttles_is_not_told_as_blocked(
    limit: float | None, one_core: bool, suspect: S, evidence: str
) -> None:
    """Its own calls block nothing: it gets no more of the CPU."""
    pressure = replace(BLOCKED, worker_core_limit=limit, runs_on_one_core=one_core)

    first = rank_suspects(pressure)[0]

    assert first.name is suspect
    assert evidence in first.evidence


def test_many_cores_are_full_too() -> None:
    """A worker in Go uses as many as it may; without a limit nobody knows how many these are."""
    pressure = replace(BLOCKED, worker_cores=3.8, runs_on_one_core=False)

    assert S.WORKER_CPU not in {one.name for one in rank_suspects(pressure)}
    assert rank_suspects(replace(pressure, worker_core_limit=4.0))[0].name is S.WORKER_CPU


def test_a_step_tells_its_limit() -> None:
    """As the target read it."""
    step = replace(synthetic_steps.step(1), limits=ResourceUse(worker_core_limit=0.5))

    assert suspect_readings_of(step, synthetic_steps.demo_plan()).worker_core_limit == 0.5


def test_an_injector_uses_all_that_its_limit_leaves_it() -> None:
    """Half a core is all of it, where nine tenths of a core were asked for."""
    readings = replace(PLANTED["injector's CPU"][0], injector_cores=0.47)

    free, full = readings, replace(readings, injector_core_limit=0.5)

    assert rank_suspects(free)[0].name is not S.INJECTOR
    assert rank_suspects(full)[0].name is S.INJECTOR
    assert (
        "1 injector process uses 0.47 cores of the 0.5 that each may use" in rank_suspects(full)[0].evidence
    )
