"""
How long an activity should take is known of the kit's own orders alone.
"""

from __future__ import annotations

import pytest
import synthetic_steps

from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.plan import Work


@pytest.mark.parametrize(
    ("scenario", "seconds"),
    [
        pytest.param("repair", 0.25, id="own"),
        pytest.param("noop", None, id="no-activities"),
        pytest.param("/somewhere/repair.py", None, id="a-users-of-that-name"),
        pytest.param("repairs_of_ours.py", None, id="a-users-that-begins-so"),
    ],
)
def test_the_plans_work_is_that_of_the_kits_own_orders(scenario: str, seconds: float | None) -> None:
    """Another scenario's activities take what they take, and none is slow for a plan's default."""
    plan = synthetic_steps.demo_plan(scenario=scenario, work=Work(seconds=0.25))

    assert suspect_readings_of(synthetic_steps.step(1), plan).planned_activity_seconds == seconds
