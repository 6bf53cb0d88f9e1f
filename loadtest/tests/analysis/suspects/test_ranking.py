"""
The first suspect of recorded readings whose limit was planted.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded_pressures import IDLE_ACTIVITIES, IDLE_WORKFLOWS, PLANTED, recorded_pressure

from loadtest.analysis.suspects.ranking import first_suspects, rank_suspects
from loadtest.analysis.suspects.suspect_readings import QueueReadings, SuspectReadings
from loadtest.analysis.suspects.waits_outside_tasks import UNHELD_ACTIVITIES, waiting_ratio
from loadtest.results.history_sample import HistorySample
from loadtest.results.resource_use import MachineUse
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import SuspectName as S

SAMPLE = HistorySample(
    2,
    (),
    (),
    order_seconds=10.0,
    waiting_seconds={"signals or updates": 0.1, "timers": 2.0},
    activity_open_seconds=8.0,
    activity_attempts=4,
)


@pytest.mark.parametrize(("pressure", "planted"), PLANTED.values(), ids=PLANTED.keys())
def test_the_planted_limit_is_the_first_suspect(pressure: SuspectReadings, planted: set[S]) -> None:
    """Of every recorded plant, and no other suspect is told as likely as it."""
    ranked = rank_suspects(pressure)

    assert {suspect.name for suspect in first_suspects(ranked)} == planted
    assert all(suspect.evidence and suspect.setting.text for suspect in ranked)


def test_nothing_known_points_nowhere() -> None:
    """Readings that are missing are no evidence of anything."""
    unknown = SuspectReadings(1, QueueReadings("activity"), QueueReadings("workflow"))

    assert rank_suspects(unknown) == ()
    assert first_suspects(()) == ()


def test_the_evidence_has_the_readings_in_words() -> None:
    """Slots in use, tasks that wait, and how polls are answered."""
    (suspect, *_) = rank_suspects(PLANTED["activity slots"][0])

    assert suspect.evidence == "2 of 2 in use while 16 activities wait and polls are answered at once"
    assert suspect.setting.text == (
        "`worker.activity_slots` of the plan, `REPAIRSHOP_ACTIVITY_SLOTS`, Helm `settings.activitySlots`"
    )


def test_full_slots_count_without_the_servers_page() -> None:
    """A server whose page cannot be read hides how polls are answered, and full slots are still a limit."""
    known = PLANTED["activity slots"][0]
    hidden = replace(known, activity=replace(known.activity, poll_p50_seconds=None, slots_used=2.0))

    assert rank_suspects(hidden)[0].name is S.ACTIVITY_SLOTS


def test_slots_whose_use_nobody_saw_are_not_called_free() -> None:
    """A heartbeat of before the window tells how many there are, and not how many hold a task."""
    pressure = PLANTED["activity pollers"][0]
    told = rank_suspects(pressure)[0].evidence
    unseen = rank_suspects(replace(pressure, activity=replace(pressure.activity, slots_used=None)))[
        0
    ].evidence

    assert "free, " in told
    assert "free" not in unseen
    assert told.endswith(unseen)


def test_a_worker_whose_slots_may_be_full_is_not_called_one_that_holds_back() -> None:
    """It asks for nothing then either."""
    pressure = next(each for each, planted in PLANTED.values() if planted == {S.WORKER_RATE})
    unseen = replace(pressure, activity=replace(pressure.activity, slots_used=None))

    assert S.WORKER_RATE not in {suspect.name for suspect in rank_suspects(unseen)}


def test_a_tuner_that_gives_out_no_slot_is_told_as_that() -> None:
    """It leaves no poll out, as a rate limit of the worker's own does, which was named in its place."""
    pressure = next(each for each, planted in PLANTED.values() if planted == {S.WORKER_RATE})
    tuned = replace(pressure, activity=replace(pressure.activity, slots=None, is_tuned=True))

    found = {suspect.name: suspect for suspect in rank_suspects(tuned)}

    assert S.WORKER_RATE not in found
    assert found[S.SLOT_TUNER].evidence.startswith("it gives out no more slots: ")
    assert "in use" in found[S.SLOT_TUNER].evidence


def test_a_rare_refusal_is_no_limit() -> None:
    """Nor are two requests that met at one workflow."""
    quiet = recorded_pressure(IDLE_ACTIVITIES, IDLE_WORKFLOWS, in_flight=2.6)

    for refused in ({"RpsLimit": 0.1}, {"BusyWorkflow": 20.0}):
        assert rank_suspects(replace(quiet, refused_per_second=refused)) == rank_suspects(quiet)


HANDED_OVER = PLANTED["activity slots that are slow to be handed over, beside a cluster on the same machine"][
    0
]


@pytest.mark.parametrize(
    ("limit", "busy_cores", "names"),
    [
        pytest.param(None, 1.99, [S.ACTIVITY_SLOTS], id="no closed load"),
        pytest.param(Limit.UNTRIED, 1.2, [S.ACTIVITY_SLOTS], id="twice the orders not tried"),
        pytest.param(Limit.UNTRIED, 1.99, [S.ACTIVITY_SLOTS, S.MACHINE], id="not tried on a full machine"),
        pytest.param(Limit.SLOTS, 1.99, [S.ACTIVITY_SLOTS], id="slots filled"),
        pytest.param(Limit.HAND_OVER, 1.99, [S.MACHINE], id="no more completed"),
        pytest.param(Limit.LOOP, 1.99, [S.MACHINE], id="more completed and slots free"),
        pytest.param(Limit.HAND_OVER, 1.2, [], id="nothing else at its limit"),
    ],
)
def test_slots_that_twice_the_orders_did_not_fill_are_no_suspect(
    limit: Limit | None, busy_cores: float, names: list[S]
) -> None:
    """
    More waiting tasks left them free, so it is not more slots that are missing; nor does the worker hold back. Where a full
    machine forbade to try, it is as likely.
    """
    pressure = replace(HANDED_OVER, machine=MachineUse(2, busy_cores, 0.0), closed_load_limit=limit)

    assert [suspect.name for suspect in first_suspects(rank_suspects(pressure))] == names


def test_pollers_that_are_all_out_may_slow_a_hand_over() -> None:
    """They are the next question once slots are none."""
    activity = replace(HANDED_OVER.activity, pollers=1)

    (suspect,) = rank_suspects(replace(HANDED_OVER, activity=activity, closed_load_limit=Limit.HAND_OVER))

    assert suspect.name is S.ACTIVITY_POLLERS


def test_orders_in_flight_are_no_suspect_where_twice_as_many_complete_no_more() -> None:
    """That was their relief, and it moved nothing."""
    starved = PLANTED["starved injector"][0]

    assert rank_suspects(starved)[0].name is S.ORDERS_IN_FLIGHT
    assert rank_suspects(replace(starved, closed_load_limit=Limit.HAND_OVER)) == ()


@pytest.mark.parametrize(
    ("waiting", "is_closed", "names"),
    [
        pytest.param({}, True, {S.BETWEEN_STAGES}, id="nobody knows for what"),
        pytest.param({"timers": 0.1}, True, {S.BETWEEN_STAGES}, id="a small part"),
        pytest.param({"timers": 0.4}, True, {S.BETWEEN_STAGES, S.ORDERS_IN_FLIGHT}, id="half"),
        pytest.param({"timers": 0.5, "signals or updates": 0.3}, True, {S.ORDERS_IN_FLIGHT}, id="most"),
        pytest.param({"timers": 0.9}, False, set(), id="an open load, which has no number of orders"),
    ],
)
def test_orders_that_wait_by_their_own_code_are_not_held_up(
    waiting: dict[str, float], is_closed: bool, names: set[S]
) -> None:
    """A timer holds no slot, and the history service is not its cause."""
    held_up = PLANTED["history held up without a refusal"][0]

    ranked = rank_suspects(replace(held_up, waiting_ratio=waiting, is_closed=is_closed))

    assert {suspect.name for suspect in ranked} == names


def test_what_orders_wait_for_is_the_evidence() -> None:
    """Whoever wrote the workflow knows whether that is meant."""
    held_up = PLANTED["history held up without a refusal"][0]
    both = {"timers": 0.5, "Nexus operations": 0.3}

    (suspect,) = rank_suspects(replace(held_up, waiting_ratio=both, planned_activity_seconds=None))

    assert suspect.evidence == (
        "20 orders are open and wait 50 % of their time for timers and 30 % of their time for Nexus operations, no task waits, and slots "
        "are free"
    )


@pytest.mark.parametrize(
    ("sample", "wait", "execution", "ratios"),
    [
        pytest.param(None, 0.1, 0.2, {}, id="no history was read"),
        pytest.param(HistorySample(0, (), ()), 0.1, 0.2, {}, id="of an older version"),
        pytest.param(SAMPLE, 0.5, 1.5, {"timers": 0.2}, id="all activities are held"),
        pytest.param(
            SAMPLE, 0.5, 0.5, {UNHELD_ACTIVITIES: 0.4, "timers": 0.2}, id="activities end elsewhere"
        ),
        pytest.param(SAMPLE, None, 0.5, {"timers": 0.2}, id="waits not known"),
        pytest.param(SAMPLE, 0.5, None, {"timers": 0.2}, id="execution not known"),
    ],
)
def test_the_share_that_waits_is_that_of_sampled_histories(
    sample: HistorySample | None, wait: float | None, execution: float | None, ratios: dict[str, float]
) -> None:
    """Hundredths of a share are rounding; an activity open for 8 s of which it held a slot and a queue for 4 waited 4."""
    found = waiting_ratio(sample, wait, execution)

    assert found == pytest.approx(ratios)
    assert list(found) == list(ratios)


def test_a_part_of_a_full_machine_that_nobody_saw_is_not_known() -> None:
    """Its cores would pass for those of other programs."""
    full = replace(PLANTED["activity slots"][0], server_cores=None, machine=MachineUse(2, 2.0, 0.0))

    machine = next(suspect for suspect in rank_suspects(full) if suspect.name is S.MACHINE)

    assert machine.evidence == "2.00 of 2 cores are busy (workers 0.16, server not known, injectors 0.05)"
