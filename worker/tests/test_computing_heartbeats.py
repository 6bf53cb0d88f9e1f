"""
An activity that computes for long is not taken for lost.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from repairshop.activities.simulated_work import spend
from repairshop.contract import Limits, WorkProfile
from repairshop.step_payloads import StepContext
from repairshop.workflows.step_timeouts import StepTimeouts


@pytest.mark.parametrize("seconds", [0.0, 0.01], ids=["computes", "waits and computes"])
async def test_heartbeats_go_on_while_cpu_time_is_spent(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """
    Else the server would give the step away after the silence that it allows, again and again.
    """
    environment, beats = ActivityEnvironment(), list[Any]()
    environment.info = dataclasses.replace(environment.info, heartbeat_timeout=timedelta(seconds=0.04))
    monkeypatch.setattr(environment, "on_heartbeat", lambda *details: beats.append(details))

    await environment.run(spend, StepContext(work=WorkProfile(seconds=seconds, cpu_seconds=0.3)))

    # Told once more than the wait tells it that the wait is over: nobody waits again after a loss.
    assert beats.count((1.0,)) > 1


def test_a_step_that_computes_for_long_has_a_heartbeat() -> None:
    """
    A worker that dies in it is noticed within that silence, and not at the end of the longest attempt.
    """
    limits = Limits(heartbeat_seconds=10)

    assert StepTimeouts.of(WorkProfile(cpu_seconds=6), limits).heartbeat == timedelta(seconds=10)
    assert StepTimeouts.of(WorkProfile(seconds=3, cpu_seconds=1), limits).heartbeat is None
