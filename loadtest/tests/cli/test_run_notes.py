"""
What a report says beside its answer: settings of a plan that nobody gives to its workers.
"""

from __future__ import annotations

import pytest
from synthetic import demo_plan

from loadtest.cli.place_options import TargetKind
from loadtest.cli.run_notes import unread_settings
from loadtest.plan import Plan, WorkerSetup

PLAN = demo_plan(worker=WorkerSetup(activity_slots=7, sandbox=False, workflow_pollers=9))


@pytest.mark.parametrize("target", [TargetKind.KUBERNETES, TargetKind.COMPOSE])
def test_settings_that_deployed_workers_do_not_get_are_told(target: TargetKind) -> None:
    """
    Slots are none of them, as they are held against what the workers have.
    """
    assert unread_settings(PLAN, {"target": target}) == (
        f"the plan names worker.workflow_pollers=9, worker.sandbox=false, which --target {target.value} gives to no worker: "
        "they run as they were deployed",
    )


@pytest.mark.parametrize(
    ("plan", "place"),
    [(PLAN, {}), (demo_plan(), {"target": TargetKind.KUBERNETES})],
    ids=["here", "usual ones"],
)
def test_nothing_is_told_of_settings_that_workers_have(plan: Plan, place: dict[str, object]) -> None:
    """
    Workers of this machine are started with them, and for the usual ones nobody asked.
    """
    assert unread_settings(plan, place) == ()
