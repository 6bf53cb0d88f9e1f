"""
The quantities of a comparison, each as one number of a block or the reason why there is none.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic
from full_machine import not_level

from loadtest.analysis import read_step
from loadtest.analysis.comparisons.compared_quantities import QUANTITIES, block_problems
from loadtest.cli.compare_plan import comparing_plan
from loadtest.errors import InputError
from loadtest.plan import Slo
from loadtest.results.metric_difference import Histogram


def test_tasks_beyond_the_last_bound_of_a_histogram_are_not_called_late() -> None:
    """
    They waited for more than 10 s, and whether for more than a minute nobody knows.
    """
    plan = synthetic.demo_plan(slo=Slo(schedule_to_start_p95_seconds=60.0))
    measured = synthetic.step(1, "open", plan=plan)
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
    plan = synthetic.demo_plan()
    measured = not_level(synthetic.step(1, "saturate", plan=plan))

    assert any("not level" in reason for reason in read_step(measured, plan).reasons)
    assert block_problems(measured, plan) == ()


@pytest.mark.parametrize("rate", [None, 1.8], ids=["saturate", "open"])
@pytest.mark.parametrize("name", QUANTITIES)
def test_a_gate_is_taken_where_a_block_can_tell_it(name: str, rate: float | None) -> None:
    """
    What the load cannot tell is refused before the first block, and nothing else is.
    """
    plan = synthetic.demo_plan()
    measured = synthetic.step(1, "saturate" if rate is None else "open", plan=plan)
    told = QUANTITIES[name].of(measured, read_step(measured, plan), plan)

    try:
        comparing_plan(
            plan,
            [],
            ["worker.sandbox=false"],
            rate=rate,
            replicas=None,
            block_seconds=None,
            change_over_seconds=4.0,
            rounds=None,
            most_rounds=None,
            gate=(name,),
        )
    except InputError as error:
        assert isinstance(told, str), error
    else:
        assert isinstance(told, float), told
