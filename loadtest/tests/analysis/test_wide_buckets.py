"""
A bound inside of a wide bucket, as the SDK's own are: how many of its tasks are late is not made up.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.decisions.late_workflow_tasks import decide_workflow_queue
from loadtest.analysis.saturation.calibrated_model import calibration, learn_again
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.analysis.suspects.worker_rules import waits_long
from loadtest.plan import Plan, Slo
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, Histogram
from loadtest.results.window_decision import Decided

# Of the SDK core, where nobody gave it others.
BOUNDS = (0.1, 0.5, 1.0, 5.0, 10.0, 100.0, 1000.0, float("inf"))


def waited(queue: str, counts: tuple[int, ...], bound: float) -> tuple[Measured, Plan]:
    """
    An open step whose tasks of one queue waited so, by the SDK's own buckets, and a plan with that bound.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=bound))
    step = synthetic_steps.step(2, "open", plan=plan)
    assert step.worker_window is not None
    waits = Histogram(BOUNDS, (*counts, *[0] * (len(BOUNDS) - len(counts))), 1.0)
    histograms = {**step.worker_window.histograms, f"worker.{queue}_schedule_to_start": waits}
    return replace(step, worker_window=replace(step.worker_window, histograms=histograms)), plan


@pytest.mark.parametrize(
    ("counts", "bound", "answer"),
    [
        pytest.param(
            (400,), 0.05, Decided.UNDECIDED, id="all of them in the first bucket, which the bound cuts"
        ),
        pytest.param((300, 100), 0.15, Decided.UNDECIDED, id="a quarter in the bucket of the bound"),
        pytest.param((400, 1), 0.15, Decided.MET, id="too few in it to matter"),
        pytest.param((300, 100), 0.1, Decided.MISSED, id="the bound is one of the histogram"),
        pytest.param((400,), 0.5, Decided.MET, id="all of them below"),
    ],
)
def test_workflow_tasks_in_the_bucket_of_the_bound_are_not_shared_out(
    counts: tuple[int, ...], bound: float, answer: Decided
) -> None:
    """
    Waits of a millisecond lie between 0 and 100 ms: a half of them would be called later than 50.
    """
    found = decide_workflow_queue(*waited("workflow", counts, bound))

    assert found is not None and found.answer is answer
    assert answer is not Decided.UNDECIDED or "the histogram has no bound in between" in (found.why or "")


def test_the_share_of_late_activities_says_why_it_is_not_known() -> None:
    """
    With the bound that would tell it.
    """
    found = read_step(*waited("activity", (300,), 0.05))

    assert found.late_ratio is None
    assert found.why["late_ratio"].startswith("300 of 300 waited between 0 and 0.1 s")
    assert "histogram_bucket_overrides" in found.why["late_ratio"]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        pytest.param((10, 300), "between 0.1 and 0.5 s", id="in a wide bucket"),
        pytest.param((0, 0, 0, 0, 0, 0, 0, 310), "more than 1000 s", id="beyond the last bound"),
    ],
)
def test_the_order_of_service_is_not_read_from_a_median_that_nobody_knows(
    counts: tuple[int, ...], told: str
) -> None:
    """
    The middle of its bucket over the exact mean would be any order, from the oldest first to the newest.
    """
    plan = synthetic_steps.demo_plan()
    step = synthetic_steps.step(1, "saturate", plan=plan)
    assert step.worker_window is not None
    waits = Histogram(BOUNDS, (*counts, *[0] * (len(BOUNDS) - len(counts))), 90.0)
    histograms = {**step.worker_window.histograms, "worker.activity_schedule_to_start": waits}

    found = calibration(plan, replace(step, worker_window=replace(step.worker_window, histograms=histograms)))

    assert isinstance(found, str)
    assert told in found and "histogram_bucket_overrides" in found
    assert not isinstance(calibration(plan, step), str)


@pytest.mark.parametrize("seconds", [0.12, 0.48], ids=["near the lower bound", "near the upper one"])
def test_the_models_capacity_is_that_of_the_exact_mean_of_the_activities(seconds: float) -> None:
    """
    The middle of the bucket from 0.1 to 0.5 s would make activities of 0.12 s take 0.3: slots that carry 5 orders a second
    would be above their capacity at 2.
    """
    plan = synthetic_steps.demo_plan(scenario="other")
    step = synthetic_steps.step(1, "saturate", plan=plan)
    assert step.worker_window is not None and step.worker_whole is not None and step.slots

    def taking(seen: Difference) -> Difference:
        number = seen.histograms["worker.activity_execution"].count
        held = Histogram(BOUNDS, (0, number, *[0] * (len(BOUNDS) - 2)), seconds * number)
        return replace(seen, histograms={**seen.histograms, "worker.activity_execution": held})

    step = replace(step, worker_window=taking(step.worker_window), worker_whole=taking(step.worker_whole))
    found = calibration(plan, step)
    assert not isinstance(found, str)

    for each in (found, learn_again(found, plan, [step])):
        free_of_dead_time = replace(each.model, dead_seconds=0.0).capacity_per_second(each.work.mean)
        assert free_of_dead_time == pytest.approx(step.slots / (6 * seconds))


@pytest.mark.parametrize(
    ("counts", "mean", "median", "is_long"),
    [
        pytest.param((400,), 0.004, None, False, id="milliseconds in the first bucket"),
        pytest.param((400,), 0.2, None, True, id="by the mean, which is exact"),
        pytest.param((100, 300), 0.02, 0.1, True, id="at least the lower bound"),
        pytest.param((0, 0, 0, 0, 0, 0, 0, 400), 2000.0, 1000.0, True, id="beyond the last bound"),
    ],
)
def test_a_wait_that_wide_buckets_do_not_tell_is_no_long_one(
    counts: tuple[int, ...], mean: float, median: float | None, is_long: bool
) -> None:
    """
    The middle of a bucket from 0 to 100 ms would make suspects of workers whose tasks wait for 4 ms.
    """
    step, plan = waited("activity", counts, 0.15)
    assert step.worker_window is not None
    waits = step.worker_window.histograms["worker.activity_schedule_to_start"]
    exact = {
        **step.worker_window.histograms,
        "worker.activity_schedule_to_start": replace(waits, sum=mean * 400),
    }
    step = replace(step, worker_window=replace(step.worker_window, histograms=exact))

    queue = suspect_readings_of(step, plan).activity

    assert queue.wait_p50_seconds == median
    assert waits_long(queue) is is_long


def test_an_answer_that_wide_buckets_do_not_give_is_undecided_with_them_as_the_reason() -> None:
    """
    Twins could not help, so they are not asked for.
    """
    step, plan = waited("activity", (300,), 0.05)

    found = read_step(replace(step, decision=None), plan)

    assert found.decision is None
    assert found.why["decision"].startswith("300 of 300 waited between 0 and 0.1 s")
