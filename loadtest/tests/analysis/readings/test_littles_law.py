"""
How long workflows take, as the injectors and as the workers see it: Little's law holds within its bounds.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic
from changes import injector

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


@pytest.mark.parametrize(
    ("seconds_apart", "verdict"), [(0.019, "valid"), (0.021, "invalid"), (-0.021, "invalid")]
)
def test_short_workflows_may_differ_by_the_calls_around_them(seconds_apart: float, verdict: str) -> None:
    """
    A workflow of 120 ms that the injectors see 16 % longer is no sign of lost work: the start's call and the
    result's answer lie between the two clocks.  More than 20 ms a workflow is one.
    """
    measured = synthetic.step()
    assert measured.worker_whole is not None
    closed = measured.injector.whole.completed
    spent = measured.worker_whole.histograms["worker.workflow_endtoend"]
    short = Histogram(spent.bounds, spent.counts, 0.120 * closed)
    measured = replace(
        measured,
        worker_whole=replace(
            measured.worker_whole,
            histograms={**measured.worker_whole.histograms, "worker.workflow_endtoend": short},
        ),
        injector=replace(measured.injector, closed_minus_sent_seconds=(0.120 + seconds_apart) * closed),
    )

    assert read_step(measured, PLAN).verdict.value == verdict
