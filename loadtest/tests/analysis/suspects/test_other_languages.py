"""
What holds for a worker in Python is not said of one in another language.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis.suspects.ranking import rank_suspects
from loadtest.analysis.suspects.suspect_readings import QueueReadings, SuspectReadings, suspect_readings_of
from loadtest.results.resource_use import MachineUse, ResourceUse
from loadtest.results.suspect import SuspectName
from loadtest.results.worker_facts import WorkerFacts

PLAN = synthetic_steps.demo_plan()


def _pressure(sdk: str | None, polls_out: float = 5.0) -> SuspectReadings:
    step = replace(
        synthetic_steps.step(1),
        workers=(WorkerFacts("w", sdk=sdk),),
        limits=ResourceUse(polls_out={"activity": polls_out, "workflow": 1.0, "sticky": 4.0}),
    )
    return suspect_readings_of(step, PLAN)


@pytest.mark.parametrize(
    ("sdk", "pollers", "on_one_core"),
    [
        pytest.param("temporal-python 1.35.0", 5, True, id="python"),
        pytest.param("temporal-typescript 1.24.0", None, True, id="typescript"),
        pytest.param("temporal-go 1.48.0", None, False, id="go"),
        pytest.param("temporal-java 1.35.0", None, False, id="java"),
        pytest.param(None, 5, True, id="not-known"),
    ],
)
def test_the_plans_pollers_and_one_core_are_those_of_the_language(
    sdk: str | None, pollers: int | None, on_one_core: bool
) -> None:
    """The plan's pollers are given to the kit's ``main``, which is Python."""
    pressure = _pressure(sdk)

    assert pressure.activity.pollers == pressure.workflow.pollers == pollers
    assert pressure.activity.polls_out == pressure.workflow.polls_out == 5.0
    assert pressure.runs_on_one_core is on_one_core


def test_a_worker_with_more_polls_out_than_the_plan_gives_has_pollers_of_its_own() -> None:
    """How many is then not known."""
    assert _pressure("temporal-python 1.35.0", polls_out=10.0).activity.pollers is None


@pytest.mark.parametrize(
    ("facts", "polls_out", "suspect"),
    [
        pytest.param({"activity_pollers": 1}, 1.0, SuspectName.ACTIVITY_POLLERS, id="its-only-one"),
        pytest.param({"activity_pollers": 5}, 0.0, SuspectName.WORKER_RATE, id="none-of-its-five"),
        pytest.param({"activity_pollers": 5}, 2.5, None, id="half-of-them"),
        pytest.param({"activity_pollers": None}, 1.0, None, id="not-seen"),
        pytest.param(
            {"activity_pollers": 5, "activity_polls_scale": True}, 5.0, None, id="which-its-sdk-scales"
        ),
    ],
)
def test_pollers_of_a_worker_of_ones_own_are_those_that_it_has(
    facts: dict[str, Any], polls_out: float, suspect: SuspectName | None
) -> None:
    """The plan's five are not its own: one of five polls out would be a worker that does not ask."""
    step = synthetic_steps.step(1)
    worker = WorkerFacts("w", sdk="temporal-python 1.35.0", shows_main=False, **facts)
    step = replace(step, workers=(worker,), limits=ResourceUse(polls_out={"activity": polls_out}))
    read = suspect_readings_of(step, PLAN)
    waiting = replace(
        read.activity,
        wait_p50_seconds=0.6,
        poll_p50_seconds=0.001,
        slots=100.0,
        slots_used=2.0,
    )

    ranked = rank_suspects(SuspectReadings(1, waiting, QueueReadings("workflow")))

    assert [one.name for one in ranked] == ([] if suspect is None else [suspect])


@pytest.mark.parametrize(
    ("supplier", "is_tuned"), [("Fixed", False), (None, False), ("ResourceBased", True), ("Custom", True)]
)
def test_slots_that_a_tuner_gives_out_are_known_as_such(supplier: str | None, is_tuned: bool) -> None:
    """By the supplier that heartbeats name."""
    step = synthetic_steps.step(1)
    step = replace(step, workers=(WorkerFacts("w", sdk="temporal-java 1.38.0", slot_supplier=supplier),))

    read = suspect_readings_of(step, PLAN)

    assert (read.activity.is_tuned, read.workflow.is_tuned) == (is_tuned, False)


@pytest.mark.parametrize("on_one_core", [True, False])
def test_a_full_core_holds_back_what_runs_on_one(on_one_core: bool) -> None:
    """A worker in Go or Java has the others."""
    waiting = QueueReadings("activity", wait_p50_seconds=0.3, wait_mean_seconds=0.3, poll_p50_seconds=0.2)
    slow = QueueReadings("workflow", execution_mean_seconds=0.2)
    pressure = SuspectReadings(
        1, waiting, slow, worker_cores=0.95, machine=MachineUse(8, 1.5, 0.0), runs_on_one_core=on_one_core
    )

    names = {suspect.name for suspect in rank_suspects(pressure)}

    assert (SuspectName.WORKER_CPU in names) is on_one_core
    assert on_one_core or SuspectName.BLOCKED_LOOP not in names
