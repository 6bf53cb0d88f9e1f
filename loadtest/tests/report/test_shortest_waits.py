"""
Waits that are alike and short are said to be the shortest that there can be.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from changed_results import waiting

from loadtest.report.report_figures import figures
from loadtest.report.sweep_text import text_report
from loadtest.results.sweep_result import SweepResult

FLOOR = "With 2 and 4 replicas hardly a task queues: their waits are the time to hand a task over, which more replicas do not shorten."


def with_waits(sweep: SweepResult, p95s: dict[int, float]) -> SweepResult:
    """The same sweep with these waits of its open steps."""
    steps = tuple(
        replace(
            step,
            schedule_to_start_seconds=replace(
                step.schedule_to_start_seconds, activity=waiting(p95s[step.replicas])
            ),
        )
        if step.load.kind == "open"
        else step
        for step in sweep.steps
    )
    return replace(sweep, steps=steps)


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(
    ("waits", "told"),
    [
        pytest.param({1: 0.229, 2: 0.0059, 4: 0.0058}, True, id="alike"),
        pytest.param({1: 0.229, 2: 0.0082, 4: 0.0058}, True, id="two buckets apart"),
        pytest.param({1: 0.229, 2: 0.0200, 4: 0.0058}, False, id="one still falls"),
        pytest.param({1: 0.0058, 2: 0.0200, 4: 0.0200}, True, id="at 82 % of capacity it may be luck"),
    ],
)
def test_small_waits_are_no_sign_that_replicas_do_not_help(
    waits: dict[int, float], told: bool, sweep: SweepResult
) -> None:
    """5.9 and 5.8 ms with 2 and 4 are what remains without a queue; page and terminal say so."""
    known = with_waits(sweep, waits)

    (latency,) = [each for each in figures(known) if each.id == "latency"]

    assert (FLOOR in latency.caption) is told
    assert (FLOOR in text_report(known)) is told


def test_without_a_capacity_nobody_knows_that_no_task_queues(sweep: SweepResult) -> None:
    """Waits may be alike because all counts wait for something else."""
    known = with_waits(sweep, {1: 0.229, 2: 0.0059, 4: 0.0058})
    unknown = replace(known, steps=tuple(replace(step, utilization_ratio=None) for step in known.steps))

    assert "hardly a task queues" not in text_report(unknown)
