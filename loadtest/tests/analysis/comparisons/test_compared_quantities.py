"""
The quantities of a comparison, each as one number of a block or the reason why there is none.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import not_level

from loadtest.analysis import read_step
from loadtest.analysis.comparisons.compared_quantities import QUANTITIES, block_problems
from loadtest.analysis.comparisons.settings_comparison import compare_settings
from loadtest.analysis.readings.page_counters import NO_ACTIONS
from loadtest.analysis.saturation.cell_capacity import edges_of
from loadtest.cli.compare_plan import comparing_plan
from loadtest.errors import InputError
from loadtest.plan import Slo
from loadtest.results.comparison_result import Standing
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram


def test_tasks_beyond_the_last_bound_of_a_histogram_are_not_called_late() -> None:
    """
    They waited for more than 10 s, and whether for more than a minute nobody knows.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=60.0))
    measured = synthetic_steps.step(1, "open", plan=plan)
    assert measured.worker_window is not None
    waits = Histogram((0.1, 1.0, 10.0, float("inf")), (50, 20, 20, 10), 400.0)
    histograms = {**measured.worker_window.histograms, "worker.activity_schedule_to_start": waits}
    measured = replace(measured, worker_window=replace(measured.worker_window, histograms=histograms))
    result = read_step(measured, plan)

    late = QUANTITIES["late"].of(measured, result, plan)

    assert isinstance(late, str)
    assert "10 of 100 waited longer than 10 s" in late
    assert result.late_ratio is None


def test_a_block_that_was_not_level_counts() -> None:
    """
    A server that takes turns between quick and slow makes rounds that differ, and their spread is the answer's error.
    """
    plan = synthetic_steps.demo_plan()
    measured = not_level(synthetic_steps.step(1, "saturate", plan=plan))

    assert any("not level" in reason for reason in read_step(measured, plan).reasons)
    assert block_problems(measured, plan) == ()


@pytest.mark.parametrize("name", ["throughput", "worker-cpu", "server-cpu"])
def test_what_is_counted_in_short_windows_is_no_finer_than_their_edges(name: str) -> None:
    """
    Blocks that agree to the last order leave the error of counting them; pairs of two finished runs have fewer blocks.
    """
    plan = synthetic_steps.demo_plan()
    step = synthetic_steps.step(1, "saturate", plan=plan)
    a, b = ((one, read_step(one, plan)) for one in (step, replace(step, started_at=step.started_at + 60)))
    c, d = ((one, read_step(one, plan)) for one in (replace(step), replace(step)))
    of_blocks, of_pairs = (
        {one.quantity: one for one in compare_settings([blocks] * 3, plan)}[name]
        for blocks in ([a, b, c, d], [a, b, b, a])
    )

    assert of_blocks.high is not None and of_pairs.high is not None
    edges = edges_of(step)
    assert edges > 0
    assert math.log(of_blocks.high) == pytest.approx(1.96 * edges / math.sqrt(3), rel=1e-3)
    assert math.log(of_pairs.high) == pytest.approx(math.sqrt(2) * math.log(of_blocks.high), rel=1e-9)


def _with_actions(step: Measured, activities: int, orders: int) -> Measured:
    """
    Return a step of so many orders, each of so many activities, by the server's counter of actions.
    """
    whole = step.server_whole
    assert whole is not None
    kinds = {"command_ScheduleActivityTask": activities * orders, "grpc_StartWorkflowExecution": orders}
    counters = {
        "server.workflow_closed": orders,
        "server.state_transitions": 27 * orders,
        "server.actions": (activities + 1) * orders,
    }
    labels = {"server.actions": kinds}
    return replace(
        step,
        server_whole=replace(whole, counters=whole.counters | counters, by_label=whole.by_label | labels),
    )


def test_what_shorter_flows_save_in_actions_is_exact() -> None:
    """
    Five actions of an order in place of seven, each counted: however many orders a block has, there is no width to tell.
    """
    plan = synthetic_steps.demo_plan()
    step = synthetic_steps.step(1, "saturate", plan=plan)
    blocks = [_with_actions(step, *counts) for counts in ((6, 48), (4, 53), (4, 61), (6, 57))]

    rounds = [[(block, read_step(block, plan)) for block in blocks]] * 3
    found = {one.quantity: one for one in compare_settings(rounds, plan)}

    saved, alike = found["actions"], found["state-transitions"]
    assert (saved.a, saved.b) == (pytest.approx(7), pytest.approx(5))
    assert (saved.low, saved.ratio, saved.high) == pytest.approx((5 / 7,) * 3)
    assert saved.standing is Standing.BETTER
    assert (alike.ratio, alike.standing) == (pytest.approx(1), Standing.SAME)


def test_a_server_without_the_counter_of_actions_says_so() -> None:
    """
    It is none of zero actions.
    """
    plan = synthetic_steps.demo_plan()
    step = synthetic_steps.step(1, "saturate", plan=plan)
    assert step.server_whole is not None
    counters = {key: n for key, n in step.server_whole.counters.items() if key != "server.actions"}
    step = replace(step, server_whole=replace(step.server_whole, counters=counters))

    assert QUANTITIES["actions"].of(step, read_step(step, plan), plan) == NO_ACTIONS


@pytest.mark.parametrize("rate", [None, 1.8], ids=["saturate", "open"])
@pytest.mark.parametrize("name", QUANTITIES)
def test_a_gate_is_taken_where_a_block_can_tell_it(name: str, rate: float | None) -> None:
    """
    What the load cannot tell is refused before the first block, and nothing else is.
    """
    plan = synthetic_steps.demo_plan()
    measured = synthetic_steps.step(1, "saturate" if rate is None else "open", plan=plan)
    told = QUANTITIES[name].of(measured, read_step(measured, plan), plan)

    try:
        comparing_plan(plan, [], ["worker.sandbox=false"], rate=rate, gate=(name,))
    except InputError as error:
        assert isinstance(told, str), error
    else:
        assert isinstance(told, float), told
