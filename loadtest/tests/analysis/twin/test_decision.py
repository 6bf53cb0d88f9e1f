"""
Late tasks of a window against those of its twins: which answer follows.
"""

from __future__ import annotations

import numpy as np
import pytest

from loadtest.analysis.twin.decision import deviation_of, judge_late_tasks
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks
from loadtest.results.window_decision import Decided

STEADY = TwinLateTasks(tuple(tuple([rate] * 60) for rate in (1, 1, 1, 1, 1, 1)))  # 1 late task a second
QUIET = TwinLateTasks(tuple(tuple([0] * 60) for _ in range(6)))


def _counts(*blocks: float) -> list[tuple[float, float]]:
    total, found = 0.0, []
    for number, late in enumerate(blocks, 1):
        total += late
        found.append((10.0 * number, total))
    return found


@pytest.mark.parametrize(
    ("blocks", "answer", "why"),
    [
        ((2, 3, 2, 2), Decided.MET, None),
        ((25, 22, 20, 21), Decided.MISSED, None),
        ((10, 9, 11, 10), Decided.UNDECIDED, "40 late, and a system just at the limit would have 40 ± 16"),
        ((10, 60, 10, 10), Decided.UNDECIDED, "the difference rests on the seconds 10 to 20 alone"),
        ((0, 0, 0, 0), Decided.MET, None),
    ],
    ids=["fewer", "more", "alike", "one block", "none"],
)
def test_the_answer_follows_from_the_late_tasks(
    blocks: tuple[float, ...], answer: Decided, why: str | None
) -> None:
    """
    The twins have 10 late in each block of 10 s; the misfit term alone makes s = 6.1 of 40.
    """
    decision = judge_late_tasks(_counts(*blocks), STEADY)

    assert decision.answer is answer
    assert (decision.why or "").startswith(why or "")
    assert decision.seconds == 40
    assert decision.twin_late == 40
    assert decision.twin_deviation == pytest.approx((0.15**2 * 40**2 + 1) ** 0.5)


@pytest.mark.parametrize("blocks", [(10, 10, 60), (10, 60, 10)], ids=["in the last seconds", "in a block"])
def test_a_stall_is_no_answer_wherever_it_is(blocks: tuple[float, ...]) -> None:
    """
    At 25 s the last five seconds are no whole block, and one stall can make 60 late tasks in them just as well.
    """
    seconds = (10.0, 20.0, 25.0)

    decision = judge_late_tasks(list(zip(seconds, np.cumsum(blocks).tolist(), strict=True)), STEADY)

    assert decision.answer is Decided.UNDECIDED
    start = 10 * blocks.index(60)
    end = min(start + 10, 25)
    assert (decision.why or "").startswith(f"the difference rests on the seconds {start} to {end} alone")


def test_a_twin_that_is_never_late_can_tell_missed_and_not_met() -> None:
    """
    With no late task in twins just at the edge, none measured says nothing; many say missed.
    """
    nothing = judge_late_tasks(_counts(0, 0), QUIET)
    many = judge_late_tasks(_counts(5, 6), QUIET)

    assert nothing.answer is Decided.UNDECIDED
    assert nothing.why == "a system just at the limit would have 0.0 late by now, too few to tell"
    assert many.answer is Decided.MISSED


def test_the_spread_of_the_twins_widens_the_doubt() -> None:
    """
    Totals of 10, 20 and 30: variance 100, a third more for the mean's own error, the misfit and one task.
    """
    assert deviation_of([10, 20, 30], 0.15) == pytest.approx((100 * 4 / 3 + 9 + 1) ** 0.5)


def test_workers_that_stand_for_others_add_the_luck_of_who_took_the_late_tasks() -> None:
    """
    A quarter of them counted: three more tasks of variance for each late one.
    """
    assert deviation_of([20, 20, 20], 0.15, 0.25) == pytest.approx((9 + 1 + 60) ** 0.5)


@pytest.mark.parametrize("seen", [0.5, 0.25, 0.1])
def test_a_sample_of_the_workers_at_the_limit_is_hardly_ever_an_answer(seen: float) -> None:
    """
    A system just like its twins: each late task is one of the workers that are looked at by chance, and stands for more.
    """
    chance, twins = np.random.default_rng(3), TwinLateTasks(tuple(tuple([2] * 60) for _ in range(6)))
    answers = []
    for _ in range(200):
        counts = np.cumsum(chance.binomial(20, seen, 6)) / seen
        seen_so_far = list(zip(range(10, 70, 10), counts.tolist(), strict=True))
        answers.append(judge_late_tasks(seen_so_far, twins, seen_ratio=seen).answer)

    assert answers.count(Decided.UNDECIDED) >= 190
    unscaled = [(float(second), 2.0 * seen * second) for second in range(10, 70, 10)]
    assert judge_late_tasks(unscaled, twins).answer is Decided.MET


def test_the_blocks_are_the_evidence_of_the_picture() -> None:
    """
    Each block has the measured count and the twins' band; a part of a block at the end is left out.
    """
    decision = judge_late_tasks([*_counts(2, 3, 2), (34.0, 8.0)], STEADY)

    assert [(block.start, block.end, block.late) for block in decision.blocks] == [
        (0, 10, 2),
        (10, 20, 3),
        (20, 30, 2),
    ]
    assert all(block.twin_low < block.twin_late == 10 < block.twin_high for block in decision.blocks)


def test_a_count_that_comes_late_is_held_against_twins_of_the_same_length() -> None:
    """
    At 20.5 s the twins of 1 a second have 20.5 late.
    """
    decision = judge_late_tasks([(10.2, 10), (20.5, 20)], STEADY)

    assert decision.twin_late == 20.5
    assert [(block.start, block.end) for block in decision.blocks] == [(0, 10.2), (10.2, 20.5)]
    assert decision.blocks[0].twin_late == pytest.approx(10.2)
