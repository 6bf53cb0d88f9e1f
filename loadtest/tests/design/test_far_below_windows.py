"""
Windows of steps whose rate is far below the edge: how long they are, and on which schedule.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from event_system import Traits
from simulated_capacity_search import SearchedSystem, plan_of_one_count
from synthetic_steps import demo_plan, step

from loadtest import arrivals
from loadtest.analysis.decisions.late_workflow_tasks import orders_that_tell
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.twin import UntilDecided
from loadtest.analysis.twin.decision import LOOKS
from loadtest.design.design import KeptStep, NextStep
from loadtest.design.foreknown_windows import far_below_schedule
from loadtest.design.window_plan import WindowPlan, plan_window
from loadtest.experiment.loop import instruction_of
from loadtest.plan import Open, Plan, Saturate, Slo, Work
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict

BOUND_SECONDS = 0.15
ONE = Traits(1)
USABLE = read_step(step(1, "saturate"), demo_plan())


def _plan(*replicas: int, longest: float = 60.0) -> Plan:
    document = plan_of_one_count(1, BOUND_SECONDS, "uniform", 1).model_dump(mode="json")
    document["replicas"] = list(replicas)
    document["loads"][1]["max_window_seconds"] = longest
    return Plan.model_validate(document)


def _closed(plan: Plan, replicas: int, *, usable: bool = True) -> KeptStep:
    system = SearchedSystem(replace(ONE, replicas=replicas), 1)
    measured = system.saturated(plan, StepKey(replicas, 0, "saturate", 1))
    result = USABLE if usable else replace(USABLE, verdict=StepVerdict.INVALID)
    return KeptStep(measured, result)


def _window(plan: Plan, replicas: int, rate: float, kept: list[KeptStep]) -> WindowPlan:
    key = StepKey(replicas, 1, "open", 1)
    return plan_window(plan, instruction_of(plan, NextStep(key, rate), "demo"), key, kept, None)


@pytest.mark.parametrize(
    ("measured", "asked", "rate", "seconds"),
    [
        pytest.param((2,), 4, 1.7, 20, id="two have much to spare"),
        pytest.param((1,), 4, 1.7, 20, id="one nearly carries it, and four are worth two"),
        pytest.param((1,), 2, 1.7, 60, id="one nearly carries it, and two may be worth no more"),
        pytest.param((1, 2), 4, 4.2, 60, id="two hardly carry it"),
        pytest.param((4,), 2, 1.7, 60, id="more tell nothing of fewer"),
        pytest.param((), 4, 1.7, 60, id="nobody tells"),
    ],
)
def test_fewer_replicas_shorten_the_window_of_a_count_without_a_closed_load(
    measured: tuple[int, ...], asked: int, rate: float, seconds: float
) -> None:
    """Where by their own model the rate is far below the edge of half as many slots as the count has."""
    plan = _plan(1, 2, 4)

    window = _window(plan, asked, rate, [_closed(plan, replicas) for replicas in measured])

    assert window.rule.longest_seconds == seconds
    assert window.notes[0].startswith("no twins could be made: this cell has no valid saturate step")
    assert len(window.notes) == (2 if seconds == 20 else 1)
    if seconds == 20:
        assert window.late_seconds == BOUND_SECONDS
        told = "2 replicas" if 2 in measured else "1 replica"
        assert (
            window.notes[1]
            == f"the window is short, as by the model of {told} the rate is far below the edge"
        )


def test_other_settings_and_invalid_steps_tell_nothing() -> None:
    """They are another system, or no result."""
    plan = _plan(1, 2, 4)
    two = _closed(plan, 2)
    other = replace(two.measured, key=replace(two.key, factors=(("worker.activity_slots", 8),)))

    assert _window(plan, 4, 1.7, [replace(two, measured=other)]).rule.longest_seconds == 60
    assert _window(plan, 4, 1.7, [_closed(plan, 2, usable=False)]).rule.longest_seconds == 60


def _instruction(rate: float, seed: int = 1, longest: float = 60.0) -> StepInstruction:
    plan = demo_plan(seed=seed, loads=(Saturate(), Open(max_window_seconds=longest)))
    return instruction_of(plan, NextStep(StepKey(2, 1, "open", 1), rate), "demo")


def _orders(instruction: StepInstruction, seconds: float, seed: str) -> int:
    times = arrivals.schedule(instruction.model_copy(update={"schedule_seed": seed}))
    return sum(instruction.warm_up_seconds <= at < instruction.warm_up_seconds + seconds for at in times)


def test_a_schedule_has_as_many_orders_as_its_rate_gives() -> None:
    """Without that, windows of 20 s have now and then too few workflow tasks to tell that none is late."""
    own, chosen = list[int](), list[int]()
    for seed in range(1, 31):
        instruction = _instruction(1.7, seed)
        seconds, schedule = far_below_schedule(instruction, orders_that_tell(6))
        assert seconds == 20
        own.append(_orders(instruction, seconds, instruction.schedule_seed))
        chosen.append(_orders(instruction, seconds, schedule))

    assert min(own) < 26  # 26 orders have 182 workflow tasks, of which none may be late
    assert min(chosen) >= 33
    assert max(chosen) <= 35


@pytest.mark.parametrize(
    ("rate", "activities", "longest", "seconds"),
    [
        pytest.param(1.7, 6, 60, 20, id="usual"),
        pytest.param(0.8, 6, 60, 39, id="slow"),
        pytest.param(1.7, 1, 90, 63, id="few tasks an order"),
        pytest.param(0.1, 6, 60, 60, id="no longer than the plan says"),
        pytest.param(300.0, 6, 60, 20, id="fast"),
    ],
)
def test_a_slow_rate_gets_a_longer_window(
    rate: float, activities: int, longest: float, seconds: float
) -> None:
    """Until it has enough workflow tasks to tell, with one that is late among them."""
    assert far_below_schedule(_instruction(rate, longest=longest), orders_that_tell(activities))[0] == seconds


@pytest.mark.parametrize(
    ("scenario", "bound", "seconds"),
    [
        pytest.param("repair", 30.0, 20, id="the kit's own orders"),
        pytest.param("other", None, 20, id="no bound on orders"),
        pytest.param("other", 30.0, 55, id="orders that must show their time themselves"),
    ],
)
@pytest.mark.parametrize("measured", [2, 4], ids=["by fewer replicas", "by its own model"])
def test_a_bound_on_orders_whose_time_no_model_holds_makes_the_window_longer(
    measured: int, scenario: str, bound: float | None, seconds: float
) -> None:
    """Until it has the 93 orders of which one may be late."""
    plan = _plan(1, 2, 4)
    slo = plan.slo.model_copy(update={"end_to_end_p95_seconds": bound})
    plan = plan.model_copy(update={"scenario": scenario, "slo": slo})

    window = _window(plan, 4, 1.7, [_closed(plan, measured)])

    assert window.rule.longest_seconds == seconds


def test_a_fast_rate_keeps_its_own_schedule() -> None:
    """No schedule of it has too few orders, and 32 of them would be many."""
    instruction = _instruction(300.0)

    assert far_below_schedule(instruction, orders_that_tell(6))[1] == instruction.schedule_seed


@pytest.mark.parametrize(("seconds", "rate"), [(0.3, 1.9), (3.0, 0.18)], ids=["demo", "ten times slower"])
def test_a_slow_rate_near_the_edge_keeps_its_window_open_for_workflow_tasks(
    seconds: float, rate: float
) -> None:
    """
    The seconds that decide the activities hold too few of them; at the demo's rate they hold enough.
    """
    plan = demo_plan(
        loads=(Saturate(window_seconds=50 * seconds), Open(arrival_rate=rate, max_window_seconds=600)),
        work=Work(seconds=seconds),
        slo=Slo(schedule_to_start_p95_seconds=seconds),
        replicas=(1,),
    )
    closed = step(1, "saturate", plan=plan)

    window = _window(plan, 1, rate, [KeptStep(closed, replace(USABLE, step=closed.key.folder))])

    assert isinstance(window.rule, UntilDecided), window
    assert window.rule.met_from_seconds == pytest.approx(orders_that_tell(6) / rate)
    assert (window.rule.met_from_seconds > min(LOOKS)) is (seconds > 1)
