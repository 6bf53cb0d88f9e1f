"""
The plan's settings against what the workers show: another one is refused, and one that nobody sees is said to be not known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loadtest.analysis.readings.settings_as_planned import (
    contradicted_settings,
    reads_settings,
    settings_not_known,
    unread_factors,
)
from loadtest.plan import Plan, WorkerSetup, parse_plan
from loadtest.results.worker_facts import WorkerFacts

# What a worker in Go says of itself by its heartbeats, with the settings of its SDK.
GO = WorkerFacts(
    "bakery-1",
    "heartbeat",
    sdk="temporal-go 1.48.0",
    activity_slots=100,
    workflow_slots=1000,
    activity_pollers=2,
    workflow_pollers=2,
    slot_supplier="Fixed",
    activity_polls_scale=False,
    workflow_polls_scale=False,
    cached_workflows=37,
    shows_main=False,
)
MAIN = replace(GO, sdk="temporal-python 1.35.0", shows_main=True)
FOUR = WorkerFacts("shop-1", "page", activity_slots=4)
UNKNOWN = WorkerFacts("mute-1", why="it serves no page")


def _plan(**worker: Any) -> Plan:
    return parse_plan({"name": "p", "worker": worker}, "plan")


@pytest.mark.parametrize(
    ("workers", "asked", "expected"),
    [
        pytest.param([GO], 4, ["worker.activity_slots = 4", "bakery-1", "100", "activity_slots = 100"], id="100-not-4"),
        pytest.param([FOUR, GO], 4, ["bakery-1 run with 100"], id="one-of-two"),
        pytest.param([FOUR], 4, None, id="as-planned"),
        pytest.param([UNKNOWN], 4, None, id="not-known-is-no-contradiction"),
    ],
)  # fmt: skip
def test_slots_that_are_not_the_plans_make_a_step_invalid(
    workers: list[WorkerFacts], asked: int, expected: list[str] | None
) -> None:
    """The reason holds both numbers and the setting to change."""
    reasons = contradicted_settings(workers, _plan(activity_slots=asked))

    assert len(reasons) == (0 if expected is None else 1)
    for part in expected or ():
        assert part in reasons[0]


@pytest.mark.parametrize(
    ("asked", "worker", "told"),
    [
        pytest.param({}, GO, None, id="the-plan-names-nothing"),
        pytest.param({"workflow_task_slots": 50}, GO, "run with 1000, so", id="workflow-task-slots"),
        pytest.param({"workflow_task_slots": 999}, GO, None, id="a-slot-miscounted"),
        pytest.param({"activity_pollers": "autoscaling"}, GO, "run with a fixed number, so", id="polls-do-not-scale"),
        pytest.param({"activity_pollers": 8}, replace(GO, activity_polls_scale=True), 'write activity_pollers = "autoscaling"', id="polls-scale"),
        pytest.param({"workflow_pollers": "autoscaling"}, replace(GO, workflow_polls_scale=True), None, id="as-asked"),
        pytest.param({"activity_pollers": 1}, GO, "run with 2 or more, so", id="more-polls-than-asked"),
        pytest.param({"activity_pollers": 8}, GO, None, id="fewer-polls-may-be-no-need-of-more"),
        pytest.param({"max_cached_workflows": 0}, GO, "run with 37 or more, so", id="more-in-the-cache-than-asked"),
        pytest.param({"max_cached_workflows": 0}, MAIN, None, id="what-main-read-is-over-in-a-moment"),
        pytest.param({"max_cached_workflows": 50}, GO, None, id="fewer-in-the-cache"),
        pytest.param({"tuner": "resource"}, GO, 'write tuner = "fixed"', id="fixed-slots"),
        pytest.param({"tuner": "resource"}, replace(GO, slot_supplier="ResourceBased"), None, id="as-the-machine-bears"),
        pytest.param({"tuner": "resource"}, replace(GO, slot_supplier="Custom"), "run with Custom, so", id="custom-slots"),
        pytest.param({"sandbox": False, "uvloop": False, "eager_activities": True}, GO, None, id="no-reading-shows-them"),
    ],
)  # fmt: skip
def test_each_setting_that_a_reading_shows_is_held_against_the_plan(
    asked: dict[str, Any], worker: WorkerFacts, told: str | None
) -> None:
    """Else numbers of one setting would stand under the name of another."""
    reasons = contradicted_settings([worker], _plan(**asked))

    assert len(reasons) == (0 if told is None else 1), reasons
    if told is not None:
        ((key, value),) = asked.items()
        assert reasons[0].startswith(f"the plan says worker.{key} = ")
        assert told in reasons[0]
        assert reasons[0].endswith(f"or give the worker {value}")


@pytest.mark.parametrize(
    ("asked", "worker", "keys"),
    [
        pytest.param({"activity_slots": 100, "tuner": "fixed"}, GO, None, id="shown"),
        pytest.param({"sandbox": False, "uvloop": False}, GO, "worker.sandbox, worker.uvloop, which", id="in-go"),
        pytest.param({"sandbox": False}, replace(MAIN, shows_main=False), "worker.sandbox, which", id="in-python-without-main"),
        pytest.param({"sandbox": False, "activity_pollers": 8}, MAIN, None, id="the-kits-main-reads-them"),
        pytest.param({"activity_pollers": 8, "max_cached_workflows": 50}, GO, "worker.activity_pollers, worker.max_cached_workflows, which", id="fewer-show-nothing"),
        pytest.param({"activity_slots": 4}, UNKNOWN, "worker.activity_slots, which", id="says-nothing"),
        pytest.param({"eager_activities": True}, replace(GO, eager=True), None, id="seen-to-be-eager"),
    ],
)  # fmt: skip
def test_settings_that_nobody_sees_are_told_to_be_not_known(
    asked: dict[str, Any], worker: WorkerFacts, keys: str | None
) -> None:
    """In one line that names each of them; what is not known is no result."""
    note = settings_not_known([worker], _plan(**asked), ())

    assert (note is None) == (keys is None), note
    if note is not None:
        assert note.startswith(
            f"the plan names {keys} these workers ({worker.sdk or 'of an SDK that does not say'})"
        )
        assert "not known" in note
        assert "\n" not in note


def test_what_a_run_varies_is_told_whatever_its_value_is_in_a_cell() -> None:
    """One side of a comparison has the value that nobody has to write."""
    notes = {settings_not_known([GO], _plan(), (("worker.sandbox", value),)) for value in (True, False)}

    assert len(notes) == 1
    assert None not in notes


@pytest.mark.parametrize(
    ("worker", "factor", "is_told"),
    [
        pytest.param(GO, ("worker.activity_pollers", 8), True, id="of-another-language"),
        pytest.param(GO, ("worker.activity_slots", 8), False, id="slots-are-told-by-their-number"),
        pytest.param(GO, ("worker.tuner", "fixed"), False, id="as-is-the-tuner"),
        pytest.param(GO, ("work.seconds", 1), False, id="the-work-which-orders-carry"),
        pytest.param(MAIN, ("worker.sandbox", False), False, id="the-kits-main"),
        pytest.param(replace(MAIN, shows_main=None), ("worker.sandbox", False), False, id="nobody-looked"),
        pytest.param(replace(MAIN, shows_main=False), ("worker.sandbox", False), True, id="python-without-main"),
        pytest.param(replace(UNKNOWN, shows_main=False), ("worker.activity_slots", 8), True, id="says-nothing"),
    ],
)  # fmt: skip
def test_a_setting_that_workers_are_not_known_to_read_is_not_varied(
    worker: WorkerFacts, factor: tuple[str, Any], is_told: bool
) -> None:
    """Else two settings that may be one would be told as the same."""
    reasons = unread_factors([MAIN, worker], (factor,))

    assert bool(reasons) is is_told
    if is_told:
        sdk = worker.sdk or "of an SDK that does not say"
        assert reasons[0].startswith(
            f"the run varies {factor[0]}, and nothing shows that these workers ({sdk}) read"
        )


def test_every_setting_of_a_plan_is_looked_for() -> None:
    """A new key must not pass without a word."""
    factors = tuple((f"worker.{key}", 1) for key in WorkerSetup.model_fields)

    note = settings_not_known([UNKNOWN], _plan(), factors) or ""

    assert all(path in note for path, _ in factors)


@pytest.mark.parametrize(
    ("worker", "expected"),
    [
        pytest.param(MAIN, True, id="main"),
        pytest.param(replace(MAIN, shows_main=None), True, id="nobody-looked"),
        pytest.param(replace(MAIN, shows_main=False), False, id="python-without-main"),
        pytest.param(GO, False, id="go"),
    ],
)
def test_a_change_of_the_plan_reaches_the_kits_main_alone(worker: WorkerFacts, expected: bool) -> None:
    """A relief that nobody gets would move nothing."""
    assert reads_settings([MAIN, worker]) is expected
