"""
The search for a rate ends in a bracket that traffic confirmed or did not contradict, or in none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from loadtest.analysis.capacity_search import CapacityBracket, Probe, ProbeResult, search_capacity
from loadtest.analysis.twin import LateBound, QueueModel, UniformWork, rate_at_bound
from loadtest.results.window_decision import Decided

MODEL = QueueModel(4, overhead_seconds=0.01, gap_seconds=0.01, newest_first_ratio=0.45)
WORK, BOUND, TASKS = UniformWork(0.25, 0.5), LateBound(0.5), 6_000


def _search(answer: Callable[[Probe], ProbeResult]) -> tuple[CapacityBracket, list[Probe]]:
    search, probes = search_capacity(MODEL, WORK, BOUND, tasks=TASKS), []
    probe = next(search)
    while True:
        probes.append(probe)
        try:
            probe = search.send(answer(probe))
        except StopIteration as stop:
            return stop.value, probes


def _system_of(capacity: float) -> Callable[[Probe], ProbeResult]:
    """
    Traffic that always decides, at a capacity of its own.
    """

    def answer(probe: Probe) -> ProbeResult:
        low = Decided.MET if probe.arrival_rate / 1.05 < capacity else Decided.MISSED
        high = Decided.MISSED if probe.arrival_rate * 1.05 > capacity else Decided.MET
        return ProbeResult(low, high)

    return answer


@pytest.mark.parametrize("ratio", [0.9, 0.97, 1.03, 1.12])
def test_the_bracket_holds_the_capacity_wherever_it_is(ratio: float) -> None:
    """
    On the model's rate, or one step to either side of it.
    """
    capacity = ratio * rate_at_bound(MODEL, WORK, BOUND, TASKS)

    bracket, probes = _search(_system_of(capacity))

    assert bracket.low is not None and bracket.high is not None
    assert bracket.low < capacity < bracket.high
    assert bracket.low_confirmed and bracket.high_confirmed
    assert bracket.probes == len(probes) == (1 if 0.95 < ratio < 1.05 else 2)


def test_a_probe_that_decides_nothing_leaves_the_models_word() -> None:
    """
    Neither side is confirmed, and neither is contradicted.
    """
    bracket, probes = _search(lambda _: ProbeResult(Decided.UNDECIDED, Decided.UNDECIDED))

    assert (bracket.low_confirmed, bracket.high_confirmed) == (False, False)
    assert bracket.low == pytest.approx(probes[0].arrival_rate / 1.05)


def test_traffic_that_contradicts_each_probe_leaves_no_bracket() -> None:
    """
    The model's word is worth nothing then.
    """
    bracket, probes = _search(lambda _: ProbeResult(Decided.MISSED, Decided.MISSED))

    assert bracket.low is None
    assert bracket.why == "3 probes contradicted the model each time"
    assert probes[0].arrival_rate > probes[1].arrival_rate > probes[2].arrival_rate


def test_slot_times_of_the_probe_move_the_rate() -> None:
    """
    A stall that 15 s of saturation did not hold: 10 % more time in the slot, proposed anew once.
    """
    slower = replace(MODEL, overhead_seconds=0.036)

    bracket, probes = _search(lambda _: ProbeResult(Decided.UNDECIDED, Decided.UNDECIDED, slower))

    assert len(probes) == bracket.probes == 2
    assert probes[1].arrival_rate == pytest.approx(rate_at_bound(slower, WORK, BOUND, TASKS))


def test_a_bound_that_no_rate_keeps_says_why() -> None:
    """
    Each task takes 50 ms to be handed over, and 20 ms are allowed.
    """
    model = replace(MODEL, hand_over_seconds=(0.05,))
    search = search_capacity(model, WORK, LateBound(0.02), tasks=2000)

    with pytest.raises(StopIteration) as stop:
        next(search)

    assert stop.value.value.low is None
    assert "finer than the hand-over" in stop.value.value.why
