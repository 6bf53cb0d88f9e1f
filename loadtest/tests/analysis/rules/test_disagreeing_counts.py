"""
Which cause is named where the sides counted different numbers of workflows.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from changed_steps import counter
from synthetic_steps import demo_plan, step

from loadtest.analysis.rules.disagreeing_counts import disagreeing_counts
from loadtest.results.failure import ALREADY_RUNNING, Failure, FailureKind

OTHERS, RETRIED = (
    "workflows or the scenario's `start` start others of the same type",
    "leave `retry_policy` out of the scenario's `start_workflow`",
)


@pytest.mark.parametrize(
    ("more", "retried", "told"),
    [
        pytest.param(5, 0, OTHERS, id="others"),
        pytest.param(5, 12, RETRIED, id="retried-as-a-whole"),
        pytest.param(-5, 12, OTHERS, id="lost-some"),
    ],
)
def test_attempts_of_workflows_that_are_retried_are_told(more: int, retried: int, told: str) -> None:
    """Each attempt closes; another program on the server was blamed."""
    measured = counter("worker_whole", "worker.workflow_completed", more)(step())
    assert measured.histories is not None
    measured = replace(measured, histories=replace(measured.histories, retried=retried))

    (reason,) = disagreeing_counts(measured, demo_plan())

    assert told in reason


@pytest.mark.parametrize(
    ("failure", "more", "told"),
    [
        pytest.param("WorkflowUpdateFailedError", 3, "let `start` catch it", id="update-failed"),
        pytest.param("DEADLINE_EXCEEDED", 1, "3 by DEADLINE_EXCEEDED", id="not-answered-in-time"),
        pytest.param("WorkflowUpdateFailedError", 4, OTHERS, id="more-than-failed"),
        pytest.param(ALREADY_RUNNING.name, 3, OTHERS, id="refused-ids"),
    ],
)
def test_failed_starts_that_began_a_workflow_are_told(failure: str, more: int, told: str) -> None:
    """An update with start whose update fails has begun its workflow; another program on the server was blamed."""
    measured = step()
    whole = measured.injector.whole
    failed = {**whole.failed, Failure(FailureKind.START, failure): 3}
    whole = replace(whole, sent=whole.sent + 3, offered=whole.offered + 3, failed=failed)
    measured = replace(measured, injector=replace(measured.injector, whole=whole))
    measured = counter("worker_whole", "worker.workflow_completed", more)(measured)

    (reason,) = disagreeing_counts(measured, demo_plan())

    assert told in reason
