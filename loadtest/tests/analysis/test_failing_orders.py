"""
Two settings whose orders do not fail alike: what a comparison says of them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import errors_of

from loadtest.analysis.comparisons.settings_comparison import Block, compare_settings, failure_notes
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.results.comparison_result import QuantityComparison, Standing

PLAN = synthetic_steps.demo_plan()


def rounds(failed_a: int, failed_b: int, *, quicker: float = 1.0) -> list[list[Block]]:
    """
    Three rounds of 100 finished orders a block, of which so many failed; B completes so many times as much.
    """
    measured = synthetic_steps.step(1, "saturate", 1, PLAN)
    result = read_step(measured, PLAN)
    window = measured.worker_window
    assert window is not None
    counters = {name: quicker * number for name, number in window.counters.items()}
    sides = {
        "A": (measured, failed_a),
        "B": (replace(measured, worker_window=replace(window, counters=counters)), failed_b),
    }
    return [
        [
            (step, replace(result, errors=errors_of(failed, 100)))
            for step, failed in (sides[side] for side in "ABBA")
        ]
        for _ in range(3)
    ]


def _throughput(blocks: list[list[Block]]) -> QuantityComparison:
    return next(one for one in compare_settings(blocks, PLAN) if one.quantity == "throughput")


def test_a_setting_whose_orders_fail_is_not_called_better() -> None:
    """
    Orders that fail at once are quick: nothing of them is held against orders that did their work.
    """
    compared = compare_settings(rounds(0, 96, quicker=2.0), PLAN)

    assert {one.standing for one in compared} == {Standing.UNKNOWN}
    assert {one.ratio for one in compared} == {None}
    assert compared[0].why.startswith("0 of 600 of A and 576 of 600 of B failed")


@pytest.mark.parametrize(
    ("failed_a", "failed_b"), [(0, 0), (0, 2), (30, 31), (100, 100)], ids=["none", "few", "alike", "all"]
)
def test_settings_whose_orders_fail_alike_are_compared(failed_a: int, failed_b: int) -> None:
    """
    A share of failures that differs by less than the margin moves no quantity by more.
    """
    assert _throughput(rounds(failed_a, failed_b, quicker=1.3)).standing is Standing.BETTER


def test_how_many_orders_failed_is_told_beside_the_answer() -> None:
    """
    Each setting with its own, and nothing where none did.
    """
    assert failure_notes(rounds(0, 0)) == ()
    (told,) = failure_notes(rounds(1, 0))
    assert told.startswith("6 of 600 orders of A failed: ")


def test_a_block_that_stands_twice_in_a_round_counts_once() -> None:
    """
    Two finished runs have one step each for the four places of a round.
    """
    first, second, *_ = rounds(3, 0)[0]

    (told,) = failure_notes([[first, second, second, first]])

    assert told.startswith("3 of 100 orders of A failed")
