"""
An order's chances depend on its seed, the activity, the round and the attempt alone, so that a simulation draws the same.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop, activities, new_order, open_shop
from temporalio import activity
from temporalio.client import Client

from repairshop.activities import simulated_work as attempts
from repairshop.contract import LIGHT_ORDER_STEPS, Spread, WorkProfile
from repairshop.draws import drawn_failure, drawn_seconds, passes_inspection

EXPONENTIAL = WorkProfile(
    seconds=0.004, spread=Spread.EXPONENTIAL, failure_probability=0.15, rework_probability=0.7
)
KEYS = st.tuples(
    st.integers(0, 2**64), st.sampled_from(LIGHT_ORDER_STEPS), st.integers(0, 3), st.integers(1, 9)
)


@pytest.mark.parametrize(
    ("spread", "seconds", "fails"),
    [
        (Spread.CONSTANT, [0.25, 0.25, 0.25, 0.25], [True, True, True, False]),
        (
            Spread.UNIFORM,
            [0.16665167248511756, 0.15153843501368813, 0.12540921402264074, 0.37139512599675073],
            [False, True, False, False],
        ),
        (
            Spread.EXPONENTIAL,
            [0.04556239682809604, 0.02805537183456907, 0.00040954930079139813, 1.0597935245727748],
            [False, True, False, False],
        ),
    ],
)
def test_draws_are_those_of_earlier_releases(spread: Spread, seconds: list[float], fails: list[bool]) -> None:
    """
    An order of a run that was kept costs today what it cost then.
    """
    work = WorkProfile(seconds=0.25, spread=spread, failure_probability=0.4)
    keys = [
        (2**32 + 7, "register", 0, 1),
        (2**32 + 7, "register", 0, 2),
        (2**32 + 7, "assign_inspector", 1, 1),
        (2**33, "settle", 0, 1),
    ]

    assert [drawn_seconds(work, *key) for key in keys] == pytest.approx(seconds, rel=1e-12)
    assert [drawn_failure(work, *key) for key in keys] == fails


@given(key=KEYS, others=st.lists(KEYS, max_size=5))
def test_what_was_drawn_before_changes_nothing(
    key: tuple[int, str, int, int], others: list[tuple[int, str, int, int]]
) -> None:
    """
    No draw leaves anything behind that another one would see.
    """
    alone = drawn_seconds(EXPONENTIAL, *key), drawn_failure(EXPONENTIAL, *key)

    for other in others:
        drawn_seconds(EXPONENTIAL, *other)
        passes_inspection(EXPONENTIAL, *other[:1])

    assert (drawn_seconds(EXPONENTIAL, *key), drawn_failure(EXPONENTIAL, *key)) == alone


@pytest.mark.parametrize("part", range(4), ids=["seed", "activity", "round", "attempt"])
def test_each_part_of_the_key_counts(part: int) -> None:
    """
    Orders, activities, rounds and attempts draw apart from each other.
    """
    key: list[int | str] = [3, "register", 0, 1]
    other = list(key)
    other[part] = {0: 4, 1: "classify", 2: 1, 3: 2}[part]

    assert drawn_seconds(EXPONENTIAL, *key) != drawn_seconds(EXPONENTIAL, *other)  # type: ignore[arg-type]


@pytest.mark.process
def test_another_process_draws_the_same() -> None:
    """
    No hash that differs from process to process has a part in a draw.
    """
    code = (
        "from repairshop.contract import Spread, WorkProfile\n"
        "from repairshop.draws import drawn_seconds\n"
        "print(repr(drawn_seconds(WorkProfile(1.0, Spread.EXPONENTIAL), 12, 'settle', 1, 2)))"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }

    assert said == {repr(drawn_seconds(WorkProfile(1.0, Spread.EXPONENTIAL), 12, "settle", 1, 2))}


@pytest.mark.parametrize(
    ("spread", "mean", "deviation"),
    [(Spread.CONSTANT, 2.0, 0.0), (Spread.UNIFORM, 2.0, 2 / 3**0.5 / 2), (Spread.EXPONENTIAL, 2.0, 2.0)],
)
def test_a_spread_has_the_mean_and_the_deviation_of_its_name(
    spread: Spread, mean: float, deviation: float
) -> None:
    """
    20,000 draws come within four standard errors of the distribution that the profile names.
    """
    work = WorkProfile(seconds=2.0, spread=spread)

    seconds = [drawn_seconds(work, seed, "register") for seed in range(20_000)]

    found = sum(seconds) / len(seconds)
    assert found == pytest.approx(mean, abs=4 * deviation / len(seconds) ** 0.5 + 1e-9)
    squares = sum((value - found) ** 2 for value in seconds) / len(seconds)
    assert squares**0.5 == pytest.approx(deviation, rel=0.05, abs=1e-9)


@pytest.mark.server
@pytest.mark.parametrize("activity_slots", [1, 50])
async def test_a_worker_draws_what_is_foretold(
    client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch, activity_slots: int
) -> None:
    """
    Every attempt of ten orders on a real worker waits as long as its key says, whatever runs beside it.
    """
    waited: dict[tuple[str, str, int], list[float]] = {}

    async def wait(seconds: float) -> None:
        info = activity.info()
        assert info.workflow_id is not None
        waited.setdefault((info.workflow_id, info.activity_type, info.attempt), []).append(seconds)
        await asyncio.sleep(seconds)

    monkeypatch.setattr(attempts, "wait", wait)
    orders = [new_order(seed=seed, work=EXPONENTIAL) for seed in range(10)]

    async with open_shop(client, task_queue, "none", activity_slots=activity_slots) as shop:
        await asyncio.gather(*(shop.take(order) for order in orders))

    foretold: dict[tuple[str, str, int], list[float]] = {}
    for order in orders:
        for step, round_ in _activities_of_a_light_order(order.work, order.seed, order.max_reworks):
            attempt = 1
            while True:
                key = (order.seed, step, round_, attempt)
                here = (f"repair-{order.order_id}", step, attempt)
                foretold.setdefault(here, []).append(drawn_seconds(order.work, *key))
                if not drawn_failure(order.work, *key):
                    break
                attempt += 1
    assert waited == foretold
    assert any(attempt > 1 for _, _, attempt in waited)
    assert any(step == "replace" for _, step, _ in waited)


@pytest.mark.server
@pytest.mark.asyncio(loop_scope="module")
async def test_the_steps_of_a_light_order_are_the_ones_named(shop: Shop) -> None:
    """
    The path of a light order in a real history is the one that its draws tell.
    """
    order = new_order(seed=5, work=WorkProfile(rework_probability=0.6))
    handle = await shop.start(order)
    await handle.result()

    assert await activities(handle) == [
        step for step, _ in _activities_of_a_light_order(order.work, order.seed)
    ]


def _activities_of_a_light_order(
    work: WorkProfile, seed: int, max_reworks: int = 2
) -> tuple[tuple[str, int], ...]:
    """
    Return the activities that a simulation expects of a light order under warranty, one after the other, each with its round.

    An activity that fails is retried and stays one entry; the escalation of a late order runs beside these activities
    and is left out, as it depends on the clock.
    """
    *before, inspection, settle = LIGHT_ORDER_STEPS
    path = [(step, 0) for step in before]
    for round_ in range(max_reworks + 1):
        path.append((inspection, round_))
        if passes_inspection(work, seed, round_):
            break
    else:
        path.append(("replace", 0))
    return (*path, (settle, 0))
