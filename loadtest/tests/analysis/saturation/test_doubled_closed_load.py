"""
Twice the orders in flight: when they are tried, when their throughput is used, and what is said of both.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from closed_steps import EXECUTION, closed_step

from loadtest.analysis import analyse, read_step
from loadtest.analysis.costs.sizing_steps import extrapolation_of
from loadtest.analysis.judged_steps.step_verdict import capacity_for, judge_closed
from loadtest.analysis.saturation.calibrated_model import calibration_of
from loadtest.analysis.saturation.doubled_closed_load import (
    closed_load_pairs,
    counting_steps,
    rise_ratio,
    why_doubled,
    why_not_doubled,
)
from loadtest.plan import Plan, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.resource_use import MachineUse, ResourceUse
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import SettingNames, Suspect, SuspectName

PLAN = synthetic_steps.demo_plan()
GIVEN = synthetic_steps.demo_plan(
    loads=(Saturate(window_seconds=15, in_flight_per_slot=2.0), *PLAN.loads[1:])
)
FREE = closed_step()
FULL = closed_step(used=0.985)
ENOUGH = closed_step(lacking=False)


def _suspect(name: SuspectName) -> Suspect:
    return Suspect(name, 1, "its readings say so", SettingNames())


def test_a_step_that_leaves_slots_free_asks_for_twice_the_orders() -> None:
    """It says how many slots were in use and with how many orders."""
    assert why_doubled(FREE, PLAN, ()) == (
        "85 % of the slots were in use with 8 orders in flight, so twice as many are tried"
    )
    assert why_not_doubled(FREE, PLAN, ()) is None


@pytest.mark.parametrize(
    ("step", "plan", "suspects", "told"),
    [
        pytest.param(FULL, PLAN, (), None, id="full"),
        pytest.param(closed_step(used=0.97), PLAN, (), None, id="just-full"),
        pytest.param(replace(FREE, slots=None), PLAN, (), None, id="slots-not-known"),
        pytest.param(replace(FREE, slots_used=None), PLAN, (), None, id="use-not-known"),
        pytest.param(closed_step(doubled=True), PLAN, (), None, id="already-the-second"),
        pytest.param(synthetic_steps.step(1, "open"), PLAN, (), None, id="open"),
        pytest.param(
            ENOUGH, PLAN, (), "slots were without a task in 0.0 % of their time", id="enough-orders"
        ),
        pytest.param(ENOUGH, GIVEN, (), "more orders would only wait", id="enough-orders-given"),
        pytest.param(FREE, GIVEN, (), "in_flight_per_slot = 2; leave it out, or write 4", id="given"),
        pytest.param(
            FREE,
            synthetic_steps.demo_plan(max_awaited=15),
            (),
            "16 results cannot be awaited at once (bound 15)",
            id="too-many-to-await",
        ),
        pytest.param(
            replace(FREE, in_flight=5001),
            synthetic_steps.demo_plan(max_awaited=5000),
            (),
            "10,002 results cannot be awaited at once (bound 5,000)",
            id="more-than-the-server-answers",
        ),
        pytest.param(
            replace(FREE, limits=replace(FREE.limits, machine=MachineUse(2, 1.9, 0.0))),
            PLAN,
            (),
            "the machine has no core left (1.9 of 2 in use)",
            id="full-machine",
        ),
        *(
            pytest.param(FREE, PLAN, (_suspect(name),), f"{name.value} may hold orders back", id=name.name)
            for name in (
                SuspectName.INJECTOR,
                SuspectName.REQUEST_RATE,
                SuspectName.LONG_POLLS,
                SuspectName.OTHER_REFUSAL,
                SuspectName.QUEUE_RATE_API,
                SuspectName.WORKER_RATE,
            )
        ),
    ],
)
def test_where_they_would_tell_nothing_they_are_not_tried(
    step: Measured, plan: Plan, suspects: tuple[Suspect, ...], told: str | None
) -> None:
    """Where something else is in the way, or the plan says how many there are, that is told with what would mend it."""
    assert why_doubled(step, plan, suspects) is None
    why_not = why_not_doubled(step, plan, suspects)
    assert (why_not is None) is (told is None)
    if told is not None:
        assert told in (why_not or "")


def test_a_suspect_that_more_orders_may_relieve_is_no_obstacle() -> None:
    """Too few orders in flight are what is to be found out."""
    assert why_doubled(FREE, PLAN, (_suspect(SuspectName.ORDERS_IN_FLIGHT),)) is not None


@pytest.mark.parametrize(
    ("more", "used", "counts", "limit"),
    [
        pytest.param(1.15, 0.98, True, Limit.SLOTS, id="fills-the-slots"),
        pytest.param(1.05, 0.90, True, Limit.LOOP, id="more-but-not-full"),
        pytest.param(1.01, 0.98, True, Limit.SLOTS, id="no-more-and-full"),
        pytest.param(1.02, 0.87, False, Limit.HAND_OVER, id="no-more"),
        pytest.param(0.90, 0.98, False, Limit.HAND_OVER, id="less-though-full"),
        pytest.param(0.97, 0.83, False, Limit.HAND_OVER, id="less"),
    ],
)
def test_the_second_is_used_where_it_completes_more(
    more: float, used: float, counts: bool, limit: Limit
) -> None:
    """
    By more than 3 %, or fills the slots, which the first may have done as well; else the hand-over limits, and is told
    wherever the throughput is used.
    """
    second = closed_step(doubled=True, more=more, used=used)

    (pair,) = closed_load_pairs([FREE, second])
    closed = judge_closed([FREE, second], PLAN)
    found = capacity_for(closed, PLAN, StepKey(1, 1, "open", 1))
    first_read, second_read = (read_step(step, PLAN, closed) for step in (FREE, second))

    assert pair.counting.key.doubled is counts
    assert pair.limit is limit
    assert found is not None and found.limit is limit
    assert (first_read.superseded, second_read.superseded) == (counts, not counts)
    used_one, other = (second_read, first_read) if counts else (first_read, second_read)
    assert used_one.capacity is not None and used_one.capacity.limit is limit
    assert other.capacity is not None and (other.capacity.limit is Limit.LOOP or not counts)
    open_step = read_step(synthetic_steps.step(1, "open"), PLAN, closed)
    assert open_step.capacity is not None and open_step.capacity.limit is limit
    assert any("orders in flight" in note for note in first_read.notes)
    assert any("orders in flight were tried, as 85 % of the slots" in note for note in second_read.notes)


def test_slots_that_looks_missed_by_chance_are_the_limit_all_the_same() -> None:
    """
    Looks once a second saw 91 % and 92 % of four slots that were all in use: twice the orders bring nothing, and what is
    idle is too little to be what limits.
    """
    first, second = closed_step(used=0.91), closed_step(doubled=True, more=0.98, used=0.92)

    (pair,) = closed_load_pairs([first, second])

    assert pair.limit is Limit.SLOTS
    assert "complete no more" in (pair.told_of(first) or "")
    assert "so the slots limit it" in (pair.told_of(first) or "")
    found = capacity_for(judge_closed([first, second], PLAN), PLAN, StepKey(1, 1, "open", 1))
    assert found is not None and found.is_full


def test_without_a_second_nobody_knows_which_it_is() -> None:
    """Of an older run, or one that was interrupted, both are named; a plan that fixes the number is told what to do."""
    untried = read_step(FREE, PLAN)
    given = read_step(FREE, GIVEN)

    assert untried.capacity is not None and untried.capacity.limit is Limit.UNTRIED
    assert given.capacity is not None and given.capacity.limit is Limit.UNTRIED
    assert any("leave it out" in note for note in given.notes)
    assert not any("leave it out" in note for note in untried.notes)


@pytest.mark.parametrize("used", [0.85, 0.91])
def test_what_more_orders_would_bring_is_known_where_slots_lacked_none(used: float) -> None:
    """A note says so. That the hand-over and not the number of slots limits only more orders that were tried can show."""
    step = closed_step(used=used, lacking=False)
    full = replace(step, limits=replace(step.limits, machine=MachineUse(2, 1.95, 0.0)))

    alone, crowded = read_step(step, PLAN), read_step(full, PLAN)

    assert alone.capacity is not None and alone.capacity.limit is Limit.UNTRIED
    assert any("more orders would only wait" in note for note in alone.notes)
    assert crowded.capacity is not None and crowded.capacity.limit is Limit.UNTRIED


def test_an_invalid_second_leaves_the_first() -> None:
    """Its numbers are no result, so nothing is tried yet; the run is not invalid for it."""
    broken = replace(closed_step(doubled=True, more=1.3, used=0.99), appeared=("worker-9",))
    rest = [step for step in synthetic_steps.steps() if (step.key.replicas, step.key.kind) != (1, "saturate")]

    sweep = analyse([FREE, broken, *rest], PLAN, synthetic_steps.manifest())

    first, second = sweep.steps[:2]
    assert (first.verdict, second.verdict) == (StepVerdict.VALID, StepVerdict.INVALID)
    assert not first.superseded
    assert first.capacity is not None and first.capacity.limit is Limit.UNTRIED
    assert sweep.verdict.value != "invalid"


def test_twice_the_orders_that_complete_no_more_are_no_suspect() -> None:
    """Their relief was tried, and moved nothing."""
    lone = read_step(FREE, PLAN)
    second = closed_step(doubled=True, more=1.01)
    tried = read_step(FREE, PLAN, judge_closed([FREE, second], PLAN))

    names = {suspect.name for suspect in tried.suspects or ()}
    assert names == {suspect.name for suspect in lone.suspects or ()} - {SuspectName.ORDERS_IN_FLIGHT}


def test_slots_that_stayed_free_are_no_suspect_of_either_step() -> None:
    """The undoubled step alone would name them; what both say together holds."""
    seen = ResourceUse(activity_slots=4.0, activity_slots_used=3.95)
    first, second = (replace(step, limits=seen) for step in (FREE, closed_step(doubled=True, more=1.01)))
    closed = judge_closed([first, second], PLAN)

    alone = read_step(first, PLAN)
    both = [read_step(step, PLAN, closed) for step in (first, second)]

    assert SuspectName.ACTIVITY_SLOTS in {suspect.name for suspect in alone.suspects or ()}
    for step in both:
        assert step.capacity is not None and step.capacity.limit is Limit.HAND_OVER
        assert SuspectName.ACTIVITY_SLOTS not in {suspect.name for suspect in step.suspects or ()}


def test_scaling_model_and_sizes_use_the_second() -> None:
    """Throughput, speed-up, efficiency, the growth of capacity and the model of the cell all come from it."""
    one = [FREE, closed_step(doubled=True, more=1.2, used=0.99)]
    two = closed_step(replicas=2, used=0.99)

    sweep = analyse([*one, two], PLAN, synthetic_steps.manifest())
    model = calibration_of(PLAN, [*one, two], StepKey(1, 1, "open", 1))
    growth = extrapolation_of([*one, two], PLAN)

    second = read_step(one[1], PLAN, judge_closed(one, PLAN)).throughput_per_second
    assert sweep.scaling.throughput_per_second["1"] == second
    both = sweep.scaling.throughput_per_second["2"].value
    assert second.value is not None and both is not None
    assert sweep.scaling.efficiency["2"].value == pytest.approx(both / second.value / 2)
    assert sweep.scaling.limit == {"1": (Limit.SLOTS,), "2": (Limit.SLOTS,)}
    alone = calibration_of(PLAN, [one[1]], StepKey(1, 1, "open", 1))
    assert model == alone
    assert growth is not None and growth.counts == (1, 2)
    assert counting_steps([*one, two]) == [one[1], two]


def test_a_second_step_that_was_asked_for_and_not_made_is_missing() -> None:
    """An interrupted run says so, and can be resumed; one whose plan gives the number lacks nothing."""
    steps = [FREE, *(step for step in synthetic_steps.steps() if step.key.folder != "1-saturate-1")]

    asked = analyse(steps, PLAN, synthetic_steps.manifest())
    made = analyse([*steps, closed_step(doubled=True)], PLAN, synthetic_steps.manifest())
    given = analyse(steps, GIVEN, synthetic_steps.manifest())

    assert asked.missing == ("1-saturate-1-doubled",)
    assert (made.missing, given.missing) == ((), ())


def test_the_luck_of_the_draws_is_no_rise() -> None:
    """5 % more activities that are 5 % shorter kept the slots no busier; shorter ones beyond luck are a rise."""
    lucky = closed_step(doubled=True, more=1.05, held=1 / 1.05)
    quicker = closed_step(doubled=True, more=1.25, held=1 / 1.25)

    assert rise_ratio(FREE, lucky) == pytest.approx(0.0, abs=0.01)
    assert rise_ratio(FREE, quicker) == pytest.approx(0.25, abs=0.01)


def test_where_nobody_saw_slot_times_a_rise_within_luck_is_none() -> None:
    """Counts alone hold the whole luck of what was drawn."""

    def unseen(step: Measured) -> Measured:
        assert step.worker_window is not None
        histograms = {k: v for k, v in step.worker_window.histograms.items() if k != EXECUTION}
        return replace(step, worker_window=replace(step.worker_window, histograms=histograms))

    first = unseen(FREE)

    assert rise_ratio(first, unseen(closed_step(doubled=True, more=1.1))) == 0
    assert rise_ratio(first, unseen(closed_step(doubled=True, more=1.6))) == pytest.approx(0.6, abs=0.01)
