"""
``loadtest size`` on cells of recorded real sweeps that were left out of its fit.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "truth"))

from replica_trial import asked_counts
from size_trial import held_out, recorded_runs

from loadtest.analysis.sizing import believable


def test_nine_of_ten_readings_lie_in_the_stated_interval() -> None:
    """
    Of all readings of all cells left out, at least 90 % lie in what the other cells say, and there are over a hundred.
    """
    found = [one for run, (plan, steps) in recorded_runs().items() for one in held_out(run, plan, steps)]
    inside = sum(one.is_inside for one in found)

    assert len(found) > 100
    assert inside >= 0.9 * len(found), [(one.cell, one.quantity) for one in found if not one.is_inside]


def test_a_step_that_is_not_valid_is_neither_fitted_nor_left_out() -> None:
    """
    The records keep what the rules of validity read; two saturated steps of four replicas were not level.
    """
    plan, steps = recorded_runs()["replicas-1-to-4"]
    invalid = {step.key.folder for step in steps} - {step.key.folder for step in believable(steps, plan)}

    assert invalid == {"4-saturate-1", "4-saturate-1-again1"}
    assert invalid.isdisjoint(one.cell for one in held_out("replicas-1-to-4", plan, steps))


def test_nine_of_ten_answers_hold_the_replica_count_that_was_left_out() -> None:
    """
    Of all rates that surely need a count which the others were not told of.
    """
    runs = recorded_runs().items()
    counts = [one for run, (plan, steps) in runs for one in asked_counts(run, plan, steps)]
    told = [one for one in counts if not one.is_refused]

    assert len(told) >= 12
    assert sum(one.is_inside for one in told) >= 0.9 * len(told), [one.text for one in told]
