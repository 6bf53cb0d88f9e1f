"""
A comparison of two real servers in one short round, and on which of them each block's workflows were.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from loadtest.cli import rounds_asked
from loadtest.design import alternation
from loadtest.results.run_folder import Run

# Closed: whichever server is slow completes less, and none is overloaded. An order takes a second, as each block waits for
# those that are open at its end.
PLAN = """
name = "two-servers"
drain_seconds = 20
loads = [{ kind = "saturate", in_flight_per_slot = 1 }]
[work]
seconds = 0.15
spread = "constant"
[worker]
activity_slots = 2
"""
ROUND = ["--rounds", "1", "--most-rounds", "1", "--block", "5", "--change-over", "0.5"]


def ask_for_one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let one round be enough, whose blocks are not measured again on a busy machine: where they run is asked, not what they tell.
    """
    monkeypatch.setattr(rounds_asked, "FEWEST_ROUNDS", 1)
    monkeypatch.setattr(alternation, "MOST_ATTEMPTS", 1)


def demand_each_block_on_its_own_server(done: Run, key: str, workflows: Mapping[str, set[str]]) -> None:
    """
    Look that A B B A ran with every order of a block on its server alone, whose page counted them.

    Args:
        done: The run.
        key: The factor that names the servers.
        workflows: Name of each server, A first -> ids of all workflows on it.
    """
    a, b = workflows
    steps = done.read_steps()
    assert [dict(step.key.factors)[key] for step in steps] == [a, b, b, a]
    for step in steps:
        mine = str(dict(step.key.factors)[key])
        (theirs,) = workflows.keys() - {mine}
        orders = f"{done.path.name}-{step.key.folder}-"
        assert sum(orders in one for one in workflows[mine]) >= step.injector.whole.acknowledged > 0
        assert not any(orders in one for one in workflows[theirs])
        assert step.server_whole is not None and step.worker_whole is not None
        counted = step.server_whole.counters["server.workflow_closed"]
        assert counted == step.worker_whole.counters["worker.workflow_completed"] > 0
