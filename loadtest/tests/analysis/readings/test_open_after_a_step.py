"""
After which steps the next one first looks for workflows that are still open.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import Change, injector, whole

from loadtest.analysis.readings.workflow_counts import leaves_open
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.problem import Problem, ProblemCause

STEP = synthetic_steps.step()
SENT = STEP.injector.whole.sent
FAILED, UNKNOWN = (
    {Failure(kind, name): 1}
    for kind, name in ((FailureKind.WORKFLOW, "OvenBroken"), (FailureKind.RESULT, "UNAVAILABLE"))
)
EARLIER = Problem(ProblemCause.EARLIER_ORDERS, "7 workflows of earlier steps were still open")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda step: step, False, id="every-one-closed"),
        pytest.param(whole(completed=SENT - 1, failed=FAILED), False, id="one-failed"),
        pytest.param(whole(completed=SENT - 1, failed=UNKNOWN), True, id="how-one-ended-is-not-known"),
        pytest.param(whole(completed=SENT - 1), True, id="an-injector-vanished"),
        pytest.param(injector(open_at_end=1), True, id="one-is-open"),
        pytest.param(lambda step: replace(step, problems=(EARLIER,)), True, id="some-were-open-before"),
    ],
)
def test_a_step_that_did_not_see_each_end_may_leave_some_open(change: Change, expected: bool) -> None:
    """An injector that vanished reports none as open, and the workers go on with its orders."""
    assert leaves_open(change(STEP)) is expected
