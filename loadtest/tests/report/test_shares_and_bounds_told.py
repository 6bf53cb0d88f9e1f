"""
Shares and bounds in a run's sentences: a rounded one claims no more than was counted or asked.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.plan import Slo
from loadtest.report.headlines import headlines
from loadtest.results.sweep_result import SweepResult


@pytest.mark.parametrize(
    ("ratio", "told"),
    [(1 / 5000, "0.02 % of "), (214 / 215, "99.5 % of "), (1.0, "all of "), (0.0, "none of ")],
)
def test_a_rounded_share_is_no_claim_of_none_or_all(ratio: float, told: str, sweep: SweepResult) -> None:
    """As 0.0 % and 100 % are read."""
    late = replace(
        sweep,
        steps=tuple(
            replace(step, late_ratio=ratio) if step.load.kind == "open" else step for step in sweep.steps
        ),
    )

    assert f"hours may differ) {told}" in headlines(late)[1]


def test_a_goal_is_named_as_it_was_set() -> None:
    """1.25 s is not 1.2 s."""
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=1.25))

    found = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert "5 % of the tasks wait longer than 1.25 s for a worker" in found[0]
