"""
What stands beside a run's verdict for somebody who sees the word for the first time.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.plan import Slo
from loadtest.report.sweep_text import text_report, verdict_meaning
from loadtest.results.sweep_result import RunVerdict


@pytest.mark.parametrize(
    ("verdict", "loads", "told"),
    [
        (RunVerdict.PASS, 1, "some replica count keeps the goal"),
        (RunVerdict.PASS, 2, "some replica count keeps the goal at each rate"),
        (RunVerdict.PASS, 0, "no step misses the goal"),
        (RunVerdict.FAIL, 1, "no replica count tried keeps the goal"),
        (RunVerdict.FAIL, 2, "no replica count tried keeps the goal at some rate"),
        (RunVerdict.FAIL, 0, "a step misses the goal"),
        (RunVerdict.UNDECIDED, 1, "no replica count is known to keep the goal, and some may"),
        (RunVerdict.UNDECIDED, 0, "no step is seen to miss the goal, and not all are known to keep it"),
        (RunVerdict.INVALID, 1, "a part of the plan has no step that may be believed"),
    ],
)
def test_a_verdict_is_told_in_plain_words(verdict: RunVerdict, loads: int, told: str) -> None:
    """By how many open rates the plan has."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())

    assert verdict_meaning(replace(sweep, verdict=verdict, demands=sweep.demands * loads)) == told


def test_a_plan_that_bounds_no_waits_keeps_no_goal() -> None:
    """What it passes is a bound on failures alone."""
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=None))

    sweep = analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest())

    assert sweep.verdict is RunVerdict.PASS
    assert verdict_meaning(sweep) == "failures are within their bound, and the plan bounds no waits"


def test_the_meaning_stands_on_the_page_and_in_the_terminal(demo: Path) -> None:
    """From one source."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())

    assert text_report(sweep).startswith("demo: pass (some replica count keeps the goal)\n")
    assert "pass</span> <small>some replica count keeps the goal</small></h1>" in demo.read_text(
        encoding="utf-8"
    )
