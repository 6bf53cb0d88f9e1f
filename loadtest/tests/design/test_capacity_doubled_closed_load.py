"""
A search for capacities whose closed load leaves slots free: when twice the orders in flight are tried, and what is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import synthetic_steps
from closed_steps import closed_step
from scripted_capacity_search import TASKS, ToldSystem, always, rates_of, searching

from loadtest.analysis.capacities.capacity_search import proposed_rate
from loadtest.analysis.saturation.calibrated_model import calibration
from loadtest.design.capacity import Capacity
from loadtest.design.capacity_answer import capacity_result
from loadtest.design.design import NextStep
from loadtest.plan import Saturate
from loadtest.report.capacity_text import capacity_text
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey
from loadtest.results.step_result_parts import Limit
from loadtest.results.window_decision import Decided

WHY = "85 % of the slots were in use with 8 orders in flight, so twice as many are tried"
FREE = 0.83  # of the activities that slots which are never idle finish
MORE, NO_MORE = (1.2, 0.99), (1.01, 0.86)


def _closed(more: float, used: float) -> Callable[[StepKey], Measured]:
    """
    Closed steps of which the first leaves slots free, and the second completes so many times as much.
    """
    first, second = closed_step(more=FREE), closed_step(doubled=True, more=FREE * more, used=used)
    return lambda key: replace(second if key.doubled else first, key=key)


def _searched(
    more: float, used: float, invalid: Callable[[NextStep], bool] = lambda _: False
) -> tuple[Capacity, ToldSystem]:
    design = searching((1,))
    system = ToldSystem(always(Decided.MET, Decided.MISSED), invalid, closed=_closed(more, used))
    system.answer(design)
    return design, system


def _folders(system: ToldSystem) -> list[str]:
    return [step.key.folder for step in system.kept]


def _rate_by(design: Capacity, closed: Measured) -> float:
    model = calibration(design.plan, closed)
    assert not isinstance(model, str)
    return proposed_rate(model, design.bound, TASKS)


@pytest.mark.parametrize(
    ("more", "used", "counting", "limit"),
    [
        pytest.param(*MORE, "1-saturate-1-doubled", Limit.SLOTS, id="completes-more"),
        pytest.param(*NO_MORE, "1-saturate-1", Limit.HAND_OVER, id="completes-no-more"),
    ],
)
def test_the_search_begins_at_what_the_better_of_two_closed_steps_says(
    more: float, used: float, counting: str, limit: Limit
) -> None:
    """A second step comes before the first probe; model, throughput and its label are those of the one that counts."""
    design, system = _searched(more, used)
    result = capacity_result(design, system.kept, "a-run")

    (count,) = result.counts
    of = {step.key.folder: step for step in system.kept}
    assert _folders(system) == ["1-saturate-1", "1-saturate-1-doubled", "1-open1-1"]
    assert design.next(system.kept[:1]).why == WHY
    assert rates_of(system.kept) == [pytest.approx(_rate_by(design, of[counting].measured))]
    assert count.saturated_per_second == of[counting].result.throughput_per_second.value
    assert count.saturated_limit is limit
    assert count.low is not None
    assert count.measured_seconds == pytest.approx(5 + 15 + 5 + 15 + 5 + 60)


def test_a_first_step_with_free_slots_alone_would_begin_too_low() -> None:
    """Slots that nobody filled pass for slow ones: the first rate is a tenth lower, or more."""
    design, system = _searched(*MORE)

    first, second = (_rate_by(design, step.measured) for step in system.kept[:2])

    assert first < 0.9 * second


@pytest.mark.parametrize(
    ("more", "used", "told"),
    [
        pytest.param(*MORE, "so the throughput of step 1-saturate-1-doubled is used", id="completes-more"),
        pytest.param(*NO_MORE, "so the throughput of step 1-saturate-1 is used", id="completes-no-more"),
    ],
)
def test_the_answer_says_what_twice_the_orders_did(more: float, used: float, told: str) -> None:
    """As a note, and beside the throughput where the hand-over limits."""
    design, system = _searched(more, used)

    text = capacity_text(capacity_result(design, system.kept, "a-run"))

    assert "note: 1 replica: 16 orders in flight were tried, as 85 % of the slots were in use" in text
    assert told in text
    assert ("(limited by hand-over, not by the slots)" in text) is ((more, used) == NO_MORE)


def test_a_plan_that_gives_the_orders_in_flight_gets_no_second_step() -> None:
    """The answer says that the slots were not the limit, and what to leave out of the plan."""
    given = Saturate(window_seconds=15, in_flight_per_slot=2.0)
    design = searching((1,), loads=(given, *synthetic_steps.demo_plan().loads[1:]))
    system = ToldSystem(always(Decided.MET, Decided.MISSED), closed=_closed(*MORE))

    assert design.extra_steps([]) == ()
    system.answer(design)

    (count,) = capacity_result(design, system.kept, "a-run").counts
    assert _folders(system) == ["1-saturate-1", "1-open1-1"]
    assert count.saturated_limit is Limit.UNTRIED
    assert any("in_flight_per_slot = 2; leave it out, or write 4" in note for note in count.notes)


def test_a_second_step_that_stays_invalid_leaves_the_first() -> None:
    """It is measured once more, and then the count is searched by what is known."""
    design, system = _searched(*MORE, lambda asked: asked.key.doubled)

    (count,) = capacity_result(design, system.kept, "a-run").counts
    assert _folders(system) == [
        "1-saturate-1",
        "1-saturate-1-doubled",
        "1-saturate-1-doubled-again1",
        "1-open1-1",
    ]
    assert design.next(system.kept[:2]).why == "measured again, as it was invalid: a worker vanished"
    assert rates_of(system.kept) == [pytest.approx(_rate_by(design, system.kept[0].measured))]
    assert (count.saturated_limit, count.low is not None) == (Limit.UNTRIED, True)


def test_second_steps_are_among_those_to_come() -> None:
    """Before the start as such that may come, then as the next one, before the probe; an interrupted search makes it."""
    _, system = _searched(*MORE)
    design = searching((1, 2))

    assert [key.folder for key in design.extra_steps([])] == ["1-saturate-1-doubled", "2-saturate-1-doubled"]
    assert [key.folder for key in design.left(system.kept[:1])] == [
        "1-saturate-1-doubled",
        "1-open1-1",
        "2-saturate-1",
        "2-open1-1",
    ]
    assert [key.folder for key in design.extra_steps(system.kept[:1])] == ["2-saturate-1-doubled"]


def test_a_budget_that_is_spent_before_the_second_step_leaves_the_throughput_of_the_first() -> None:
    """It is told, and that nobody tried more orders."""
    design = searching((1,), budget_seconds=15.0)
    system = ToldSystem(always(Decided.MET, Decided.MISSED), closed=_closed(*MORE))

    answer = system.answer(design)

    (count,) = capacity_result(design, system.kept, "a-run").counts
    assert (answer.why, len(system.kept)) == ("the budget of 15 s of windows is spent", 1)
    assert count.saturated_per_second == system.kept[0].result.throughput_per_second.value
    assert (count.saturated_limit, count.low) == (Limit.UNTRIED, None)


def test_a_run_of_an_older_version_keeps_its_answer() -> None:
    """Its probe was made without a second step; a report made anew finds the same bracket."""
    design, system = _searched(*MORE)
    older = [step for step in system.kept if not step.key.doubled]

    found = design.search(1, older)

    assert found.todo is None
    assert found.bracket is not None and found.bracket.low is not None
