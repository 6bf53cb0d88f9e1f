"""
What runs is measured and not assumed: the load follows the workers' own slots, and what they do is told.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtest.analysis.readings.workers_as_planned import (
    as_orders_use,
    differing_replicas,
    in_flight,
    unknown_slots,
    unplanned_eager,
)
from loadtest.analysis.rules.silent_replicas import KindLook, PollingLook, why_silent
from loadtest.plan import Plan, parse_plan
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts

HUNDRED = WorkerFacts("bakery-1", "heartbeat", activity_slots=100)
FOUR = WorkerFacts("shop-1", "page", activity_slots=4)
WITHOUT_ACTIVITIES = WorkerFacts("flows-1", "heartbeat", activity_slots=0, workflow_slots=100)
UNKNOWN = WorkerFacts("mute-1", why="it serves no page")


def _plan(slots: int | None) -> Plan:
    return parse_plan({"name": "p", "worker": {} if slots is None else {"activity_slots": slots}}, "plan")


@pytest.mark.parametrize(
    ("workers", "asked", "expected"),
    [
        pytest.param([HUNDRED], None, 200, id="the-real-slots"),
        pytest.param([HUNDRED, HUNDRED], None, 400, id="of-all-replicas"),
        pytest.param([WITHOUT_ACTIVITIES, WITHOUT_ACTIVITIES], None, 400, id="of-workflow-tasks-alone"),
        pytest.param([WITHOUT_ACTIVITIES, HUNDRED], None, 200, id="one-takes-activities"),
        pytest.param([UNKNOWN], 7, 14, id="else-the-plans"),
        pytest.param([HUNDRED, UNKNOWN], 7, 28, id="one-unknown-makes-all-unknown"),
    ],
)
def test_a_saturate_load_follows_the_real_slots(
    workers: list[WorkerFacts], asked: int | None, expected: int
) -> None:
    """
    Twice as many workflows as there are slots; a second step keeps twice as many of them open. Workers whose activities
    are all of other task queues have none for activities, and were measured with one workflow open.
    """
    plan, key = _plan(asked), StepKey(len(workers), 0, "saturate", 1)
    load = plan.saturate_load

    assert in_flight(load, workers, plan, key) == expected
    assert in_flight(load, workers, plan, replace(key, replicas=3 * len(workers))) == 3 * expected
    assert in_flight(load, workers, plan, replace(key, doubled=True)) == 2 * expected
    assert bool(unknown_slots(workers)) is (UNKNOWN in workers)


@pytest.mark.parametrize(
    ("activities", "expected"), [(0, 200), (3, 40), (None, 40)], ids=["none-here", "three", "varies"]
)
def test_orders_without_activities_here_do_not_follow_activity_slots(
    activities: int | None, expected: int
) -> None:
    """
    Workers whose orders have local activities alone registered others too: 40 orders were "full throttle" for a hundred
    workflow task slots.
    """
    twenty = WorkerFacts("flows-1", "heartbeat", activity_slots=20, workflow_slots=100)
    plan = _plan(None)
    workers = as_orders_use([twenty], activities)

    assert in_flight(plan.saturate_load, workers, plan, StepKey(1, 0, "saturate", 1)) == expected


def test_replicas_with_different_slots_are_told() -> None:
    """One was set up otherwise, so a replica is no unit."""
    assert differing_replicas([HUNDRED, replace(HUNDRED, replica="b")]) == []
    (reason,) = differing_replicas([HUNDRED, FOUR])
    assert "4, 100" in reason


ASKS = KindLook(5, 99)
WORKS = PollingLook(KindLook(5, 2), ASKS)
FULL = PollingLook(KindLook(0, 0), ASKS)
NO_ACTIVITIES = PollingLook(KindLook(0, 4), ASKS)
NO_WORKFLOW_TASKS = PollingLook(KindLook(5, 2), KindLook(0, 100))
NOTHING = PollingLook(KindLook(0, 4), KindLook(0, 100))
DOES_NOT_SAY = PollingLook(KindLook(), KindLook())


def limited(taken: int) -> PollingLook:
    """
    A worker with a rate limit of its own: it has no poll out most of the time, and so many activities taken.
    """
    return PollingLook(KindLook(0, 98, taken), ASKS)


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        pytest.param([WORKS] * 30, None, id="works"),
        pytest.param([FULL] * 30, None, id="full-slots-ask-for-nothing"),
        pytest.param([WORKS, *[NO_ACTIVITIES] * 3, WORKS], None, id="six-seconds"),
        pytest.param([WORKS, *[NO_ACTIVITIES] * 4], "no activities for 8 s", id="one-kind"),
        pytest.param([WORKS, *[NO_WORKFLOW_TASKS] * 4], "no workflow tasks for 8 s", id="the-other-kind"),
        pytest.param([*[NOTHING] * 5, WORKS], "no activities and no workflow tasks", id="both-kinds"),
        pytest.param([WORKS, *[None] * 4], "did not answer for 8 s", id="stopped"),
        pytest.param([*[NOTHING] * 3, WORKS, *[NOTHING] * 3], None, id="in-a-row"),
        pytest.param([DOES_NOT_SAY] * 30, None, id="not-known"),
        pytest.param([limited(40 * number) for number in range(30)], None, id="a-rate-limit-of-its-own"),
        pytest.param(
            [WORKS, limited(40), limited(75), *[limited(80)] * 4],
            "no activities for 8 s",
            id="limited-then-silent",
        ),
    ],
)
def test_a_replica_is_silent_after_seven_seconds_of_looks(
    looks: list[PollingLook | None], told: str | None
) -> None:
    """A look every two seconds, so whoever falls silent is named within ten."""
    reason = why_silent("worker-7", [(2.0 * number, look) for number, look in enumerate(looks)])

    assert (reason is None) == (told is None)
    if told is not None and reason is not None:
        assert reason.startswith("replica worker-7 ")
        assert told in reason


@pytest.mark.parametrize(
    ("times", "told"),
    [
        pytest.param((0.0, 60.0), False, id="one-look-after-a-minute"),
        pytest.param((0.0, 60.0, 62.0), True, id="and-one-more"),
    ],
)
def test_one_look_that_fails_makes_nobody_silent(times: tuple[float, ...], told: bool) -> None:
    """A heartbeat is a minute old when it is found to be the last; then a second look must agree."""
    looks = [(at, WORKS if at == 0 else None) for at in times]

    assert (why_silent("w", looks) is not None) is told


def test_activities_are_not_missed_where_there_are_none() -> None:
    """A scenario without activities has workers that need not ask for any."""
    looks: list[tuple[float, PollingLook | None]] = [(float(second), NO_ACTIVITIES) for second in range(30)]

    assert why_silent("w", looks, wants_activities=False) is None


def test_eager_activities_are_told_where_the_plan_asks_for_none() -> None:
    """Their waits are not the queue's."""
    (note,) = unplanned_eager([replace(HUNDRED, eager=True)], _plan(None))

    assert "bakery-1 took activities" in note
    assert "max_activities" not in note  # no option of one language
    assert unplanned_eager([replace(HUNDRED, eager=False), UNKNOWN], _plan(None)) == []
