"""
A sweep that nobody follows, and Locust by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.parse
import urllib.request
from typing import Any

import pytest
from kit_commands import CHECKOUT, Kit, until

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PROFILE = os.environ.get("E2E_PROFILE", "dev")
LOCUST = "http://127.0.0.1:8089"
PLAN = """
name = "left-alone"
replicas = [1]
warm_up_seconds = 2
drain_seconds = 60
loads = [{ kind = "open", arrival_rate = 1.0, window_seconds = 10 }]
[work]
seconds = 0.1
"""


def test_a_sweep_goes_on_when_nobody_follows_it(kit: Kit) -> None:
    """Ctrl-C detaches and says how to follow it again; whoever attaches, even late, gets its verdict as exit code."""
    left = kit.submit(PLAN)
    left.wait_for("StepStarted")
    left.process.send_signal(signal.SIGINT)
    detached = left.finish(60)

    attached = kit.loadtest("submit", "--attach", "--progress", "json")
    again = kit.loadtest("submit", "--attach", "--progress", "plain")

    assert detached.code == 130
    assert "the sweep goes on. `loadtest submit --attach` follows it again" in detached.error
    ended = [json.loads(line) for line in attached.out.splitlines() if '"SweepEnded"' in line]
    assert [one["exit_code"] for one in ended] == [attached.code]
    assert attached.code in (0, 1, 3)
    assert again.code == attached.code


def asked(path: str, **form: object) -> Any:
    """
    Ask Locust's page by GET; with a form, tell it by POST.
    """
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(f"{LOCUST}/{path}", body, timeout=10) as answer:
        text = answer.read().decode()
    return json.loads(text) if text.startswith("{") else text


def requests() -> int:
    """
    How many requests Locust has counted.
    """
    return int(
        sum(row["num_requests"] for row in asked("stats/requests")["stats"] if row["name"] != "Aggregated")
    )


def test_locusts_page_starts_orders_in_the_cluster(kit: Kit) -> None:
    """`make locust` forwards the page; users started there start orders, none of which fails."""
    command = ["make", "locust", "INJECTORS=1"]
    forwarding = subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert forwarding.stdout is not None
        assert forwarding.stdout.readline().startswith(f"Locust {LOCUST}")

        def there() -> bool:
            try:
                return bool(asked("stats/requests")["worker_count"] == 1)
            except OSError:
                return False

        until(there, "the page answers, and its injector is connected")
        asked("swarm", user_count=2, spawn_rate=2)
        until(lambda: requests() >= 10, "orders are started")
        told = asked("stats/requests")
        asked("stop", now=1)
    finally:
        os.killpg(forwarding.pid, signal.SIGTERM)
        forwarding.wait(20)
        assert kit.make("deploy", f"PROFILE={PROFILE}", "GRAFANA=0").code == 0

    assert told["total_fail_per_sec"] == 0
    assert [row["num_failures"] for row in told["stats"] if row["num_failures"]] == []
    gone = kit.ask("get", "deployment/loadtest-interactive", "--namespace", "loadtest")
    assert "not found" in gone.error.lower()
