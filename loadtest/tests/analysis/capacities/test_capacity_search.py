"""
The search for a rate ends in a bracket that traffic confirmed or did not contradict, or in none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from loadtest.analysis.capacities.capacity_search import (
    SIDE_RATIO,
    CapacityBracket,
    ProbeResult,
    headroom_of,
    proposed_rate,
    search_capacity,
)
from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.twin import QueueModel, SloBound, UniformWork
from loadtest.results.capacity_result import Carries
from loadtest.results.window_decision import Decided

MODEL = QueueModel(4, overhead_seconds=0.01, gap_seconds=0.01, newest_first_ratio=0.45)
FIRST, BOUND, TASKS = Calibration(MODEL, UniformWork(0.25, 0.5)), SloBound(0.5), 6_000
SLOWER = replace(FIRST, model=replace(MODEL, overhead_seconds=0.036))

Traffic = Callable[[float], tuple[Decided, Decided, Calibration]]


def _search(traffic: Traffic) -> tuple[CapacityBracket, list[ProbeResult]]:
    probes: list[ProbeResult] = []
    while not isinstance(found := search_capacity(FIRST, probes, BOUND, tasks=TASKS), CapacityBracket):
        probes.append(ProbeResult(found, *traffic(found)))
    return found, probes


def _undecided(_: float) -> tuple[Decided, Decided, Calibration]:
    return Decided.UNDECIDED, Decided.UNDECIDED, FIRST


def _system_of(capacity: float) -> Traffic:
    """
    Traffic that always decides, at a capacity of its own.
    """

    def answer(rate: float) -> tuple[Decided, Decided, Calibration]:
        low = Decided.MET if rate / SIDE_RATIO < capacity else Decided.MISSED
        high = Decided.MISSED if rate * SIDE_RATIO > capacity else Decided.MET
        return low, high, FIRST

    return answer


@pytest.mark.parametrize("ratio", [0.9, 0.97, 1.03, 1.12])
def test_the_bracket_holds_the_capacity_wherever_it_is(ratio: float) -> None:
    """On the model's rate, or one step to either side of it."""
    capacity = ratio * proposed_rate(FIRST, BOUND, TASKS)

    bracket, probes = _search(_system_of(capacity))

    assert bracket.low is not None and bracket.high is not None
    assert bracket.low < capacity < bracket.high
    assert bracket.high / bracket.low <= SIDE_RATIO**2 + 1e-9
    assert bracket.low_confirmed and bracket.high_confirmed
    assert len(probes) == (1 if 0.95 < ratio < 1.05 else 2)


def test_a_probe_that_decides_nothing_leaves_the_models_word() -> None:
    """Neither side is confirmed, and neither is contradicted."""
    bracket, probes = _search(_undecided)

    assert (bracket.low_confirmed, bracket.high_confirmed) == (False, False)
    assert bracket.low == pytest.approx(probes[0].arrival_rate / SIDE_RATIO)


def test_traffic_that_contradicts_each_probe_leaves_no_bracket() -> None:
    """The model's word is worth nothing then."""
    bracket, probes = _search(lambda _: (Decided.MISSED, Decided.UNDECIDED, FIRST))

    assert bracket.low is None
    assert bracket.why == "3 probes contradicted the model each time"
    assert probes[0].arrival_rate > probes[1].arrival_rate > probes[2].arrival_rate


def test_probes_that_contradict_each_other_leave_no_bracket() -> None:
    """First far below the model, then far above what was missed before: the system changed between them."""
    answers = iter([(Decided.MISSED, Decided.UNDECIDED), (Decided.MISSED, Decided.MET)])

    bracket, _ = _search(lambda _: (*next(answers), FIRST))

    assert (bracket.low, bracket.why) == (None, "probes contradict each other, so the system changed")


def test_slot_times_of_the_probe_move_the_rate() -> None:
    """A stall that 15 s of saturation did not hold: 10 % more time in the slot, proposed anew once."""
    bracket, probes = _search(lambda _: (Decided.UNDECIDED, Decided.UNDECIDED, SLOWER))

    assert len(probes) == 2
    assert probes[1].arrival_rate == pytest.approx(proposed_rate(SLOWER, BOUND, TASKS))
    assert bracket.low == pytest.approx(probes[1].arrival_rate / SIDE_RATIO)


def test_what_an_earlier_probe_showed_stays_true() -> None:
    """The second probe decides nothing, yet its upper side is where the first one was missed."""
    answers = iter([(Decided.MISSED, Decided.UNDECIDED), (Decided.UNDECIDED, Decided.UNDECIDED)])

    bracket, probes = _search(lambda _: (*next(answers), FIRST))

    assert bracket.high == pytest.approx(probes[0].arrival_rate / SIDE_RATIO)
    assert (bracket.low_confirmed, bracket.high_confirmed) == (False, True)


@pytest.mark.parametrize(
    ("bracket", "carries"),
    [
        pytest.param(CapacityBracket(2.0, 2.2, low_confirmed=True), Carries.ENOUGH, id="kept-by-traffic"),
        pytest.param(CapacityBracket(2.0, 2.2), Carries.UNKNOWN, id="at-the-models-word"),
        pytest.param(CapacityBracket(2.2, 2.4), Carries.ENOUGH, id="clear-of-the-models-word"),
        pytest.param(CapacityBracket(1.95, 2.1), Carries.UNKNOWN, id="within"),
        pytest.param(
            CapacityBracket(1.8, 2.0, high_confirmed=True), Carries.NOT_ENOUGH, id="missed-by-traffic"
        ),
        pytest.param(CapacityBracket(1.8, 1.95), Carries.UNKNOWN, id="just-above-the-models-word"),
        pytest.param(CapacityBracket(None, None, why="no twins"), Carries.UNKNOWN, id="no-bracket"),
    ],
)
def test_a_count_carries_a_rate_or_it_is_not_known(bracket: CapacityBracket, carries: Carries) -> None:
    """At 2/s; a side by the model must be cleared by 5 % more."""
    assert headroom_of(bracket, 2.0).carries is carries
