"""
Where a step's arrival rate comes from.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from synthetic_steps import demo_plan, step

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.analysis.saturation.cell_capacity import known_draws_capacity
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.design.design import KeptStep
from loadtest.design.grid import arrival_rate, carried_per_second
from loadtest.errors import MeasurementError
from loadtest.plan import Fraction, Open, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict

PLAN = demo_plan(
    loads=(
        Saturate(),
        Open(of_one_replica=0.85),
        Fraction(fraction=0.5),
        Open(arrival_rate=3.0),
    ),
    replicas=(2, 4),
    repetitions=2,
)
TWO, FOUR = step(2, "saturate", 1, PLAN), step(4, "saturate", 1, PLAN)


def _kept(*steps: Measured, verdict: StepVerdict = StepVerdict.VALID) -> list[KeptStep]:
    return [KeptStep(each, replace(read_step(each, PLAN), verdict=verdict)) for each in steps]


def _key(replicas: int, load: int, repetition: int = 1) -> StepKey:
    return StepKey(replicas, load, PLAN.loads[load].kind.value, repetition)


def test_the_closed_model_has_no_rate() -> None:
    """Its next start waits for a completion."""
    assert arrival_rate(PLAN, _key(2, 0), []) is None


def test_a_given_rate_is_taken_as_it_is() -> None:
    """Without any step measured before."""
    assert arrival_rate(PLAN, _key(4, 3), []) == 3.0


@pytest.mark.parametrize(("replicas", "repetition"), [(2, 1), (4, 1), (2, 2), (4, 2)])
def test_the_common_rate_is_the_same_for_every_step(replicas: int, repetition: int) -> None:
    """A share of what one replica completes, from the first replica count's first saturate step."""
    found = arrival_rate(PLAN, _key(replicas, 1, repetition), _kept(FOUR, TWO))

    assert found == pytest.approx(0.85 * carried_per_second(TWO, PLAN) / 2)


def test_a_fraction_is_of_the_same_replica_count() -> None:
    """Half of what four replicas complete, for four replicas."""
    assert arrival_rate(PLAN, _key(4, 2), _kept(TWO, FOUR)) == pytest.approx(
        0.5 * carried_per_second(FOUR, PLAN)
    )


def test_the_luck_of_the_draws_is_no_part_of_a_share() -> None:
    """Work that was drawn 5 % longer than its mean completes less, and the cell carries as much as before."""
    unlucky = replace(FOUR, drawn_work_seconds=1.05 * PLAN.work.seconds)
    carried = known_draws_capacity(unlucky, known_work(PLAN))
    assert carried is not None

    assert arrival_rate(PLAN, _key(4, 2), _kept(TWO, unlucky)) == pytest.approx(
        0.5 * carried.orders_per_second
    )
    assert carried.orders_per_second > 1.01 * workflows_per_second(unlucky)


@pytest.mark.parametrize(
    ("key", "done"), [(_key(4, 1), [FOUR]), (_key(4, 2), [TWO])], ids=["common", "fraction"]
)
def test_a_rate_without_its_step_is_refused(key: StepKey, done: list[Measured]) -> None:
    """Another replica count's throughput does not stand in for it."""
    with pytest.raises(MeasurementError, match="was not measured; give arrival_rate in the plan"):
        arrival_rate(PLAN, key, _kept(*done))


def test_an_invalid_step_sets_no_rate() -> None:
    """Half the work with a replica gone would halve the rate of the whole sweep."""
    with pytest.raises(MeasurementError, match="no attempt is valid; .* or give arrival_rate in the plan"):
        arrival_rate(PLAN, _key(4, 1), _kept(TWO, verdict=StepVerdict.INVALID))
