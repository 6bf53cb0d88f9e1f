"""
Which step the sweep measures next.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from closed_steps import closed_step
from synthetic_steps import demo_plan, step

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.plan import Open, Plan, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey, step_keys
from loadtest.results.step_result import StepVerdict


def _keep(asked: NextStep, plan: Plan, verdict: StepVerdict = StepVerdict.VALID) -> KeptStep:
    measured = replace(step(asked.key.replicas, asked.key.kind, asked.key.repetition, plan), key=asked.key)
    return KeptStep(measured, replace(read_step(measured, plan), verdict=verdict, reasons=("noise",)))


def _carried_out(plan: Plan, verdicts: dict[str, StepVerdict] | None = None) -> tuple[list[StepKey], Answer]:
    design, kept = Grid(plan), list[KeptStep]()
    while isinstance(asked := design.next(kept), NextStep):
        kept.append(_keep(asked, plan, (verdicts or {}).get(asked.key.folder, StepVerdict.VALID)))
    return [each.key for each in kept], asked


def test_every_cell_is_measured_once_a_repetition() -> None:
    """Nothing is left out and nothing is done twice."""
    plan = demo_plan(replicas=(1, 2, 4), repetitions=2)

    keys, answer = _carried_out(plan)

    assert keys == step_keys(plan)
    assert len(set(keys)) == len(keys) == 12
    assert answer.why == "every cell of the plan was measured"


def test_an_invalid_step_is_measured_once_more_at_its_place() -> None:
    """The second attempt follows the first at once, and there is no third."""
    plan = demo_plan(replicas=(1, 2))
    invalid = dict.fromkeys(("2-open1-1", "2-open1-1-again1"), StepVerdict.INVALID)

    keys, _ = _carried_out(plan, invalid)

    assert [key.folder for key in keys].count("2-open1-1") == 1
    assert [key.folder for key in keys].count("2-open1-1-again1") == 1
    first = [key.folder for key in keys].index("2-open1-1")
    assert keys[first + 1].attempt == 2
    assert len(keys) == 5


def test_what_was_measured_in_an_earlier_start_is_not_measured_again() -> None:
    """So an interrupted run goes on where it was."""
    plan = demo_plan(replicas=(1, 2))
    design = Grid(plan)
    asked = design.next([])
    assert isinstance(asked, NextStep)

    assert design.left([_keep(asked, plan)]) == tuple(step_keys(plan)[1:])


def test_a_budget_ends_the_sweep() -> None:
    """The answer says that the budget is spent, not that everything was measured."""
    plan = demo_plan(replicas=(1, 2, 4), budget_seconds=20.0)

    keys, answer = _carried_out(plan)

    assert 0 < len(keys) < 6
    assert answer.why == "the budget of 20 s of windows is spent"


def test_factors_are_swept_like_replicas() -> None:
    """Each combination of values is a cell for each count and load, and the folders tell them apart."""
    plan = demo_plan(
        replicas=(1, 2),
        factors={"worker.activity_slots": (2, 4), "work.payload_bytes": (0, 1000, 2000)},
    )

    keys, _ = _carried_out(plan)

    assert len(keys) == 2 * 2 * 2 * 3
    assert len({key.folder for key in keys}) == len(keys)
    assert keys[0].factors == (("worker.activity_slots", 2), ("work.payload_bytes", 0))


def test_the_seed_draws_the_order_of_the_counts() -> None:
    """Time and count are not confounded: some seed begins a repetition with a larger count."""
    orders = {
        tuple(
            dict.fromkeys(
                key.replicas for key in step_keys(demo_plan(seed=seed, repetitions=2)) if key.repetition == 2
            )
        )
        for seed in range(20)
    }

    assert len(orders) > 3


def test_a_count_that_gives_the_common_rate_comes_first() -> None:
    """Its saturate step must be there before any open step."""
    for seed in range(20):
        first = step_keys(demo_plan(seed=seed))[0]
        assert (first.replicas, first.kind) == (1, "saturate")


FREE_AND_FULL = {"1-saturate-1": closed_step(), "2-saturate-1": closed_step(replicas=2, used=0.99)}


def _with_slots_free(
    plan: Plan, second: Measured, invalid: tuple[str, ...] = ()
) -> tuple[list[KeptStep], list[NextStep]]:
    """
    Carry a plan out whose single replica leaves slots free, and two do not.
    """
    design, kept, asked = Grid(plan), list[KeptStep](), list[NextStep]()
    while isinstance(step := design.next(kept), NextStep):
        asked.append(step)
        measured = second if step.key.doubled else FREE_AND_FULL.get(step.key.folder)
        if measured is None:
            kept.append(_keep(step, plan))
            continue
        verdict = StepVerdict.INVALID if step.key.folder in invalid else StepVerdict.VALID
        raw = replace(measured, key=step.key)
        kept.append(KeptStep(raw, replace(read_step(raw, plan), verdict=verdict, reasons=("noise",))))
    return kept, asked


def test_a_closed_step_that_leaves_slots_free_is_followed_by_one_with_twice_the_orders() -> None:
    """At once, so that the open load takes its rate from the better of the two, and it says why."""
    plan = demo_plan(replicas=(1, 2))

    kept, asked = _with_slots_free(plan, closed_step(doubled=True, more=1.2, used=0.99))

    assert [step.key.folder for step in kept[:3]] == ["1-saturate-1", "1-saturate-1-doubled", "1-open1-1"]
    assert len(kept) == len(step_keys(plan)) + 1
    assert asked[1].why == "85 % of the slots were in use with 8 orders in flight, so twice as many are tried"
    assert [step.why for step in asked if not step.key.doubled] == [None] * 4
    rate = asked[2].arrival_rate
    assert rate == pytest.approx(0.7 * workflows_per_second(kept[1].measured))


def test_no_more_from_twice_the_orders_leaves_the_rate_to_the_first() -> None:
    """What is not used gives no rate."""
    kept, asked = _with_slots_free(demo_plan(replicas=(1, 2)), closed_step(doubled=True, more=1.01))

    assert asked[2].arrival_rate == pytest.approx(0.7 * workflows_per_second(kept[0].measured))


def test_a_second_step_is_measured_again_like_any_other() -> None:
    """Once more where it is invalid; then the first stands alone."""
    plan, second = demo_plan(replicas=(1, 2)), closed_step(doubled=True, more=1.2)
    both = ("1-saturate-1-doubled", "1-saturate-1-doubled-again1")

    kept, asked = _with_slots_free(plan, second, both)

    folders = [step.key.folder for step in kept]
    assert folders[:4] == ["1-saturate-1", *both, "1-open1-1"]
    assert asked[2].why == "measured again, as it was invalid: noise"
    assert asked[3].arrival_rate == pytest.approx(0.7 * workflows_per_second(kept[0].measured))


def test_an_invalid_first_step_asks_for_no_second() -> None:
    """Its slots are no result either."""
    plan = demo_plan(replicas=(1, 2), loads=(*demo_plan().loads[:1], Open(arrival_rate=1.0)))
    invalid = ("1-saturate-1", "1-saturate-1-again1")

    design, kept = Grid(plan), list[KeptStep]()
    while isinstance(step := design.next(kept), NextStep):
        raw = replace(closed_step(replicas=step.key.replicas), key=step.key)
        verdict = StepVerdict.INVALID if step.key.folder in invalid else StepVerdict.VALID
        measured = _keep(step, plan) if step.key.kind == "open" else None
        kept.append(
            measured or KeptStep(raw, replace(read_step(raw, plan), verdict=verdict, reasons=("noise",)))
        )

    assert [step.key.folder for step in kept if step.key.doubled] == ["2-saturate-1-doubled"]


def test_a_plan_that_gives_the_orders_in_flight_gets_no_second_step() -> None:
    """Whoever fixed the number gets a label and what to do."""
    given = Saturate(window_seconds=15, in_flight_per_slot=2.0)
    plan = demo_plan(replicas=(1, 2), loads=(given, *demo_plan().loads[1:]))

    kept, _ = _with_slots_free(plan, closed_step(doubled=True))

    assert [step.key for step in kept] == step_keys(plan)


def test_a_run_that_broke_before_its_second_step_makes_it_when_it_goes_on() -> None:
    """It is among what is left, until it is kept."""
    plan = demo_plan(replicas=(1, 2))
    kept, _ = _with_slots_free(plan, closed_step(doubled=True, more=1.2))
    design = Grid(plan)

    without = [step for step in kept if not step.key.doubled]
    assert [key.folder for key in design.left(without)] == ["1-saturate-1-doubled"]
    assert design.left(kept) == ()
    assert [key.folder for key in design.left(kept[:1])] == [
        "1-saturate-1-doubled",
        *(key.folder for key in step_keys(plan)[1:]),
    ]


def test_a_budget_counts_second_steps() -> None:
    """Once it is spent nothing more is tried."""
    plan = demo_plan(replicas=(1, 2), budget_seconds=30.0)

    kept, _ = _with_slots_free(plan, closed_step(doubled=True))

    assert [step.key.folder for step in kept] == ["1-saturate-1", "1-saturate-1-doubled"]
