"""
Which steps had more load than their workers could carry.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic
from changes import closes, window

from loadtest.analysis.validity import judge
from loadtest.results.measured import Measured, Second
from loadtest.results.step_result import StepVerdict

PLAN = synthetic.demo_plan()


def growing(slope: float, noise: float = 0.0) -> tuple[Second, ...]:
    """
    A timeline whose backlog grows by *slope* tasks a second around a saw of *noise*.
    """
    return tuple(
        Second(
            at=float(at),
            phase="window",
            backlog_activity=max(0, round(20 + slope * at + noise * (-1) ** at)),
            backlog_workflow=0,
        )
        for at in range(5, 26)
    )


@pytest.mark.parametrize(
    ("slope", "noise", "closed_of_100", "expected"),
    [
        pytest.param(1.0, 0.0, 67, StepVerdict.OVERLOADED, id="grows and falls behind"),
        pytest.param(1.0, 0.0, 84, StepVerdict.OVERLOADED, id="just below the bound"),
        pytest.param(1.0, 0.0, 85, StepVerdict.VALID, id="at the bound"),
        pytest.param(1.0, 0.0, 95, StepVerdict.VALID, id="grows, but closes keep up"),
        pytest.param(0.0, 2.0, 60, StepVerdict.VALID, id="falls behind, but no backlog grows"),
        pytest.param(0.1, 8.0, 60, StepVerdict.VALID, id="growth lost in noise"),
        pytest.param(-0.5, 0.0, 60, StepVerdict.VALID, id="shrinks"),
    ],
)
def test_overload_takes_both_a_growing_backlog_and_closes_that_fall_behind(
    slope: float, noise: float, closed_of_100: int, expected: StepVerdict, steady: Measured
) -> None:
    """
    Each sign alone is seen in honest windows; both together are not.
    """
    step = replace(
        closes(closed_of_100)(window(offered=100, sent=100, completed=closed_of_100)(steady)),
        timeline=growing(slope, noise),
    )

    verdict, reasons = judge(step, PLAN)

    assert verdict is expected
    assert bool(reasons) == (expected is StepVerdict.OVERLOADED)


def test_an_invalid_step_is_never_called_overloaded(steady: Measured) -> None:
    """
    What cannot be believed says nothing of capacity.
    """
    step = replace(closes(50)(window(offered=100, sent=90)(steady)), timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.INVALID


def test_a_saturate_step_is_never_overloaded(saturate: Measured) -> None:
    """
    A closed load is above capacity by intent.
    """
    step = replace(saturate, timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.VALID
