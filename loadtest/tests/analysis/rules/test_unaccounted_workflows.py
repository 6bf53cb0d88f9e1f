"""
Whether a step's workflows are accounted for.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import counter, injector, whole
from synthetic_steps import demo_plan, step

from loadtest.analysis.rules.enough_closes import too_few_closes
from loadtest.analysis.rules.unaccounted_workflows import disagreeing_counts, unaccounted_workflows
from loadtest.results.failure import ALREADY_RUNNING, Failure, FailureKind
from loadtest.results.measured_step import Measured


def _unended(each: int | None, done: float) -> Measured:
    step = synthetic_steps.step()
    assert step.worker_whole is not None
    counted = replace(
        step.worker_whole,
        seconds=80.0,
        counters={**step.worker_whole.counters, "worker.activity_finished": done},
    )
    step = replace(step, activities_per_workflow=each, worker_whole=counted)
    step = injector(open_at_end=200)(whole(sent=200, completed=0)(step))
    return _with_runs_ended(step)


def _with_runs_ended(step: Measured, runs: float = 0.0) -> Measured:
    """
    A step of which workers and server counted so many ends of runs.
    """
    assert step.worker_whole is not None and step.server_whole is not None
    workers = {**step.worker_whole.counters, "worker.workflow_completed": runs}
    server = {**step.server_whole.counters, "server.workflow_closed": runs}
    return replace(
        step,
        worker_whole=replace(step.worker_whole, counters=workers),
        worker_window=replace(step.worker_whole, counters=workers),
        server_whole=replace(step.server_whole, counters=server),
    )


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
    (reason,) = unaccounted_workflows(_unended(each, done), synthetic_steps.demo_plan())

    assert told in reason
    assert ("are left" in reason) is ("are left" in told)


def test_workflow_tasks_that_fail_again_and_again_are_told_in_place_of_a_longer_drain() -> None:
    """A workflow whose code breaks never ends, whatever the drain, and no activity of it fails."""
    step = _unended(500, 4000)
    assert step.worker_whole is not None
    failing = replace(step.worker_whole, by_label={"worker.workflow_task_failed": {"WorkflowError": 40.0}})

    (reason,) = unaccounted_workflows(replace(step, worker_whole=failing), synthetic_steps.demo_plan())

    assert "40 attempts of workflow tasks failed: 40 WorkflowError, and what fails is tried anew" in reason
    assert "are left" not in reason


def test_workflows_whose_runs_end_while_they_go_on_are_told() -> None:
    """A scenario with the `cron_schedule` of production: more runs end than there are workflows; as many may end just late."""
    (going_on,) = unaccounted_workflows(_with_runs_ended(_unended(3, 600), 500), synthetic_steps.demo_plan())
    (never,) = unaccounted_workflows(_with_runs_ended(_unended(3, 600), 200), synthetic_steps.demo_plan())

    assert "500 runs of them ended and the workflows went on, as with `cron_schedule`" in going_on
    assert "cron" not in never


def test_a_longer_window_is_no_remedy_where_no_workflow_ended() -> None:
    """It stood first, and so in the headline, although no window is long enough."""
    closed = replace(_unended(3, 600), key=synthetic_steps.step(1, "saturate").key, arrival_rate=None)

    assert too_few_closes(_with_runs_ended(closed, 5), synthetic_steps.demo_plan()) == []


@pytest.mark.parametrize(("acknowledged", "told"), [(200, False), (188, True)])
def test_starts_that_had_not_returned_are_told(acknowledged: int, told: bool) -> None:
    """One that awaits an update or an activity of its own hangs before its workflow is there, and the workflow was blamed."""
    step = whole(acknowledged=acknowledged)(_unended(3, 600))

    (reason,) = unaccounted_workflows(step, synthetic_steps.demo_plan())

    assert ("`start` had not returned for 12 of them" in reason) is told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("saturate", "or keep fewer orders open (in_flight_per_slot)", id="closed"),
        pytest.param("open", "or lower the rate", id="open"),
    ],
)
def test_what_a_load_has_is_told_to_be_lowered(kind: str, told: str) -> None:
    """A closed load has no rate."""
    step = injector(open_at_end=3)(synthetic_steps.step(1, kind))

    (reason,) = unaccounted_workflows(step, synthetic_steps.demo_plan())

    assert reason.endswith(told)


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
