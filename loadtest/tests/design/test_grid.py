"""
Which step the sweep measures next.
"""

from __future__ import annotations

from dataclasses import replace

from synthetic import demo_plan, step

from loadtest.analysis.step_reading import read_step
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.plan import Plan
from loadtest.results.measured_step import StepKey
from loadtest.results.step_result import StepVerdict
from loadtest.results.steps_of_plan import step_keys


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
