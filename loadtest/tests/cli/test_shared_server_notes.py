"""
What a run says of the servers that it does not start itself, before it starts a workflow there.
"""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.cli.run_refusals import start_notes
from loadtest.plan import Open, Plan, Saturate, WorkerSetup
from loadtest.scenario import load

CLOUD = "shop.account.tmprl.cloud:7233"
REPAIR = load("repair")


def _plan(*loads: Any, **given: Any) -> Plan:
    return Plan(**{"name": "p", "replicas": (1, 2), "loads": loads, "warm_up_seconds": 10.0, **given})


@pytest.mark.parametrize(
    ("plan", "place", "told"),
    [
        pytest.param(
            _plan(Open(arrival_rate=5, window_seconds=20)),
            {"address": CLOUD},
            f"--address {CLOUD}: this starts up to 300 workflows in namespace default; ",
            id="cloud",
        ),
        pytest.param(
            _plan(Open(arrival_rate=5, window_seconds=20), namespace="shop"),
            {"address": "127.0.0.1:7233"},
            "--address 127.0.0.1:7233: this starts up to 300 workflows in namespace shop; ",
            id="a tunnel may end here",
        ),
        pytest.param(
            _plan(Saturate(), worker=WorkerSetup()),
            {"address": CLOUD, "worker_command": "./worker", "yes": True},
            f"--address {CLOUD}: this starts as many workflows as the workers complete in namespace default; ",
            id="nobody knows",
        ),
    ],
)
def test_whose_server_it_is_hears_where_and_how_many_workflows_are_started(
    plan: Plan, place: dict[str, Any], told: str
) -> None:
    """Before the first one."""
    (note,) = start_notes(plan, None, REPAIR, place)

    assert note == f"{told}`loadtest clean RUN` terminates those that are left open"


@pytest.mark.parametrize(
    "place", [{}, {"address": "temporal-frontend.temporal.svc:7233", "target": "kubernetes"}]
)
def test_a_server_of_the_run_or_of_the_cluster_is_not_told(place: dict[str, Any]) -> None:
    """Nobody else has workflows there."""
    assert start_notes(_plan(Open(arrival_rate=5)), None, REPAIR, place) == ()
