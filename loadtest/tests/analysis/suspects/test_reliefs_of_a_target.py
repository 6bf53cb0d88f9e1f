"""
What `loadtest limits` could relieve where a sweep measured.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.analysis.judged_steps import step_suspects
from loadtest.analysis.suspects.relief_change import not_relieved_at
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.results.suspect import SuspectName

S = SuspectName
ANYWHERE = {S.WORKER_CPU, S.ORDERS_IN_FLIGHT}
OF_WORKERS = {S.ACTIVITY_SLOTS, S.WORKFLOW_SLOTS, S.ACTIVITY_POLLERS, S.WORKFLOW_POLLERS, S.CACHE, S.INJECTOR}
OF_SERVER = {
    S.REQUEST_RATE,
    S.LONG_POLLS,
    S.PERSISTENCE_RATE,
    S.QUEUE_RATE_API,
    S.QUEUE_RATE_WORKER,
    S.QUEUE_RATE_SYSTEM,
}


@pytest.mark.parametrize(
    ("target", "relieved"),
    [
        ("local", ANYWHERE | OF_WORKERS | OF_SERVER),
        ("address", ANYWHERE | OF_WORKERS),
        ("kubernetes", ANYWHERE),
        ("compose", ANYWHERE),
    ],
)
def test_a_relief_is_promised_where_the_run_sets_things_up(target: str, relieved: set[SuspectName]) -> None:
    """Workers of a cluster are set up by their chart, and a server that ran before is somebody else's."""
    told = {name for name in SuspectName if not_relieved_at(found(name, 3, "seen"), target) is None}

    assert told == relieved


def test_a_sweeps_suspects_say_what_keeps_them_from_relief(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its answer sends a reader to `loadtest limits` only where that would relieve something."""
    full = found(S.ACTIVITY_SLOTS, 3, "4 of 4 in use")
    monkeypatch.setattr(step_suspects, "rank_suspects", lambda readings: (full,))
    plan, manifest = synthetic_steps.demo_plan(), synthetic_steps.manifest()
    reasons = [
        {
            suspect.name: suspect.not_relieved
            for step in analyse(synthetic_steps.steps(plan), plan, replace(manifest, target=target)).steps
            for suspect in step.suspects or ()
        }
        for target in ("local", "kubernetes")
    ]

    assert reasons[0][S.ACTIVITY_SLOTS] is None
    assert reasons[1][S.ACTIVITY_SLOTS] == "whoever starts the workers sets it, and the plan does not"
