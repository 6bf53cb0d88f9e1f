"""
What a step whose starts were late is told to change.
"""

from __future__ import annotations

import pytest
import synthetic_steps
from changed_steps import injector

from loadtest.analysis.rules.injector_relief import THROTTLED_RATIO, injector_relief

PLAN = synthetic_steps.demo_plan()
STEP = synthetic_steps.step(1, "open")
BOUND = THROTTLED_RATIO * STEP.window_seconds


@pytest.mark.parametrize(
    ("limit", "throttled", "said"),
    [
        pytest.param(
            0.5,
            6.0,
            "an injector may use 0.5 cores, and that limit held it back for 6.0 s: raise it",
            id="limit",
        ),
        pytest.param(1.0, BOUND, "an injector may use 1 core, and that limit", id="at-the-bound"),
        pytest.param(0.5, 0.9 * BOUND, "add --injectors 2 or lower the rate", id="hardly-held-back"),
        pytest.param(0.5, None, "add --injectors 2 or lower the rate", id="nothing-tells"),
        pytest.param(None, 6.0, "add --injectors 2 or lower the rate", id="no-limit"),
    ],
)
def test_an_injector_that_its_limit_throttles_is_told_the_limit(
    limit: float | None, throttled: float | None, said: str
) -> None:
    """One more of them, each with as little, helps less than a limit that is none; without one more is the advice."""
    step = injector(core_limit=limit, throttled_seconds=throttled)(STEP)

    assert injector_relief(step, PLAN).startswith(said)
