"""
How long workflows take, as the injectors and as the workers see it: Little's law holds within its bounds.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic
from changes import injector
from histograms import hdr

from loadtest.analysis import read_step
from loadtest.analysis.judged_steps.step_verdict import judge
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram
from loadtest.results.step_result import StepVerdict

PLAN = synthetic.demo_plan()


def test_sampled_results_stand_for_all_of_them(steady: Measured) -> None:
    """
    With every fourth result awaited, Little's law is held with four times the sampled sum, in wider bounds.
    """
    quarter = steady.injector.closed_minus_sent_seconds / 4
    sampled = injector(awaited_every=4, closed_minus_sent_seconds=quarter * 1.08)(steady)
    off = injector(awaited_every=4, closed_minus_sent_seconds=quarter * 1.2)(steady)

    assert judge(sampled, PLAN)[0] is StepVerdict.VALID
    assert judge(off, PLAN)[0] is StepVerdict.INVALID


def _short(seconds_apart: float, start_seconds: float) -> Measured:
    """
    Workflows of 120 ms by the workers' clock, which the injectors see so much longer and whose starts take so long.
    """
    measured = synthetic.step()
    assert measured.worker_whole is not None
    closed = measured.injector.whole.completed
    spent = measured.worker_whole.histograms["worker.workflow_endtoend"]
    short = Histogram(spent.bounds, spent.counts, 0.120 * closed)
    starts = {**measured.injector.histograms, "service": hdr([start_seconds] * 9)}
    return replace(
        measured,
        worker_whole=replace(
            measured.worker_whole,
            histograms={**measured.worker_whole.histograms, "worker.workflow_endtoend": short},
        ),
        injector=replace(
            measured.injector,
            closed_minus_sent_seconds=(0.120 + seconds_apart) * closed,
            histograms=starts,
        ),
    )


@pytest.mark.parametrize(
    ("seconds_apart", "verdict"), [(0.019, "valid"), (0.021, "invalid"), (-0.021, "invalid")]
)
def test_short_workflows_may_differ_by_the_calls_around_them(seconds_apart: float, verdict: str) -> None:
    """
    A workflow of 120 ms that the injectors see 16 % longer is no sign of lost work: the answer with the result lies
    between the two clocks.  More than 20 ms a workflow is one.
    """
    assert read_step(_short(seconds_apart, 0.0), PLAN).verdict.value == verdict


@pytest.mark.parametrize(
    ("seconds_apart", "verdict"), [(0.3, "valid"), (0.33, "invalid"), (-0.021, "invalid")]
)
def test_what_a_start_does_before_its_workflow_begins_is_no_missing_work(
    seconds_apart: float, verdict: str
) -> None:
    """
    A scenario that makes a customer first, or waits for an update's answer: the workers' clock begins at some moment of
    the start.
    """
    assert read_step(_short(seconds_apart, 0.3), PLAN).verdict.value == verdict
