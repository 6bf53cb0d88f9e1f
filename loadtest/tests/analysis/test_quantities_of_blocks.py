"""
The quantities of an open block, from its readings or else from its histograms, and why one is missing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.comparisons.compared_quantities import QUANTITIES, WAIT_OFFSET_SECONDS
from loadtest.analysis.comparisons.settings_comparison import compare_settings
from loadtest.plan import Plan, Slo
from loadtest.results.comparison_result import Standing
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram
from loadtest.results.step_result import StepResult

PLAN = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=1.0))
WAITS = "worker.activity_schedule_to_start"


def _block(waits: Histogram | None) -> tuple[Measured, StepResult]:
    """
    An open block whose workers saw these waits, read.
    """
    measured = synthetic_steps.step(1, "open", plan=PLAN)
    assert measured.worker_window is not None
    seen = {name: each for name, each in measured.worker_window.histograms.items() if name != WAITS}
    seen |= {} if waits is None else {WAITS: waits}
    block = replace(measured, worker_window=replace(measured.worker_window, histograms=seen))
    return block, read_step(block, PLAN)


def _without_mean(result: StepResult) -> StepResult:
    waits = result.schedule_to_start_seconds
    activity = replace(waits.activity, mean=Estimate(None, None, 0, "tasks"))
    return replace(result, schedule_to_start_seconds=replace(waits, activity=activity))


def _of(name: str, block: tuple[Measured, StepResult], plan: Plan = PLAN) -> float | str:
    return QUANTITIES[name].of(*block, plan)


def test_a_wait_is_the_mean_of_the_window_however_it_is_known() -> None:
    """
    By the reading, and by the histogram where a mean is not shown: 100 waits of 30 s together are 0.3 s each.
    """
    measured, result = _block(Histogram((0.1, 1.0, float("inf")), (50, 50, 0), 30.0))
    shown = replace(result.schedule_to_start_seconds.activity, mean=Estimate(0.2, 0.01, 100, "tasks"))
    waits = replace(result.schedule_to_start_seconds, activity=shown)

    assert _of("wait", (measured, replace(result, schedule_to_start_seconds=waits))) == pytest.approx(
        0.2 + WAIT_OFFSET_SECONDS
    )
    assert _of("wait", (measured, _without_mean(result))) == pytest.approx(0.3 + WAIT_OFFSET_SECONDS)


@pytest.mark.parametrize(
    "waits", [None, Histogram((0.1, 1.0, float("inf")), (0, 0, 0), 0.0)], ids=["no page", "no task"]
)
@pytest.mark.parametrize("name", ["wait", "late"])
def test_waits_that_nobody_saw_are_no_quantity(name: str, waits: Histogram | None) -> None:
    """
    Not by the page, and not by the timeline, which knows their mean: none of them is short, or in time.
    """
    measured, result = _block(waits)

    assert _of(name, (measured, _without_mean(result))) == "the waits were not seen"


def test_late_tasks_count_half_a_task_more_on_both_sides() -> None:
    """
    So that a block without one has a logarithm: 10 of 99 are 10.5 of 100.
    """
    late = _block(Histogram((0.1, 1.0, 10.0, float("inf")), (40, 49, 10, 0), 30.0))
    none = _block(Histogram((0.1, 1.0, 10.0, float("inf")), (50, 49, 0, 0), 30.0))

    assert (_of("late", late), _of("late", none)) == (pytest.approx(0.105), pytest.approx(0.005))


@pytest.mark.parametrize(
    ("late", "standing"), [(0, Standing.UNKNOWN), (2, Standing.UNKNOWN), (3, Standing.SAME)]
)
def test_shares_of_hardly_a_late_task_are_not_called_the_same(late: int, standing: Standing) -> None:
    """
    Of 400 tasks without a late one up to 0.7 % may be late in one setting and none in the other.  A block that stands twice
    in its round is counted once, as that of a finished run.
    """
    block = _block(Histogram((0.1, 1.0, 10.0, float("inf")), (50, 50 - late, late, 0), 30.0))

    told = next(one for one in compare_settings([[block] * 4] * 4, PLAN) if one.quantity == "late")

    assert told.standing is standing
    if standing is Standing.UNKNOWN:
        assert told.why.startswith(f"{4 * late} of A and {4 * late} of B were late")


def test_late_tasks_that_a_closed_load_makes_do_not_tell_of_an_open_one() -> None:
    """
    Two finished runs have blocks of both loads: the waits of the closed one are its loop's, and no open one had a late task.
    """
    late, none = (0, 0, 100, 0), (50, 50, 0, 0)
    closed = synthetic_steps.step(1, "saturate", plan=PLAN)
    assert closed.worker_window is not None
    waits = {WAITS: Histogram((0.1, 1.0, 10.0, float("inf")), late, 300.0)}
    seen = {**closed.worker_window.histograms, **waits}
    closed = replace(closed, worker_window=replace(closed.worker_window, histograms=seen))
    looped = (closed, read_step(closed, PLAN))
    offered = _block(Histogram((0.1, 1.0, 10.0, float("inf")), none, 30.0))

    rounds = [[block] * 4 for block in (looped, offered, offered, offered)]
    told = next(one for one in compare_settings(rounds, PLAN) if one.quantity == "late")

    assert told.standing is Standing.UNKNOWN
    assert told.why.startswith("0 of A and 0 of B were late")


def test_the_end_to_end_time_of_a_block_is_its_median() -> None:
    """
    Too few closes have none.
    """
    measured, result = _block(None)
    few = replace(result, end_to_end_seconds=replace(result.end_to_end_seconds, p50=None))

    assert _of("end-to-end", (measured, result)) == result.end_to_end_seconds.p50
    assert _of("end-to-end", (measured, few)) == "too few orders closed"


@pytest.mark.parametrize("name", ["late", "wait", "end-to-end"])
def test_a_closed_blocks_waits_are_its_own_making(name: str) -> None:
    """
    Whatever they are.
    """
    measured = synthetic_steps.step(1, "saturate", plan=PLAN)

    found = _of(name, (measured, read_step(measured, PLAN)))

    assert isinstance(found, str)
    assert found.startswith("a closed load makes its waits itself")
