"""
A step whose workers serve buckets that tell no late tasks.
"""

from __future__ import annotations

import histograms
import numpy as np
import pytest
from fake_steps import WINDOW_SECONDS, AnsweringRule, carry_out, quick_plan
from fake_system import FakeSystem

from loadtest.analysis.step_reading import read_step
from loadtest.design.window_plan import WindowPlan
from loadtest.plan import Slo
from loadtest.results.step_result import StepVerdict


async def test_buckets_that_tell_no_late_tasks_leave_a_valid_step_undecided(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are what the workers' SDK gives: the window has its full length, and the reason names them."""
    wide = (0.1, 5.0, float("inf"))
    monkeypatch.setattr(histograms, "BOUNDS", wide)
    monkeypatch.setattr(histograms, "_BOUNDS", np.array(wide))
    system.late_share = 0.5
    rule = AnsweringRule(WINDOW_SECONDS, answers_at=20)
    plan = quick_plan(slo=Slo(schedule_to_start_p95_seconds=1.0))

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0), plan=plan)

    found = read_step(measured, plan)
    assert measured.window_seconds == WINDOW_SECONDS
    assert (found.verdict, found.reasons) == (StepVerdict.VALID, ())
    assert found.decision is None
    assert "waited between 0.1 and 5 s, the histogram has no bound in between" in found.why["decision"]
