"""
How long workflows take, as the injectors and as the workers see it: Little's law holds within its bounds.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import injector
from histograms import hdr

from loadtest.analysis import read_step
from loadtest.analysis.judged_steps.step_verdict import judge
from loadtest.analysis.readings.littles_law import whole_step_ratio
from loadtest.analysis.readings.workflow_counts import SERVER_CLOSED
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram
from loadtest.results.step_result import StepVerdict

PLAN = synthetic_steps.demo_plan()
ORDER = "RepairWorkflow"


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
    measured = synthetic_steps.step()
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


@pytest.mark.parametrize(
    ("page", "closed", "continued"),
    [
        ("worker_whole", {"worker.workflow_completed": {ORDER: 40.0}}, "worker.workflow_continued"),
        ("server_whole", {"server.workflow_closed": {ORDER: 40.0, "Cart": 2.0}}, "server.workflow_continued"),
    ],
    ids=["workers", "server"],
)
def test_a_long_run_of_a_workflow_that_orders_signal_is_no_missing_time(
    steady: Measured, page: str, closed: dict[str, dict[str, float]], continued: str
) -> None:
    """
    A cart that goes on as a new run after each twentieth order: the minutes of that run are in the workers' sum. The
    runs of an order that goes on as new are its own time.
    """

    def ratio(kind: str) -> float | None:
        split = {**closed, continued: {kind: 2.0}}
        return whole_step_ratio(replace(steady, **{page: replace(getattr(steady, page), by_label=split)}))[0]

    assert ratio("Cart") is None
    assert ratio(ORDER) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("times", "left", "told"),
    [
        pytest.param(0.3, 0, "check that no other load uses the task queue", id="shorter"),
        pytest.param(0.3, 9, "the 9 still open may be the cause", id="some-left-open"),
        pytest.param(3.0, 0, "results reached the injectors late, by ", id="longer-of-as-many"),
        pytest.param(3.0, 9, "results reached the injectors late, by ", id="longer-and-some-left-open"),
    ],
)
def test_why_the_times_may_differ(steady: Measured, times: float, left: int, told: str) -> None:
    """
    Workers time what ended after the drain too; a wake-up that a busy server lost made one of 18 results 20 s late, and another
    load was blamed.
    """
    seconds = steady.injector.closed_minus_sent_seconds * times

    _, reasons = judge(injector(closed_minus_sent_seconds=seconds, open_at_end=left)(steady), PLAN)

    (reason,) = [one for one in reasons if "times as long as" in one]
    assert told in reason


def _longer(measured: Measured, times: float = 3.0) -> str:
    """
    What is said of a step whose injectors saw workflows take so many times as long.
    """
    seconds = measured.injector.closed_minus_sent_seconds * times
    _, reasons = judge(injector(closed_minus_sent_seconds=seconds)(measured), PLAN)
    (reason,) = [one for one in reasons if "times as long as" in one]
    return reason


@pytest.mark.parametrize(
    ("fewer", "is_server_known", "told"),
    [
        pytest.param(0.0, True, "both counted the same workflows", id="as-many"),
        pytest.param(0.0, False, "both counted the same workflows", id="as-many-before-server-1.30"),
        pytest.param(3.0, True, "check that no other load uses the task queue", id="workers-counted-fewer"),
    ],
)
def test_the_count_is_that_of_whose_clock_is_told(
    steady: Measured, fewer: float, is_server_known: bool, told: str
) -> None:
    """The server's count says nothing of the workflows that the workers timed."""
    workers, server = steady.worker_whole, steady.server_whole
    assert workers is not None
    assert server is not None
    name = "worker.workflow_completed"
    counters = {**workers.counters, name: workers.counters[name] - fewer}
    known = {one: of for one, of in server.counters.items() if is_server_known or one not in SERVER_CLOSED}
    step = replace(
        steady,
        worker_whole=replace(workers, counters=counters),
        server_whole=replace(server, counters=known),
    )

    assert told in _longer(step)


def test_the_time_of_the_starts_is_not_told_as_late_results() -> None:
    """The rule takes it off before it says that the times differ."""
    step = _short(1.3, 0.3)
    closed = step.injector.whole.completed

    assert f"late, by {1.0 * closed:.1f} s in all" in _longer(step, 1.0)
