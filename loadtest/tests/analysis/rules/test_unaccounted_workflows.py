"""
How long a drain is wanted where no workflow ended in one.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic
from changes import injector, whole

from loadtest.analysis.rules.unaccounted_workflows import unaccounted_workflows
from loadtest.results.measured_step import Measured


def _unended(each: int | None, done: float) -> Measured:
    step = synthetic.step()
    assert step.worker_whole is not None
    counted = replace(
        step.worker_whole,
        seconds=80.0,
        counters={**step.worker_whole.counters, "worker.activity_finished": done},
    )
    step = replace(step, activities_per_workflow=each, worker_whole=counted)
    return injector(open_at_end=200)(whole(sent=200, completed=0)(step))


@pytest.mark.parametrize(
    ("each", "done", "told"),
    [
        pytest.param(
            500, 4000, ": 96,000 activities are left, 1,920 s at the 50 a second", id="many-activities"
        ),
        pytest.param(None, 4000, "beyond what one takes", id="as-many-as-it-takes"),
        pytest.param(500, 0, "beyond what one takes", id="none-was-done"),
    ],
)
def test_how_long_the_rest_takes_is_told(each: int | None, done: float, told: str) -> None:
    """Two hundred orders of 500 activities want half an hour, and the next attempt added as many."""
    (reason,) = unaccounted_workflows(_unended(each, done), synthetic.demo_plan())

    assert told in reason
    assert ("are left" in reason) is ("are left" in told)
