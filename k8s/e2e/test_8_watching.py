"""
The dashboards and rules on the cluster's own Prometheus, after the load of the tests before.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from kit_commands import CONTEXT, KUBECONFIG, Kit, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@contextlib.contextmanager
def forwarded(namespace: str, what: str, port: int) -> Iterator[str]:
    """
    Reach a port of the cluster from here, as long as the block runs.
    """
    command = ["kubectl", "--kubeconfig", str(KUBECONFIG), "--context", CONTEXT, "--namespace", namespace]
    forwarding = subprocess.Popen(
        [*command, "port-forward", "--address", "127.0.0.1", what, f":{port}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert forwarding.stdout is not None
        line = forwarding.stdout.readline()
        found = re.match(r"Forwarding from (127\.0\.0\.1:\d+) ", line)
        assert found is not None, line
        yield f"http://{found[1]}"
    finally:
        forwarding.terminate()
        forwarding.wait(20)


def test_every_panel_and_every_rule_answers_in_the_cluster(kit: Kit) -> None:
    """
    What a Grafana would ask is answered by the cluster's Prometheus, and our rules are loaded and healthy there.
    """
    with forwarded("monitoring", "deployment/prometheus", 9090) as prometheus:
        done = run(
            [sys.executable, "-m", "dashboards.unanswered_panels", prometheus, "--minutes", "45"], timeout=600
        )

    print(done.out)
    assert done.code == 0, done.said
