"""
Slots of workers without a page, as their heartbeats say them, and where their setting is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis.judged_steps.step_suspects import step_suspects
from loadtest.analysis.suspects.ranking import rank_suspects
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import ResourceUse
from loadtest.results.step_result import StepVerdict
from loadtest.results.suspect import SuspectName
from loadtest.results.worker_facts import WorkerFacts

PLAN = synthetic_steps.demo_plan()
WAITS = {"activity": "server.activity_schedule_to_start", "workflow": "server.workflow_schedule_to_start"}


def foreign(waiting: str, used: tuple[int, int], *, beat_seconds: float) -> Measured:
    """
    A saturated step of two workers without pages, with 4 slots of each kind; tasks of one kind wait.

    Args:
        waiting: Which kind.
        used: Activity and workflow slots in use, of each worker.
        beat_seconds: From the window's start to the heartbeats.
    """
    step = synthetic_steps.step(2)
    assert step.worker_window is not None
    waits = step.worker_window.histograms["worker.activity_schedule_to_start"]
    at = step.started_at + step.warm_up_seconds + beat_seconds
    workers = [
        WorkerFacts(
            f"w{number}",
            "heartbeat",
            at,
            activity_slots=4,
            activity_slots_used=used[0],
            workflow_slots=4,
            workflow_slots_used=used[1],
        )
        for number in range(2)
    ]
    server = Difference(step.worker_window.seconds, {}, {WAITS[waiting]: waits}, {})
    return replace(
        step,
        worker_window=None,
        server_window=server,
        limits=ResourceUse(),
        slots_used=None,
        workers=tuple(workers),
    )


@pytest.mark.parametrize(
    ("waiting", "used", "suspect"),
    [
        ("activity", (4, 1), SuspectName.ACTIVITY_SLOTS),
        ("workflow", (1, 4), SuspectName.WORKFLOW_SLOTS),
    ],
)
def test_full_slots_of_workers_without_a_page_are_suspects(
    waiting: str, used: tuple[int, int], suspect: SuspectName
) -> None:
    """All workers' together, while tasks of their kind wait."""
    ranked = rank_suspects(suspect_readings_of(foreign(waiting, used, beat_seconds=5.0), PLAN))

    assert ranked[0].name is suspect
    assert ranked[0].evidence.startswith("8 of 8 in use while ")


def test_free_slots_are_no_suspects() -> None:
    """Tasks wait for something else then."""
    ranked = rank_suspects(suspect_readings_of(foreign("activity", (2, 1), beat_seconds=5.0), PLAN))

    assert SuspectName.ACTIVITY_SLOTS not in {one.name for one in ranked}


def test_a_heartbeat_of_before_the_window_says_no_slots_in_use() -> None:
    """It stands up to a minute, and the load came after it; how many slots there are does not change."""
    pressure = suspect_readings_of(foreign("activity", (4, 4), beat_seconds=-1.0), PLAN)

    assert (pressure.activity.slots, pressure.activity.slots_used) == (8, None)
    assert (pressure.workflow.slots, pressure.workflow.slots_used) == (8, None)
    assert rank_suspects(pressure) == ()


def test_one_worker_that_says_nothing_leaves_the_slots_unknown() -> None:
    """A sum without it would be too small, and full too early."""
    known = foreign("activity", (4, 4), beat_seconds=5.0)
    mixed = replace(known, workers=(known.workers[0], WorkerFacts("w1", why="no page")))

    assert suspect_readings_of(mixed, PLAN).activity.slots is None


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        pytest.param(
            {"sdk": "temporal-go 1.48.0"},
            "the number of activity slots in the worker itself (in Go `MaxConcurrentActivityExecutionSize`)",
            id="go",
        ),
        pytest.param(
            {"sdk": "temporal-python 1.35.0", "shows_main": False},
            "the number of activity slots in the worker itself (in Python `max_concurrent_activities`, with as many threads or "
            "processes in `activity_executor` where activities are no `async def`)",
            id="python-without-main",
        ),
        pytest.param(
            {"sdk": None, "shows_main": False},
            "the number of activity slots in the worker itself",
            id="an-sdk-that-does-not-say",
        ),
        pytest.param(
            {"sdk": "temporal-python 1.35.0", "shows_main": True},
            "`worker.activity_slots` of the plan, `REPAIRSHOP_ACTIVITY_SLOTS`, Helm `settings.activitySlots`",
            id="the-kits",
        ),
    ],
)
def test_a_setting_is_named_where_the_workers_have_it(facts: dict[str, Any], told: str) -> None:
    """A worker of another program reads neither the plan nor `REPAIRSHOP_*`, so `loadtest limits` cannot relieve it either."""
    step = foreign("activity", (4, 1), beat_seconds=5.0)
    step = replace(step, workers=tuple(replace(worker, **facts) for worker in step.workers))

    ranked = step_suspects(step, PLAN, StepVerdict.VALID)

    assert ranked is not None
    slots = next(suspect for suspect in ranked if suspect.name is SuspectName.ACTIVITY_SLOTS)
    assert slots.setting.text == told
    assert (slots.not_relieved is None) is ("REPAIRSHOP" in told)
