"""
Activities that take longer than the last bound of the workers' histogram: what is not known of them is not made up.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import synthetic_steps
from histograms import buckets

from loadtest.analysis import read_step
from loadtest.analysis.decisions.late_tasks import why_not_counted
from loadtest.analysis.decisions.late_workflow_tasks import decide_workflow_queue
from loadtest.analysis.decisions.model_answer import SeenWindow, answer_by_model
from loadtest.analysis.saturation.calibrated_model import calibration, learn_again, unseen_times
from loadtest.analysis.saturation.cell_capacity import histogram_cv, slot_time_cv
from loadtest.analysis.twin import SloBound
from loadtest.plan import Plan, Slo
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram
from loadtest.results.window_decision import Decided

# Of a worker of the user's own, whose draws are not the plan's.
MINE = synthetic_steps.demo_plan(scenario="/somewhere/mine.py")
MINUTES = buckets(np.random.default_rng(1).uniform(70, 110, 400).tolist())
LAST = max(bound for bound in MINUTES.bounds if math.isfinite(bound))


def held(step: Measured, times: Histogram) -> Measured:
    """
    The same step, had its activities taken so long.
    """
    assert step.worker_window is not None and step.worker_whole is not None
    name = "worker.activity_execution"
    return replace(
        step,
        worker_window=replace(step.worker_window, histograms={**step.worker_window.histograms, name: times}),
        worker_whole=replace(step.worker_whole, histograms={**step.worker_whole.histograms, name: times}),
    )


def test_times_beyond_the_last_bound_are_not_all_alike() -> None:
    """
    Else their throughput would be told without an error, and every window would drift more than luck makes.
    """
    step = held(synthetic_steps.step(1, "saturate"), MINUTES)

    assert MINUTES.counts[-1] == 400
    assert 0.1 < slot_time_cv(step) < 1
    throughput = read_step(step, MINE).throughput_per_second
    assert throughput.half_width is not None and throughput.half_width > 0


def test_the_spread_of_times_within_the_bounds_stays_as_it_is() -> None:
    """
    A uniform distribution between half and one and a half of its mean has a cv of 0.29.
    """
    times = buckets(np.random.default_rng(1).uniform(0.15, 0.45, 20_000).tolist())

    assert histogram_cv(times) == pytest.approx(0.5 / math.sqrt(3), rel=0.08)
    assert unseen_times(times) is None


@pytest.mark.parametrize("share", [1.0, 0.3], ids=["all", "a third"])
def test_no_model_is_made_of_times_that_nobody_saw(share: float) -> None:
    """
    It names the bound and the setting; a model of the shorter ones alone would be too quick.
    """
    chance = np.random.default_rng(1)
    many = round(400 * share)
    times = buckets([*chance.uniform(70, 110, many), *chance.uniform(1, 9, 400 - many)])

    told = calibration(MINE, held(synthetic_steps.step(1, "saturate", plan=MINE), times))

    assert isinstance(told, str)
    assert told.startswith(f"{share:.0%} of the activities took longer than {LAST:g} s, the last bound")
    assert "histogram_bucket_overrides" in told


def test_a_report_is_made_of_a_step_whose_activities_take_minutes() -> None:
    """
    It has no answer by the model, and no error either.
    """
    plan = MINE.model_copy(update={"slo": Slo(schedule_to_start_p95_seconds=0.5)})
    step = replace(held(synthetic_steps.step(2, "open", plan=plan), MINUTES), decision=None)
    seen = SeenWindow(600.0, 0.01, 4, (1,) * 6, MINUTES, 0.01, 400, 0.0)

    assert answer_by_model(seen, SloBound(0.5)) is None
    assert read_step(step, plan).decision is None


def test_a_probe_with_such_times_teaches_nothing() -> None:
    """
    What the saturate step taught stays.
    """
    step = synthetic_steps.step(1, "saturate", plan=MINE)
    learnt = calibration(MINE, step)
    assert not isinstance(learnt, str)

    assert learn_again(learnt, MINE, [held(step, MINUTES)]) is learnt


def test_a_probe_with_other_buckets_teaches_nothing() -> None:
    """
    As after a resume with workers of another version: its samples cannot be added to those of the saturate step.
    """
    step = synthetic_steps.step(1, "saturate", plan=MINE)
    learnt = calibration(MINE, step)
    assert not isinstance(learnt, str)
    coarse = held(step, Histogram((0.1, 1.0, math.inf), (0, 400, 0), 120.0))

    assert learn_again(learnt, MINE, [step, coarse]) == learn_again(learnt, MINE, [step])


@pytest.mark.parametrize(
    ("waits", "seconds", "is_told"),
    [
        pytest.param([0.1] * 50, 90.0, False, id="none waited so long"),
        pytest.param([70.0] * 50, LAST, False, id="the bound is the last one"),
        pytest.param([70.0] * 50, 90.0, True, id="some waited longer than the last one"),
    ],
)
def test_late_tasks_are_counted_only_where_the_histogram_tells_them(
    waits: list[float], seconds: float, is_told: bool
) -> None:
    """
    Of tasks that waited between the last bound and the SLO's nobody knows how many were late.
    """
    assert (why_not_counted(buckets(waits), seconds) is not None) is is_told


def test_workflow_tasks_that_cannot_be_counted_are_undecided() -> None:
    """
    They are not called late.
    """
    plan: Plan = MINE.model_copy(update={"slo": Slo(schedule_to_start_p95_seconds=90.0)})
    step = synthetic_steps.step(2, "open", plan=plan)
    assert step.worker_window is not None
    waits = {**step.worker_window.histograms, "worker.workflow_schedule_to_start": buckets([70.0] * 500)}

    found = decide_workflow_queue(
        replace(step, worker_window=replace(step.worker_window, histograms=waits)), plan
    )

    assert found is not None and found.answer is Decided.UNDECIDED
    assert "500 of 500 waited longer" in (found.why or "")


def test_a_share_of_late_tasks_that_nobody_counted_is_not_known() -> None:
    """
    It is no 0, and the reason is told in its place.
    """
    plan: Plan = MINE.model_copy(update={"slo": Slo(schedule_to_start_p95_seconds=90.0)})
    step = synthetic_steps.step(2, "open", plan=plan)
    assert step.worker_window is not None
    waits = {**step.worker_window.histograms, "worker.activity_schedule_to_start": buckets([70.0] * 500)}

    found = read_step(replace(step, worker_window=replace(step.worker_window, histograms=waits)), plan)

    assert found.late_ratio is None
    assert "500 of 500 waited longer" in found.why["late_ratio"]


def test_a_thousand_slots_of_milliseconds_are_calibrated_from_bounded_draws() -> None:
    """
    The simulated step goes round with the orders that it has.
    """
    quick = buckets([0.002] * 400)
    step = replace(held(synthetic_steps.step(1, "saturate", plan=MINE), quick), slots=1000, slots_used=20.0)

    learnt = calibration(MINE, step)

    assert not isinstance(learnt, str)
    assert learnt.model.slots == 1000
