"""
Ports of this machine that `make locust` and `make open` forward: one that is taken is no reason to do nothing.
"""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest
from make_command import make
from stubs import cluster_of_stubs

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
SCRIPT = "set -euo pipefail; . k8s/run/cluster_access.sh; . k8s/run/ports.sh; "


def _run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", SCRIPT + script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_port_that_is_taken_has_a_next_one() -> None:
    """A local Temporal or another Locust listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = _run(f"free_port {port}; is_taken {port}")

    assert done.returncode == 0, done.stderr
    assert port < int(done.stdout) <= port + 20


def test_a_port_that_is_free_is_taken() -> None:
    """The usual one, whose number people know."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    assert _run(f"free_port {port}").stdout == f"{port}\n"


def test_where_none_is_free_one_line_says_so() -> None:
    """And the script that asked ends."""
    done = _run("is_taken() { true; }; port=$(free_port 8089); echo forwarded")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: ports 8089 to 8109 of this machine are taken; end what listens there\n"


def test_locust_is_forwarded_to_the_next(tmp_path: Path) -> None:
    """Nothing of the cluster is changed before it is known where its page will be."""
    stubs = cluster_of_stubs(tmp_path, "kind-temporal-kit")
    stubs.put("helm", "")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8089))
            taken.listen()
        except OSError:
            pass  # somebody else has it already

        done = make("locust", stubs.config, environment=stubs.environment)

    assert done.returncode == 0, done.stderr
    (forwarded,) = (call for call in stubs.calls("kubectl") if "port-forward" in call)
    port = forwarded.split()[-1].partition(":")[0]
    assert int(port) > 8089
    assert forwarded.endswith(f" {port}:8089")
    assert f"Locust http://127.0.0.1:{port};" in done.stdout
