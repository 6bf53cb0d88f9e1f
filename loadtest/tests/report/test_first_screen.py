"""
In which order a run's first screen answers.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.plan import Slo
from loadtest.report.headlines import headlines
from loadtest.report.sweep_text import text_report
from loadtest.results.suspect import SuspectName


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "missed"])
def test_a_first_screen_answers_in_the_order_in_which_people_ask(keeps: bool) -> None:
    """
    Kept or missed, how many, how much each carries, what holds it back, what to change: on the terminal and on the page.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=0.15 if keeps else 0.001))
    sweep = analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest())
    suspects = tuple(
        found(name, 3, evidence)
        for name, evidence in (
            (SuspectName.ACTIVITY_SLOTS, "16 of 16 in use"),
            (SuspectName.WORKFLOW_SLOTS, "2 of 2 in use"),
        )
    )
    steps = tuple(
        replace(step, suspects=suspects) if (step.replicas, step.load.kind) == (4, "saturate") else step
        for step in sweep.steps
    )
    asked = [
        "some replica count keeps the goal" if keeps else "no replica count tried keeps the goal",
        "Deploy 2 replicas" if keeps else "How many replicas to deploy",
        "4 replicas complete",
        "/s with 1",
        "Activity slots or workflow task slots may hold it back: 16 of 16 in use; 2 of 2 in use",
        "To change: `worker.activity_slots`",
        "One more order costs",
    ]

    told = text_report(replace(sweep, steps=steps))

    places = [told.index(answer) for answer in asked]
    assert places == sorted(places)
    listed = " ".join(headlines(replace(sweep, steps=steps)))
    assert all(answer in listed for answer in asked[1:])
