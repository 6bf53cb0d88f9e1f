"""
What one order takes of the server: the sentence of state transitions and actions.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtest.report.headlines import headlines
from loadtest.results.sweep_result import SweepResult


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "27 state transitions and 7 actions (6 activities and 1 start)"),
        ({"actions_per_workflow": None, "actions_by_kind": {}}, "27 state transitions"),
        ({"state_transitions_per_workflow": None}, "7 actions (6 activities and 1 start)"),
    ],
    ids=["both", "no actions", "no transitions"],
)
def test_one_order_takes_what_the_server_counted(
    changes: dict[str, object], told: str, sweep: SweepResult
) -> None:
    """What its page does not count is left out."""
    seen = replace(sweep, steps=tuple(replace(step, **changes) for step in sweep.steps))  # type: ignore[arg-type]

    assert f"One order takes {told}, counted with 4 replicas and 16 slots, saturated." in headlines(seen)


def test_a_server_without_a_page_has_no_such_sentence(sweep: SweepResult) -> None:
    """Nothing is said of what nobody counted."""
    unseen = replace(
        sweep,
        steps=tuple(
            replace(step, state_transitions_per_workflow=None, actions_per_workflow=None, actions_by_kind={})
            for step in sweep.steps
        ),
    )

    assert [line for line in headlines(unseen) if line.startswith("One order takes")] == []
