"""
A search for a capacity and one for what limits, as Jobs in a real cluster.
"""

from __future__ import annotations

import pytest
from kit_commands import WORKERS, Kit, fetch

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = """
name = "asked"
replicas = [1]
warm_up_seconds = 3
[work]
seconds = 0.25
[slo]
schedule_to_start_p95_seconds = 0.3
"""
LEASE = f"repair-shop.{WORKERS}"


def test_a_capacity_is_searched_in_the_cluster(kit: Kit) -> None:
    """
    The search ends with an answer for its one count, or says why not, and the fetched run has page and data.
    """
    finished = kit.submit(PLAN, "--design", "capacity", "--window", "40").finish(900)

    # 3: other programs leave no bracket, and the answer says so.
    assert finished.code in (0, 3), finished.out[-2000:] + finished.error
    run = fetch(kit)
    answer = run.read("capacity.json")
    print(answer)
    assert (run.path / "report.html").is_file()
    (count,) = answer["counts"]
    assert count["replicas"] == 1
    assert kit.ask("get", "lease", LEASE, "--namespace", "repair-shop").code != 0


def test_limits_are_named_in_the_cluster(kit: Kit) -> None:
    """
    One saturated step names its suspects, with slots among those that a chart's value would relieve.
    """
    finished = kit.submit(
        PLAN, "--design", "limits", "--suspects", "0", "--replicas", "1", "--block", "10"
    ).finish(600)

    assert finished.code in (0, 3), finished.out[-2000:] + finished.error
    run = fetch(kit)
    print(run.read("limits.json"))
    assert (run.path / "report.html").is_file()
    assert kit.ask("get", "lease", LEASE, "--namespace", "repair-shop").code != 0
