"""
Which steps had more load than their workers could carry.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import closes, window

from loadtest.analysis import read_step
from loadtest.analysis.judged_steps.step_verdict import above_capacity, judge, judge_closed
from loadtest.analysis.saturation.cell_capacity import CellCapacity, cell_capacity
from loadtest.analysis.saturation.slot_capacity import SlotCapacity
from loadtest.results.measured_step import Measured, Second
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import Limit

PLAN = synthetic_steps.demo_plan()
# Two replicas of four slots can do 4.4 of its orders a second.
BEYOND_THE_SLOTS = 5.0


def growing(slope: float, noise: float = 0.0) -> tuple[Second, ...]:
    """
    A timeline whose backlog grows by *slope* tasks a second around a saw of *noise*.
    """
    return tuple(
        Second(
            at=float(at),
            phase="window",
            backlog_activity=max(0, round(20 + slope * at + noise * (-1) ** at)),
            backlog_workflow=0,
        )
        for at in range(5, 26)
    )


@pytest.mark.parametrize(
    ("slope", "noise", "closed_of_100", "expected"),
    [
        pytest.param(1.0, 0.0, 67, StepVerdict.OVERLOADED, id="grows and falls behind"),
        pytest.param(1.0, 0.0, 84, StepVerdict.OVERLOADED, id="just below the bound"),
        pytest.param(1.0, 0.0, 85, StepVerdict.VALID, id="at the bound"),
        pytest.param(1.0, 0.0, 95, StepVerdict.VALID, id="grows, but closes keep up"),
        pytest.param(0.0, 2.0, 60, StepVerdict.VALID, id="falls behind, but no backlog grows"),
        pytest.param(0.1, 8.0, 60, StepVerdict.VALID, id="growth lost in noise"),
        pytest.param(-0.5, 0.0, 60, StepVerdict.VALID, id="shrinks"),
    ],
)
def test_overload_takes_both_a_growing_backlog_and_closes_that_fall_behind(
    slope: float, noise: float, closed_of_100: int, expected: StepVerdict, steady: Measured
) -> None:
    """
    Each sign alone is seen in honest windows; both together are not.
    """
    step = replace(
        closes(closed_of_100)(window(offered=100, sent=100, completed=closed_of_100)(steady)),
        timeline=growing(slope, noise),
        arrival_rate=BEYOND_THE_SLOTS,
    )

    verdict, reasons = judge(step, PLAN)

    assert verdict is expected
    assert bool(reasons) == (expected is StepVerdict.OVERLOADED)
    assert not any("1 replicas" in reason for reason in reasons)


def test_a_queue_that_fills_is_no_overload_of_slots_that_can_do_the_rate(steady: Measured) -> None:
    """
    As it does from empty at 84 % of capacity in a fifth of all windows of 20 s; where nobody saw the slots, the signs are all.
    """
    step = replace(
        closes(67)(window(offered=100, sent=100, completed=67)(steady)),
        timeline=growing(1.0),
        arrival_rate=0.84 * 4.4,
    )

    assert judge(step, PLAN)[0] is StepVerdict.VALID
    assert judge(replace(step, slots=None), PLAN)[0] is StepVerdict.OVERLOADED


def test_an_invalid_step_is_never_called_overloaded(steady: Measured) -> None:
    """
    What cannot be believed says nothing of capacity.
    """
    step = replace(closes(50)(window(offered=100, sent=90)(steady)), timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.INVALID


def test_a_saturate_step_is_never_overloaded(saturate: Measured) -> None:
    """
    A closed load is above capacity by intent.
    """
    step = replace(saturate, timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.VALID


def saturated(factor: float = 1.0) -> Measured:
    """
    The saturate step of two replicas, with so much of its throughput.
    """
    step = synthetic_steps.step(2, "saturate")
    assert step.worker_window is not None
    counters = dict(step.worker_window.counters)
    counters["worker.activity_finished"] = round(counters["worker.activity_finished"] * factor)
    return replace(step, worker_window=replace(step.worker_window, counters=counters))


@pytest.mark.parametrize(
    ("of_capacity", "expected"),
    [
        (0.84, StepVerdict.VALID),
        (0.99, StepVerdict.VALID),
        (1.05, StepVerdict.OVERLOADED),
        (3.1, StepVerdict.OVERLOADED),
    ],
)
def test_a_rate_is_held_against_the_capacity_of_its_own_cell(
    of_capacity: float, expected: StepVerdict, steady: Measured
) -> None:
    """
    5 % above is found whatever the window shows; 84 % never is, and each open row has its utilisation.
    """
    before = saturated()
    found = cell_capacity([before])
    assert found is not None
    step = replace(steady, arrival_rate=of_capacity * found.capacity.orders_per_second)

    result = read_step(step, PLAN, judge_closed([before], PLAN))

    assert result.verdict is expected
    assert result.utilization_ratio == pytest.approx(of_capacity)


@pytest.mark.parametrize(
    ("slowness", "told"),
    [(1, "2.88/s is above capacity: 2 replicas can do 2.4/s"), (1000, "0.00288/s is above capacity")],
)
def test_rates_of_any_size_are_told(slowness: float, told: str, steady: Measured) -> None:
    """
    Orders of minutes are thousandths a second.
    """
    found = CellCapacity(SlotCapacity(2.4 / slowness, 0.03), 1.0, Limit.SLOTS)

    assert told in (above_capacity(replace(steady, arrival_rate=2.88 / slowness), found) or "")


def test_orders_left_open_above_capacity_are_evidence_and_not_a_broken_rule(steady: Measured) -> None:
    """
    Three times the capacity leaves most orders open after any drain.
    """
    report = replace(steady.injector, open_at_end=381)
    step = replace(steady, arrival_rate=13.0, injector=report)

    result = read_step(step, PLAN, judge_closed([saturated()], PLAN))

    assert result.verdict is StepVerdict.OVERLOADED
    assert "above capacity" in result.reasons[0]
    assert any("381 workflows were still open" in note for note in result.notes)


@pytest.mark.parametrize("closed", [(), (saturated(),)], ids=["by its backlog", "by its capacity"])
def test_the_age_of_the_oldest_waiting_task_is_told_with_the_overload(
    closed: tuple[Measured, ...], steady: Measured
) -> None:
    """
    Its percentiles are those of tasks that were taken: at twice the capacity 7 s where the oldest waits for 16 s.
    """
    step = replace(
        closes(50)(window(offered=100, sent=100, completed=50)(steady)),
        timeline=tuple(
            replace(second, backlog_age_seconds=0.64 * (second.at - 0.1)) for second in growing(1.0)
        ),
        arrival_rate=2 * 4.4,
    )

    result = read_step(step, PLAN, judge_closed(closed, PLAN))
    young = read_step(replace(step, timeline=growing(1.0)), PLAN, judge_closed(closed, PLAN))

    assert result.verdict is young.verdict is StepVerdict.OVERLOADED
    assert result.backlog.age_seconds.max == pytest.approx(0.64 * 24.9)
    assert result.reasons[0].endswith("; tasks that still wait are in none of them, the oldest for 15.9 s")
    assert "still wait" not in young.reasons[0]


def test_slots_that_were_not_full_make_no_rate_overloaded_below_what_they_would_do_in_full(
    steady: Measured,
) -> None:
    """
    A loop that used 80 % of the slots measured itself: 1.1 of it is not above capacity, 1.5 is.
    """
    before = saturated()
    assert before.slots is not None
    before = replace(before, slots_used=0.8 * before.slots)
    found = cell_capacity([before])
    assert found is not None
    rates = [factor * found.capacity.orders_per_second for factor in (1.1, 1.5)]

    closed = judge_closed([before], PLAN)
    results = [read_step(replace(steady, arrival_rate=rate), PLAN, closed) for rate in rates]

    assert [result.verdict for result in results] == [StepVerdict.VALID, StepVerdict.OVERLOADED]
    assert results[0].load_level == "at capacity"


def test_a_loop_of_workers_whose_slots_are_not_known_makes_no_rate_overloaded(steady: Measured) -> None:
    """
    It had eight orders in flight for a hundred slots, so it measured itself: three times its rate is carried easily.

    Workers of SDKs that send no heartbeats (Python's before 1.20, all but the newest in Go and Java) tell of no slots
    where they serve no page.
    """
    before = replace(saturated(), slots=None, slots_used=None)
    found = cell_capacity([before])
    assert found is not None
    step = replace(steady, slots=None, arrival_rate=3 * found.capacity.orders_per_second)

    result = read_step(step, PLAN, judge_closed([before], PLAN))

    assert result.verdict is StepVerdict.VALID
    assert (result.capacity, result.utilization_ratio, result.load_level) == (None, None, None)
    assert "slots are known" in result.why["capacity"]
