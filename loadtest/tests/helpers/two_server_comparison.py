"""
A comparison of two servers: as flags and a file of profiles name them, and carried out in one short round.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from loadtest.cli import question_plan
from loadtest.design import alternation
from loadtest.results.manifest import ProfileServer
from loadtest.results.run_folder import Run

A, B = "127.0.0.1:7233", "127.0.0.2:7234"
SERVERS = ["--a-address", A, "--b-address", B]
PAGES = ["--a-server-metrics", "http://a/metrics", "--b-server-metrics", "http://b/metrics"]
CLOUD = "shop.account.tmprl.cloud:7233"
# Of a configuration file of Temporal with two profiles.
KEY, SHELL_KEY = "key-of-the-cloud", "key-of-the-shell"
PROFILES = ["--a-profile", "own", "--b-profile", "cloud"]
LED = {"own": ProfileServer(A, "default"), "cloud": ProfileServer(B, "shop")}


def profile_text(address: str = B, more: str = "") -> str:
    """
    Return a configuration file of the profiles `own` and `cloud`, where *cloud* has an address and further lines of its own.
    """
    return (
        f'[profile.own]\naddress = "{A}"\n'
        f'[profile.cloud]\naddress = "{address}"\nnamespace = "shop"\napi_key = "{KEY}"\n{more}'
    )


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
    monkeypatch.setattr(question_plan, "FEWEST_ROUNDS", 1)
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
