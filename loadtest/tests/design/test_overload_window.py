"""
Windows of steps whose rate is above what the closed load of their own cell completed.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from synthetic_steps import demo_plan, step

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.design.design import KeptStep, NextStep
from loadtest.design.foreknown_windows import SHORTEST_OVERLOAD_SECONDS
from loadtest.design.window_plan import WindowPlan, plan_window
from loadtest.experiment.loop import instruction_of
from loadtest.plan import Open, Plan, Saturate
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict

LOADS = (Saturate(window_seconds=15), Open(arrival_rate=2.0, max_window_seconds=60))


def _capacity(plan: Plan, replicas: int = 1) -> float:
    closed = step(replicas, plan=plan)
    capacity = read_step(closed, plan, judge_closed([closed], plan)).capacity
    assert capacity is not None
    return capacity.orders_per_second


def _window(
    plan: Plan, of_capacity: float, *, measured: int = 1, verdict: StepVerdict = StepVerdict.VALID
) -> WindowPlan:
    closed = step(measured, plan=plan)
    kept = [KeptStep(closed, replace(read_step(closed, plan), verdict=verdict))]
    key, rate = StepKey(1, 1, "open", 1), of_capacity * _capacity(plan)
    return plan_window(plan, instruction_of(plan, NextStep(key, rate), "demo"), key, kept, None)


@pytest.mark.parametrize(
    ("of_capacity", "drain", "seconds"),
    [
        pytest.param(1.1, 60, 15, id="just above"),
        pytest.param(3.1, 60, 15, id="three times"),
        pytest.param(5.0, 60, 8, id="what it leaves is worked off in 54 s"),
        pytest.param(20.0, 60, SHORTEST_OVERLOAD_SECONDS, id="no window is short enough"),
        pytest.param(3.1, 20, SHORTEST_OVERLOAD_SECONDS, id="a short drain"),
    ],
)
def test_the_window_of_an_overload_is_short(of_capacity: float, drain: float, seconds: float) -> None:
    """The answer stands before the step: half a minute of it took a minute more to work off, and left orders to the next step."""
    window = _window(demo_plan(loads=LOADS, drain_seconds=drain), of_capacity)

    assert window.is_fixed
    assert window.rule.longest_seconds == seconds
    assert window.notes == ("the rate is above capacity, which needs no window; a short one shows the waits",)


def test_a_rate_that_is_not_known_to_be_above_capacity_is_decided_by_its_window() -> None:
    """Below it, at it, after an invalid closed load, and after that of another count."""
    plan = demo_plan(loads=LOADS)

    found = [
        _window(plan, 0.9),
        _window(plan, 1.005),
        _window(plan, 3.1, verdict=StepVerdict.INVALID),
        _window(plan, 3.1, measured=2),
    ]

    assert not any("above capacity" in note for window in found for note in window.notes)
    assert all(window.rule.longest_seconds >= 30 for window in found)
