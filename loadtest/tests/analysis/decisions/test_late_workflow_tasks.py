"""
How full the workflow-task slots were, which says how long the bursts of late tasks may be.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from histograms import buckets

from loadtest.analysis.decisions.late_workflow_tasks import busy_ratio, decide_workflow_queue
from loadtest.plan import Open, Plan, Saturate, WorkerSetup
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import ResourceUse
from loadtest.results.window_decision import Decided
from loadtest.results.worker_facts import WorkerFacts


def _held(steady: Measured, seconds: float) -> Measured:
    """A window of 10 s whose workflow tasks held a slot for so many seconds in all, and of which none was late."""
    histograms = {
        "worker.workflow_task_execution": buckets([0.01] * round(100 * seconds)),
        "worker.workflow_schedule_to_start": buckets([0.003] * 400),
    }
    return replace(steady, worker_window=Difference(10.0, {}, histograms), limits=ResourceUse())


def _with_slots(measured: Measured, *slots: int | None) -> Measured:
    return replace(measured, workers=tuple(WorkerFacts(f"worker-{n}", workflow_slots=n) for n in slots))


def test_the_slots_are_those_that_the_workers_have(steady: Measured) -> None:
    """20 s held in 10 s are two slots of the two workers' eight, whatever the plan says."""
    step = _with_slots(_held(steady, 20.0), 4, 4)

    assert busy_ratio(step) == pytest.approx(0.25)


def test_the_pages_tell_where_the_workers_do_not(steady: Measured) -> None:
    """A worker without heartbeats shows its free and used slots on its page."""
    step = replace(_with_slots(_held(steady, 20.0), 4, None), limits=ResourceUse(workflow_slots=16.0))

    assert busy_ratio(step) == pytest.approx(0.125)


def test_slots_that_nobody_told_are_not_known(steady: Measured) -> None:
    """The plan's number is none: a worker of the user's own does not run with it."""
    assert busy_ratio(_with_slots(_held(steady, 20.0), 4, None)) is None
    assert busy_ratio(_with_slots(_held(steady, 20.0))) is None


def test_the_plans_slots_calm_no_full_worker(steady: Measured) -> None:
    """None of 400 tasks was late: enough where half of the slots were free, and too few where all were in use."""
    plan = Plan(name="other", worker=WorkerSetup(workflow_task_slots=1000))
    calm, full = _with_slots(_held(steady, 20.0), 4, 4), _with_slots(_held(steady, 20.0), 1, 1)

    decisions = [decide_workflow_queue(step, plan) for step in (calm, full)]

    assert [decision.answer for decision in decisions if decision is not None] == [
        Decided.MET,
        Decided.UNDECIDED,
    ]


@pytest.mark.parametrize(
    ("load", "seconds", "told"),
    [
        (Open(window_seconds=20), 20.0, "; write window_seconds = 65 or more (now 20)"),
        (Open(max_window_seconds=20), 19.0, "; write max_window_seconds = 62 or more (now 20)"),
        (
            Open(max_window_seconds=120),
            20.0,
            "the window ended once the activities' waits were decided; test a higher",
        ),
    ],
    ids=["fixed", "at its longest", "decided before"],
)
def test_what_is_told_to_write_lengthens_the_window(
    load: Open, seconds: float, told: str, steady: Measured
) -> None:
    """
    A limit that was not reached makes no window longer, and a fixed one would take the activities' answer away.
    """
    plan = Plan(name="other", loads=(Saturate(), load))
    step = replace(_with_slots(_held(steady, 20.0), 1), window_seconds=seconds)
    step = replace(step, key=replace(step.key, load=1, kind="open"))

    decision = decide_workflow_queue(step, plan)

    assert decision is not None
    assert told in (decision.why or "")
