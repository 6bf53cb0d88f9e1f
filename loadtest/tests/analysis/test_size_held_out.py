"""
``loadtest size`` on cells of recorded real sweeps that were left out of its fit.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "truth"))

from size_trial import held_out, recorded_runs


def test_nine_of_ten_readings_lie_in_the_stated_interval() -> None:
    """
    Of all readings of all cells left out, at least 90 % lie in what the other cells say, and there are over a hundred.
    """
    found = [one for run, (plan, steps) in recorded_runs().items() for one in held_out(run, plan, steps)]
    inside = sum(one.is_inside for one in found)

    assert len(found) > 100
    assert inside >= 0.9 * len(found), [(one.cell, one.quantity) for one in found if not one.is_inside]
