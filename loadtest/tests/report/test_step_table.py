"""
The table of steps: what it says of a load whose schedule sets what can be completed.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from loadtest.report.numbers import DASH
from loadtest.report.sweep_text import columns, text_report
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit, MeasuredCapacity
from loadtest.results.sweep_result import SweepResult


@pytest.fixture(scope="module")
def known(sweep: SweepResult) -> SweepResult:
    """
    One replica: 2.56 orders a second saturated, and 43 orders that came at 2.15 a second, of which 42 were completed.
    """
    capacity = MeasuredCapacity(2.56, 0.04, known_draws=True, limit=Limit.SLOTS)

    def change(step: StepResult) -> StepResult:
        if step.load.kind == "saturate":
            return replace(step, throughput_per_second=Estimate(2.5333, 0.09, 228, "activities"))
        return replace(
            step,
            capacity=capacity,
            utilization_ratio=2.15 / 2.56,
            load=replace(step.load, arrival_rate=2.15),
            counts=replace(step.counts, window_completed=42, window_offered=43),
            throughput_per_second=Estimate(2.22, None, 43, "orders"),
        )

    return replace(sweep, steps=tuple(change(step) for step in sweep.steps if step.replicas == 1))


def test_an_open_load_is_told_by_its_headroom_and_its_orders(known: SweepResult) -> None:
    """
    Never by a throughput with an error, which read as doubt whether the load was carried; a closed load has both.
    """
    heads = {f"{column.head} {column.unit}".strip(): column for column in columns(known)}
    closed, opened = known.steps

    cells = ("of capacity", "headroom 1/s", "completed orders/s")

    assert [heads[name].read(opened) for name in cells] == ["84 %", "0.41", "42 of 43"]
    assert [heads[name].read(closed) for name in cells] == [DASH, DASH, "2.53 ± 0.09"]
    (row,) = [line for line in text_report(known).splitlines() if " open 2.15/s" in line]
    assert re.search(r" 84 % +0\.41 +42 of 43 ", row)


def test_waits_below_the_first_bound_are_told_as_such(known: SweepResult) -> None:
    """
    In both queues; a longer one is told in milliseconds.
    """
    heads = {column.head: column for column in columns(known)}
    opened = known.steps[1]
    waits = opened.schedule_to_start_seconds
    short = replace(waits.activity, p95=0.0009)
    told = replace(opened, schedule_to_start_seconds=replace(waits, activity=short, workflow=short))

    assert [heads[name].read(told) for name in ("activity", "workflow")] == ["<1", "<1"]
    assert [heads[name].read(opened) for name in ("activity", "workflow")] == ["330", "5.9"]
