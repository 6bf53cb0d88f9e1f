"""
``loadtest size`` on cells of recorded real sweeps that were left out of its fit.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "truth"))

from left_out_counts import asked_counts
from scatter_within_runs import machine_scatter, usual_scatter
from size_trial import REPEATS, left_out, recorded_runs, tried

from loadtest.analysis.costs.sizing_steps import believable_steps
from loadtest.analysis.estimators.usual_scatter import (
    CONFIDENCE,
    MACHINE_SCATTER,
    ROW_CONFIDENCE,
    STATED,
    USUAL_SCATTER,
    Scatter,
)


def test_nine_of_ten_cells_lie_in_the_stated_intervals_with_every_quantity() -> None:
    """
    The claim is of the whole answer: a cell of which one reading lies outside is missed.
    """
    found = tried(recorded_runs(), ROW_CONFIDENCE)
    cells = {(one.run, one.cell) for one in found}
    missed = {(one.run, one.cell, one.quantity) for one in found if not one.is_inside}

    assert len(cells) >= 20
    assert len({name[:2] for name in missed}) <= 0.1 * len(cells), missed


def test_a_row_alone_holds_about_as_often_as_its_own_interval_says() -> None:
    """
    At 95 % a row, 90 % of the readings and more lie inside, and some do not: the widths are no walls.
    """
    found = tried(recorded_runs(), CONFIDENCE)
    inside = sum(one.is_inside for one in found)

    assert len(found) > 100
    assert 0.9 * len(found) <= inside < len(found)


def test_the_numbers_known_beforehand_are_those_of_the_recorded_steps() -> None:
    """
    The scatter that the program brings along is what the recorded runs show.
    """
    usual, machine = usual_scatter(recorded_runs()), machine_scatter(recorded_runs(REPEATS))

    assert {name: _rounded(one) for name, one in usual.items()} == {
        name: _rounded(one) for name, one in USUAL_SCATTER.items()
    }
    assert _rounded(machine) == _rounded(MACHINE_SCATTER)


def _rounded(scatter: Scatter) -> tuple[float, float]:
    return round(scatter.ratio, 4), round(scatter.freedom, 2)


def test_a_step_that_is_not_valid_is_neither_fitted_nor_left_out() -> None:
    """
    The records keep what the rules of validity read; two saturated steps of four replicas were not level.
    """
    plan, steps = recorded_runs()["replicas-1-to-4"]
    invalid = {step.key.folder for step in steps} - {
        step.key.folder for step in believable_steps(steps, plan)
    }

    assert invalid == {"4-saturate-1", "4-saturate-1-again1"}
    assert invalid.isdisjoint(one.cell for one in left_out("replicas-1-to-4", plan, steps, STATED))


def test_nine_of_ten_answers_hold_the_replica_count_that_was_left_out() -> None:
    """
    Of all rates that surely need a count which the others were not told of.
    """
    runs = recorded_runs().items()
    counts = [one for run, (plan, steps) in runs for one in asked_counts(run, plan, steps)]
    told = [one for one in counts if not one.is_refused]

    assert len(told) >= 10
    assert sum(one.is_inside for one in told) >= 0.9 * len(told), [one.text for one in told]
