"""
What stands beside a step's numbers: how sure its rate is, its capacity without the luck of the draws, its counts.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest
import synthetic_steps
from closed_steps import lacking_orders
from histograms import buckets

from loadtest.analysis import read_step
from loadtest.analysis.estimators.usual_scatter import MACHINE_SCATTER
from loadtest.analysis.readings.step_load import load_shape
from loadtest.analysis.readings.work_done import looked_seconds
from loadtest.analysis.saturation.cell_capacity import cell_capacity, known_draws_capacity
from loadtest.analysis.twin import ExponentialWork, UniformWork
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.experiment.step_line import step_line
from loadtest.plan import ArrivalKind, Arrivals, Open, Saturate, Work
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured

PLAN = synthetic_steps.demo_plan()


def test_an_open_loads_throughput_is_a_count_and_has_no_interval(steady: Measured) -> None:
    """
    Its schedule sets what can be completed, so the noise of the schedule is no doubt about the rate.
    """
    step = read_step(steady, PLAN)

    assert step.throughput_per_second.half_width is None
    assert "schedule sets" in step.why["throughput_per_second.half_width"]
    assert (step.counts.window_completed, step.counts.window_offered) == (36, 36)
    told = step_line(step, PLAN.slo)
    assert "36 of 36 completed, in flight" in told
    assert "±" not in told


def test_orders_of_minutes_are_told_with_digits(saturate: Measured) -> None:
    """
    Of four slots and activities of five minutes a replica completes a third of a hundredth order a second.
    """
    step = replace(
        read_step(saturate, PLAN), throughput_per_second=Estimate(0.00333, 0.0004, 60, "activities")
    )

    assert step_line(step, PLAN.slo).endswith("saturate: valid: 0.00333 ± 0.00040/s")


@pytest.mark.parametrize(("p95", "told"), [(0.0004, "waited <1 ms"), (0.0014, "waited 1.4 ms")])
def test_a_wait_below_the_first_bound_is_no_number(p95: float, told: str, steady: Measured) -> None:
    """
    A line from 0 to the bound says nothing of where below it the wait lies.
    """
    step = read_step(steady, PLAN)
    waits = step.schedule_to_start_seconds
    short = replace(step, schedule_to_start_seconds=replace(waits, activity=replace(waits.activity, p95=p95)))

    assert f"activities {told} (this window's p95)" in step_line(short, PLAN.slo)


def test_a_saturated_rate_is_as_sure_as_its_activities_make_it(saturate: Measured) -> None:
    """
    1.96 cv / sqrt(activities), the same for every luck of the window's batches, and 1.4 % that machines scatter by.
    """
    step = read_step(saturate, PLAN)
    x = step.throughput_per_second

    # Work of +-50 % has a cv of 0.289.
    assert (x.value, x.half_width) != (None, None)
    assert (x.half_width or 0) / (x.value or 1) == pytest.approx(
        1.96 * math.hypot(0.289 / x.n**0.5, 0.0139), rel=0.03
    )
    assert x.of == "activities"


def test_a_rate_of_many_slots_is_no_surer_than_machines_are_alike() -> None:
    """
    By its window alone the rate of four replicas is known to 2 %, which would hold seven in ten of the next such steps.
    """
    x = read_step(synthetic_steps.step(4, "saturate"), PLAN).throughput_per_second
    assert x.value is not None and x.half_width is not None
    chance, of_window = random.Random(2), 0.289 / x.n**0.5

    steps = [chance.gauss(0, math.hypot(of_window, MACHINE_SCATTER.ratio)) for _ in range(2000)]

    shown, by_window = (
        sum(abs(step) <= half for step in steps) / len(steps)
        for half in (x.half_width / x.value, 1.96 * of_window)
    )
    assert 0.93 <= shown <= 0.98
    assert by_window < 0.8


def with_draws(slot_seconds: float, drawn_seconds: float, used: float, dead_seconds: float = 0.0) -> Measured:
    """
    A saturate step of one replica with that slot time over that drawn work, and so long between two activities of a slot.
    """
    raw = synthetic_steps.step(1, "saturate")
    assert raw.worker_whole is not None
    assert raw.worker_window is not None
    done = round(4 * looked_seconds(raw) / (slot_seconds + dead_seconds))
    held, inside = (
        {**seen.histograms, "worker.activity_execution": buckets([slot_seconds] * tasks)}
        for seen, tasks in ((raw.worker_whole, 300), (raw.worker_window, done))
    )
    return replace(
        raw,
        worker_whole=replace(raw.worker_whole, histograms=held),
        worker_window=replace(raw.worker_window, histograms=inside),
        drawn_work_seconds=drawn_seconds,
        slots_used=used,
        slots=4,
    )


@pytest.mark.parametrize("luck", [0.95, 1.0, 1.05], ids=["short draws", "usual draws", "long draws"])
def test_the_luck_of_the_draws_is_no_part_of_the_capacity(luck: float) -> None:
    """
    4 slots, six activities of 0.3 s and 10 ms: 2.15/s whatever was drawn, within 1.5 %.
    """
    found = known_draws_capacity(with_draws(0.3 * luck + 0.010, 0.3 * luck, 4.0), known_work(PLAN))

    assert found is not None
    assert found.orders_per_second == pytest.approx(4 / (6 * 0.310), rel=0.005)
    assert found.half_width_ratio == 0.015


@pytest.mark.parametrize("used", [3.65, 3.95], ids=["looks that missed some", "looks that saw all"])
def test_a_slot_that_sends_its_result_executes_nothing(used: float) -> None:
    """
    15 ms between two executions are lost to the capacity, whatever the looks at the slots in use saw of them.
    """
    found = known_draws_capacity(with_draws(0.310, 0.3, used, dead_seconds=0.015), known_work(PLAN))

    assert found is not None
    assert found.orders_per_second == pytest.approx(4 / (6 * 0.325), rel=0.005)


def test_without_our_own_draws_the_capacity_is_the_measured_rate(saturate: Measured) -> None:
    """
    Then its interval is the wider one.
    """
    found = cell_capacity([saturate], None)

    assert found is not None
    assert not found.known_draws
    assert found.capacity.half_width_ratio > 0.015


@pytest.mark.parametrize(
    ("used", "limit"), [(3.95, "slots"), (3.4, "not the slots")], ids=["full slots", "slots 85 % full"]
)
def test_a_capacity_says_what_limits_it(used: float, limit: str) -> None:
    """
    A rate that the slots did not limit is no capacity of the slots.
    """
    raw = lacking_orders(with_draws(0.31, 0.3, used))

    step = read_step(raw, PLAN)

    assert step.capacity is not None
    assert step.capacity.limit == limit


@pytest.mark.parametrize(
    ("work", "scenario", "known"),
    [
        pytest.param(Work(seconds=0.2, spread="constant"), "repair", UniformWork(0.2, 0.0), id="constant"),
        pytest.param(Work(seconds=0.2), "repair", UniformWork(0.2, 0.5), id="uniform"),
        pytest.param(
            Work(seconds=0.2, spread="exponential"), "repair", ExponentialWork(0.2), id="exponential"
        ),
        pytest.param(Work(seconds=0.2, cpu_seconds=0.1), "repair", None, id="CPU work"),
        pytest.param(Work(seconds=0.2), "mine.py", None, id="a user's own"),
    ],
)
def test_only_the_kits_own_work_is_known(work: Work, scenario: str, known: object) -> None:
    """
    Of anything else the execution times tell.
    """
    assert known_work(synthetic_steps.demo_plan(work=work, scenario=scenario)) == known


@pytest.mark.parametrize(
    ("arrivals", "lowest", "highest"),
    [
        pytest.param(Arrivals(), 2.0, 2.0, id="poisson"),
        pytest.param(Arrivals(kind=ArrivalKind.SPIKE), 2.0, 6.0, id="spike"),
        pytest.param(Arrivals(kind=ArrivalKind.RAMP, from_ratio=0.5), 1.0, 2.0, id="ramp"),
    ],
)
def test_a_shape_tells_the_rates_that_were_offered(arrivals: Arrivals, lowest: float, highest: float) -> None:
    """
    The load's own rate alone would name one that hardly was.
    """
    shape = load_shape(Open(arrival_rate=2.0, arrivals=arrivals), 2.0)

    assert shape is not None
    assert (shape.lowest_rate, shape.highest_rate) == (lowest, highest)
    assert load_shape(Saturate(), None) is None
