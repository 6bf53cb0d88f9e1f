"""
Activities that are of nobody's order are counted beside those of the orders, and are told apart by histories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.readings.work_of_others import foreign_activities, others_at_work, work_of_others
from loadtest.analysis.readings.workflow_counts import SERVER_ACTIVITIES, closed_by_workers
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.history_sample import HistorySample
from loadtest.results.measured_step import Measured

PLAN = synthetic_steps.demo_plan()
FINISHED, FAILED = "worker.activity_finished", "worker.activity_failed"
SIX = tuple((1,) * 6 for _ in range(20))
UNEVEN = tuple((1,) * (1 + 10 * (number % 2)) for number in range(20))


def _step(shapes: tuple[tuple[int, ...], ...] = SIX, **told: Any) -> Measured:
    sample = HistorySample(len(shapes), (), (0.003,) * 40, shapes=shapes, **{"children": 0, **told})
    return replace(synthetic_steps.step(), histories=sample)


def _times(step: Measured, ratio: float, **others: float) -> Measured:
    """
    The same step with other numbers of activities that ended.
    """
    whole = step.worker_whole
    assert whole is not None
    counters = {**whole.counters, FINISHED: whole.counters[FINISHED] * ratio, **others}
    return replace(step, worker_whole=replace(whole, counters=counters))


def test_a_schedules_activities_are_told_and_not_called_retries() -> None:
    """Half as many again came of a schedule on the orders' queue."""
    step = read_step(_times(_step(), 1.5), PLAN)

    (told,) = [note for note in step.notes if "work of others" in note]
    assert told.startswith("9.00 activities ended for each order, and the histories of 20 orders have 6.00")
    assert not any("without retries" in note for note in step.notes)
    assert any("as activities of others are counted among theirs" in note for note in step.notes)


def test_throughput_beside_others_is_that_of_the_closes() -> None:
    """Of a schedule that goes on while orders start and end, activities for each order are no measure of orders."""
    step = read_step(_times(_step(), 1.5), PLAN)

    assert step.throughput_per_second.value == pytest.approx(step.closes_per_second)


@pytest.mark.parametrize(
    ("step", "ratio", "is_told"),
    [
        pytest.param(_step(), 1.0, False, id="none"),
        pytest.param(_step(), 1.04, False, id="within-the-edges"),
        pytest.param(_step(), 1.2, True, id="a-fifth"),
        pytest.param(_step(UNEVEN), 1.5, False, id="the-luck-of-uneven-orders"),
        pytest.param(_step(UNEVEN), 3.0, True, id="beyond-that-luck"),
        pytest.param(_step(children=20), 1.5, False, id="of-children"),
        pytest.param(_step(nexus_operations=20), 1.5, False, id="of-workflows-of-nexus-operations"),
        pytest.param(_step(children=None), 1.5, False, id="a-folder-of-an-older-version"),
        pytest.param(_step(continued=20), 1.5, False, id="of-earlier-runs-of-the-orders"),
        pytest.param(_step(retried=20), 1.5, False, id="of-orders-retried-as-a-whole"),
        pytest.param(_step(left_activities=3), 1.5, False, id="that-outlive-their-orders"),
        pytest.param(_step(SIX[:5]), 1.5, False, id="of-too-small-a-sample"),
        pytest.param(replace(_step(), histories=None), 1.5, False, id="no-history-was-read"),
        pytest.param(replace(_step(), activities_per_workflow=9), 1.5, False, id="that-start-itself-starts"),
        pytest.param(replace(_step(), activities_per_workflow=None), 1.5, True, id="of-a-number-that-varies"),
    ],
)
def test_only_what_can_be_nobodys_is_told_as_that(step: Measured, ratio: float, is_told: bool) -> None:
    """Whatever else may have added them, nothing is said."""
    found = _times(step, ratio)

    assert (foreign_activities(found) is not None) is is_told
    assert (others_at_work(found) is not None) is is_told


@pytest.mark.parametrize(
    ("elsewhere", "is_told"), [({}, True), ({"ovens": 60}, False)], ids=["here", "ovens"]
)
def test_a_server_counts_the_orders_activities_of_other_queues_too(
    elsewhere: dict[str, int], is_told: bool
) -> None:
    """Workers without a page: three more activities of another queue are the orders' own, or in this namespace somebody's."""
    step = _step(elsewhere=elsewhere)
    server = step.server_whole
    assert server is not None
    counters = {**server.counters, SERVER_ACTIVITIES: server.counters[SERVER_ACTIVITIES] * 1.5}
    step = replace(step, worker_whole=None, server_whole=replace(server, counters=counters))

    note = work_of_others(step)

    assert (note is not None and "in this namespace" in note) is is_told


def test_attempts_that_failed_are_the_orders_own() -> None:
    """Each activity of an order ends well once, however often it was tried."""
    step = _step()
    whole = step.worker_whole
    assert whole is not None
    tried = _times(step, 1.5, **{FAILED: whole.counters[FINISHED] * 0.5})

    assert foreign_activities(tried) is None
    assert foreign_activities(_times(step, 2.0, **{FAILED: whole.counters[FINISHED] * 0.5})) is not None


GIVEN_UP, LIMITS = "server.activity_timed_out", "server.activity_timeouts"


def _given_up(step: Measured, for_each_order: float | None, limit: str = "Heartbeat") -> Measured:
    """
    The same step, of whose attempts the server gave so many up for each order; ``None`` where it does not tell.
    """
    server, orders = step.server_whole, closed_by_workers(step)
    assert server is not None
    assert orders
    counters = {name: number for name, number in server.counters.items() if name not in (GIVEN_UP, LIMITS)}
    split = dict(server.by_label)
    if for_each_order is not None:
        number = for_each_order * orders
        counters |= dict.fromkeys((GIVEN_UP, LIMITS), number)
        split |= {GIVEN_UP: {"bake": number}, LIMITS: {limit: number}}
    return replace(step, server_whole=replace(server, counters=counters, by_label=split))


@pytest.mark.parametrize(
    ("orders_given_up", "attempts", "is_told"),
    [
        pytest.param(0.0, 120, True, id="none"),
        pytest.param(6.0, 240, False, id="each-once"),
        pytest.param(None, 240, False, id="each-once-by-histories-alone"),
        pytest.param(None, 120, True, id="none-by-histories-alone"),
        pytest.param(None, 0, True, id="a-folder-of-an-older-version"),
    ],
)
def test_attempts_that_ended_after_the_server_gave_them_up_are_the_orders_own(
    orders_given_up: float | None, attempts: int, is_told: bool
) -> None:
    """An activity without heartbeats is tried anew, and the worker ends the first attempt well for nobody."""
    step = _given_up(_times(_step(activity_attempts=attempts), 2.0), orders_given_up)

    assert (foreign_activities(step) is not None) is is_told


@pytest.mark.parametrize(
    ("limit", "is_told"),
    [("ScheduleToStart", True), ("StartToClose", False), ("Heartbeat", False), ("ScheduleToClose", False)],
)
def test_what_never_came_to_a_worker_hides_no_work_of_others(limit: str, is_told: bool) -> None:
    """No worker ended an activity that timed out in its queue."""
    step = _given_up(_times(_step(activity_attempts=120), 2.0), 6.0, limit)

    assert (foreign_activities(step) is not None) is is_told


def test_attempts_that_ended_late_are_not_told_as_those_of_others() -> None:
    """Of 12 activities for each order 6 are in the histories, and 2 ended after the server had given them up."""
    step = _given_up(_times(_step(activity_attempts=160), 2.0), 2.0)

    assert foreign_activities(step) == pytest.approx(4.0, abs=0.05)


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [({}, True), ({"open_at_end": 3}, True), ({"open_at_end": 50}, False), ({"failed": 50}, False)],
    ids=["all-closed-well", "few-are-open", "many-are-open", "many-failed"],
)
def test_orders_that_did_not_end_well_have_activities_too(changed: Mapping[str, int], is_told: bool) -> None:
    """No history of theirs is among the sample, and each may have as many as another."""
    step = _times(_step(), 1.5)
    report = replace(step.injector, open_at_end=changed.get("open_at_end", 0))
    if failed := changed.get("failed"):
        report = replace(
            report,
            whole=replace(report.whole, failed={Failure(FailureKind.WORKFLOW, "ApplicationError"): failed}),
        )

    assert (foreign_activities(replace(step, injector=report)) is not None) is is_told
