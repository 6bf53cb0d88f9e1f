"""
When starts are due.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest import arrivals
from loadtest.arrivals.shapes import Piece
from loadtest.errors import InputError
from loadtest.plan import ArrivalKind, Arrivals


@dataclass(frozen=True)
class Instruction:
    """
    What a schedule is made from.
    """

    arrival_rate: float | None
    arrivals: Arrivals
    schedule_seed: str = "1"
    warm_up_seconds: float = 5.0
    window_seconds: float = 20.0


def _instruction(kind: ArrivalKind, rate: float = 10.0, **more: float) -> Instruction:
    return Instruction(rate, Arrivals(kind=kind), **more)  # type: ignore[arg-type]


instructions = st.builds(
    Instruction,
    arrival_rate=st.floats(0.5, 200.0),
    arrivals=st.one_of(
        st.builds(Arrivals, kind=st.sampled_from([ArrivalKind.CONSTANT, ArrivalKind.POISSON])),
        st.builds(Arrivals, kind=st.just(ArrivalKind.RAMP), from_ratio=st.floats(0.0, 1.0)),
        st.builds(
            Arrivals,
            kind=st.just(ArrivalKind.STEP),
            from_ratio=st.floats(0.0, 1.0),
            steps=st.integers(2, 9),
        ),
        st.builds(Arrivals, kind=st.just(ArrivalKind.SPIKE), spike_ratio=st.floats(1.0, 10.0)),
    ),
    schedule_seed=st.integers(0, 2**32).map(str),
    warm_up_seconds=st.floats(0.0, 10.0),
    window_seconds=st.floats(1.0, 30.0),
)


@given(instructions)
def test_a_schedule_is_in_order_and_inside_its_step(instruction: Instruction) -> None:
    """
    Arrivals never go backwards and none lies outside of warm-up and window.
    """
    offsets = arrivals.schedule(instruction)

    assert list(offsets) == sorted(offsets)
    assert all(0 <= at <= instruction.warm_up_seconds + instruction.window_seconds for at in offsets)


@given(instructions)
def test_the_same_seed_gives_the_same_schedule(instruction: Instruction) -> None:
    """
    A schedule depends on nothing but its instruction, so replica counts can be compared on the same arrivals.
    """
    assert arrivals.schedule(instruction) == arrivals.schedule(instruction)


@given(instructions, st.integers(1, 7))
def test_the_shares_of_all_injectors_are_the_whole_schedule(instruction: Instruction, injectors: int) -> None:
    """
    Each arrival belongs to one injector, and together they send every one.
    """
    offsets = arrivals.schedule(instruction)

    shares = [arrivals.split(offsets, index, injectors) for index in range(injectors)]

    assert sorted(itertools.chain(*shares)) == list(enumerate(offsets))


@given(rate=st.floats(0.5, 50.0), seed=st.integers(0, 1000))
def test_a_constant_rate_holds_exactly_its_counts(rate: float, seed: int) -> None:
    """
    A constant rate has round(rate x seconds) arrivals in the warm-up and in the window, whatever the seed.
    """
    offsets = arrivals.schedule(_instruction(ArrivalKind.CONSTANT, rate, schedule_seed=str(seed)))

    assert sum(at < 5.0 for at in offsets) == round(rate * 5.0)
    assert sum(at >= 5.0 for at in offsets) == round(rate * 20.0)


def test_the_number_of_poisson_arrivals_is_a_draw_too() -> None:
    """
    Over many seeds its mean is rate x seconds and its variance equals its mean: nothing holds the count.
    """
    seeds = 1000

    counts = [
        sum(
            at >= 5.0
            for at in arrivals.schedule(_instruction(ArrivalKind.POISSON, 2.0, schedule_seed=str(seed)))
        )
        for seed in range(seeds)
    ]

    mean = sum(counts) / seeds
    variance = sum((count - mean) ** 2 for count in counts) / seeds
    assert mean == pytest.approx(40.0, rel=0.02)
    assert variance == pytest.approx(40.0, rel=0.2)


def test_a_longer_window_adds_arrivals_and_leaves_the_earlier_ones() -> None:
    """
    So a window that ends early has the schedule of a short one.
    """
    short = arrivals.schedule(_instruction(ArrivalKind.POISSON, window_seconds=20.0))
    long = arrivals.schedule(_instruction(ArrivalKind.POISSON, window_seconds=200.0))

    assert long[: len(short)] == short
    assert len(long) > 5 * len(short)


@pytest.mark.parametrize(
    ("shape", "window"),
    [
        pytest.param(Arrivals(kind=ArrivalKind.RAMP, from_ratio=0.2), [28, 44, 60, 76, 92], id="ramp"),
        pytest.param(
            Arrivals(kind=ArrivalKind.STEP, from_ratio=0.2, steps=5), [20, 40, 60, 80, 100], id="step"
        ),
        pytest.param(
            Arrivals(kind=ArrivalKind.SPIKE, spike_ratio=3.0), [100, 100, 300, 100, 100], id="spike"
        ),
    ],
)
def test_a_shape_has_its_rate_in_each_fifth(shape: Arrivals, window: list[int]) -> None:
    """
    Over many seeds the mean of each fifth is the integral of the shape's rate.
    """
    seeds = 200
    totals = [0] * 5

    for seed in range(seeds):
        offsets = arrivals.schedule(
            Instruction(100.0, shape, schedule_seed=str(seed), warm_up_seconds=0.0, window_seconds=5.0)
        )
        for at in offsets:
            totals[min(4, int(at))] += 1

    means = [total / seeds for total in totals]
    assert means == pytest.approx(window, rel=0.05)


def test_a_constant_rate_has_equal_gaps() -> None:
    """
    A constant rate is what it says: no exponential gaps.
    """
    offsets = arrivals.schedule(_instruction(ArrivalKind.CONSTANT, 8.0))

    gaps = [b - a for a, b in itertools.pairwise(offsets)]
    assert gaps == pytest.approx([0.125] * (8 * 25 - 1))


def test_a_longer_warm_up_leaves_the_windows_arrivals_as_they_were() -> None:
    """
    Warm-up and window are drawn apart.
    """
    short = arrivals.schedule(_instruction(ArrivalKind.POISSON, warm_up_seconds=2.0))
    long = arrivals.schedule(_instruction(ArrivalKind.POISSON, warm_up_seconds=7.0))

    counted = [at - 2.0 for at in short if at >= 2.0]
    assert [at - 7.0 for at in long if at >= 7.0] == pytest.approx(counted)


def test_poisson_gaps_spread_as_exponential_ones_do() -> None:
    """
    The gaps' standard deviation equals their mean, as for independent arrivals.
    """
    offsets = arrivals.schedule(_instruction(ArrivalKind.POISSON, 500.0))

    gaps = [b - a for a, b in itertools.pairwise(offsets)]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    assert deviation == pytest.approx(mean, rel=0.05)


def test_a_closed_load_has_no_schedule() -> None:
    """
    Where the next start waits for a completion nothing can be planned.
    """
    assert arrivals.schedule(Instruction(None, Arrivals())) == ()


@given(st.floats(0.1, 100.0), st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(0.0, 1.0))
def test_a_pieces_inverse_is_its_inverse(seconds: float, start: float, end: float, share: float) -> None:
    """
    So many arrivals are expected until the moment that the inverse names.
    """
    piece = Piece(seconds, start, end)
    wanted = share * piece.arrivals

    (at,) = piece.after([wanted])

    rate_there = start + (end - start) * at / seconds
    assert at * (start + rate_there) / 2 == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", [ArrivalKind.CONSTANT, ArrivalKind.POISSON])
def test_endless_gaps_have_mean_one(kind: ArrivalKind) -> None:
    """
    Divided by a rate they are seconds.
    """
    gaps = list(itertools.islice(arrivals.unit_gaps(kind, 7), 5000))

    assert sum(gaps) / len(gaps) == pytest.approx(1.0, rel=0.05)


def test_a_shape_with_an_end_is_refused_where_there_is_none() -> None:
    """
    The refusal says what to do instead.
    """
    with pytest.raises(InputError, match="--arrivals ramp: a shape with an end needs a plan; write poisson"):
        arrivals.unit_gaps(ArrivalKind.RAMP, 1)
