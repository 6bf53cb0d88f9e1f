"""
How long the window of a closed load is when it is measured again.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from changed_steps import closes
from synthetic_steps import demo_plan, step

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.readings.workflow_counts import results, window_closed
from loadtest.analysis.rules.enough_closes import (
    FEWEST_CLOSES,
    LONGEST_AGAIN_SECONDS,
    seconds_of_enough_closes,
    too_few_closes,
)
from loadtest.analysis.twin.work_distribution import UniformWork
from loadtest.arrivals import schedule
from loadtest.design.design import KeptStep, NextStep
from loadtest.design.window_plan import candidate_steps, plan_window, schedules_tried
from loadtest.experiment.loop import instruction_of
from loadtest.plan import Open, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey

FIRST = StepKey(1, 0, "saturate", 1)
AGAIN = replace(FIRST, attempt=2)


def _window(key: StepKey, *before: Measured) -> tuple[float, tuple[str, ...]]:
    plan = demo_plan()
    kept = [KeptStep(one, read_step(one, plan)) for one in before]
    window = plan_window(plan, instruction_of(plan, NextStep(key, None), "demo"), key, kept, None)
    assert window.is_fixed
    return window.rule.longest_seconds, window.notes


@pytest.mark.parametrize("efficiency", [0.7, 0.3])
def test_it_grows_after_too_few_closes(efficiency: float) -> None:
    """By so much that the same rate gives enough; the plan's own length would be invalid once more."""
    slow = step(efficiency=efficiency)
    rate = window_closed(slow) / slow.window_seconds
    assert 0 < window_closed(slow) < FEWEST_CLOSES

    seconds, notes = _window(AGAIN, slow)

    assert 1.2 * FEWEST_CLOSES < seconds * rate < 1.4 * FEWEST_CLOSES
    assert notes == (
        f"the window is {seconds:g} s, and not the plan's 15 s, as too few workflows closed in that",
    )


def test_it_grows_where_none_closed_in_it() -> None:
    """Orders of 25 s end in the drain of 5 s and 15 s; how long they took tells how long a window has enough of them."""
    slow = closes(0)(step())
    ended = results(slow.injector.whole)
    slow = replace(slow, injector=replace(slow.injector, closed_minus_sent_seconds=25.0 * ended))
    assert slow.in_flight == 8

    seconds, notes = _window(AGAIN, slow)

    assert seconds == math.ceil(25 + 25 / 8 * (FEWEST_CLOSES + 1.65 * math.sqrt(FEWEST_CLOSES)))
    assert len(notes) == 1
    (reason,) = too_few_closes(slow, demo_plan())
    assert f"one took 25 s, so write window_seconds = {seconds:g} or more" in reason


def test_it_stays_where_the_reason_was_another() -> None:
    """A disturbance goes by itself; a first attempt has the plan's length, whatever another count showed."""
    assert _window(AGAIN, step()) == (15.0, ())
    assert _window(FIRST) == (15.0, ())
    assert _window(replace(FIRST, replicas=2), step(efficiency=0.7)) == (15.0, ())


def test_it_does_not_grow_for_ever() -> None:
    """Where orders take minutes the plan has to say how long may be measured, as the reason does."""
    crawling = closes(1)(step())
    wanted = seconds_of_enough_closes(crawling)
    assert wanted is not None
    assert wanted > LONGEST_AGAIN_SECONDS

    assert _window(AGAIN, crawling) == (15.0, ())


def _open_instruction(rate: float) -> StepInstruction:
    plan = demo_plan(loads=(Saturate(), Open(arrival_rate=rate)))
    return instruction_of(plan, NextStep(StepKey(1, 1, "open", 1), rate), "demo")


@pytest.mark.parametrize(("rate", "tried"), [(2.0, 32), (300.0, 26), (2000.0, 4), (20_000.0, 1)])
def test_fewer_schedules_are_tried_at_high_rates(rate: float, tried: int) -> None:
    """All of them are in memory at once, and at thousands a second each is as good as another."""
    assert schedules_tried(_open_instruction(rate)) == pytest.approx(tried, abs=1)


@pytest.mark.parametrize("rate", [2.0, 2000.0])
def test_as_many_schedules_are_made_as_are_tried(rate: float) -> None:
    """The bound on what is in memory is kept by what makes them."""
    instruction = _open_instruction(rate)

    steps = candidate_steps(demo_plan(), instruction, UniformWork(0.3, 0.5), 120, None)

    assert list(steps) == list(range(schedules_tried(instruction)))


def test_runs_with_neighbouring_seeds_share_no_repetition() -> None:
    """
    Were the repetition added to the seed, a run with seed 2 would repeat the repetitions from the second on of a run with seed 1.
    """
    places = [
        (seed, repetition) for seed in (*range(1, 12), 21, 111) for repetition in (*range(1, 6), 11, 12)
    ]

    found = {
        place: instruction_of(
            demo_plan(seed=place[0]), NextStep(StepKey(1, 1, "open", place[1]), 2.0), "demo"
        )
        for place in places
    }

    assert len({each.seed for each in found.values()}) == len(places)
    assert len({schedule(each) for each in found.values()}) == len(places)
    assert all(0 <= each.seed < 2**31 for each in found.values())
