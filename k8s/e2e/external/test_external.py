"""
PROFILE=external: workers and load test against a Temporal that asks for a client's certificate.
"""

from __future__ import annotations

import pytest
from kit_commands import WORKERS, Kit, fetch, until
from steady_plan import STEADY_PLAN

# The first test waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = f'name = "external"\nnamespace = "shop"\nreplicas = [1]{STEADY_PLAN}'
CONNECT = """
import socket, ssl, sys
host, port, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
plain = socket.create_connection((host, port), 5)
if how != "plain":
    context = ssl._create_unverified_context()
    context.set_alpn_protocols(["h2"])
    if how == "certificate":
        context.load_cert_chain("/etc/temporal-client/tls.crt", "/etc/temporal-client/tls.key")
    secured = context.wrap_socket(plain)
    secured.send(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n")
    print("answered" if secured.recv(9) else "closed")
else:
    print("connected")
"""


def from_a_worker(kit: Kit, host: str, port: int, how: str) -> str:
    """
    What a worker's pod hears at an address: what it printed, or the last line of what went wrong.
    """
    pod = ["exec", f"deployment/{WORKERS}", "-n", "repair-shop", "--", "python", "-c", CONNECT]
    done = kit.ask(*pod, host, str(port), how)
    return done.out.strip() or next(line for line in reversed(done.error.splitlines()) if "Error" in line)


def test_nothing_of_temporal_is_deployed(kit: Kit) -> None:
    """
    There is no namespace `temporal`, and no role of ours outside of our namespaces.
    """
    names = {found["metadata"]["name"] for found in kit.get("namespaces")["items"]}
    rights = kit.get("roles,rolebindings", "--all-namespaces", "-l", "app.kubernetes.io/part-of=temporal-kit")

    assert "temporal" not in names
    assert {"repair-shop", "loadtest", "monitoring", "elsewhere"} <= names
    assert {one["metadata"]["namespace"] for one in rights["items"]} <= {
        "repair-shop",
        "loadtest",
        "monitoring",
    }


def test_workers_show_their_certificate(kit: Kit) -> None:
    """
    The proxy joined callers of the client's name, and the workers are ready.
    """
    heard = kit.kubectl("logs", "deployment/frontdoor", "-n", "elsewhere")

    assert "joined {'commonName': 'repair-shop'}" in heard
    assert kit.deployment()["status"]["readyReplicas"] == 1


def test_who_shows_no_certificate_is_turned_away(kit: Kit) -> None:
    """
    From a worker's own pod the proxy answers with the certificate, and without it ends the connection.
    """
    with_it = from_a_worker(kit, "frontdoor.elsewhere.svc.cluster.local", 7233, "certificate")
    without = from_a_worker(kit, "frontdoor.elsewhere.svc.cluster.local", 7233, "nothing")

    assert with_it == "answered"
    # The other side's own words, or an end whose words were lost: who closes with unread data resets.
    endings = ("closed", "ConnectionResetError", "BrokenPipeError", "SSLEOFError", "CERTIFICATE_REQUIRED")
    assert any(ending in without for ending in endings), without


@pytest.mark.parametrize(
    ("host", "port"),
    [
        pytest.param("temporal-frontend.elsewhere.svc.cluster.local", 7233, id="server-behind-the-proxy"),
        pytest.param("temporal-server-headless.elsewhere.svc.cluster.local", 9090, id="its-metrics"),
        pytest.param("kubernetes.default.svc.cluster.local", 443, id="kubernetes-api"),
        pytest.param("prometheus.monitoring.svc.cluster.local", 9090, id="prometheus"),
    ],
)
def test_workers_reach_the_proxy_and_nothing_else(kit: Kit, host: str, port: int) -> None:
    """
    Egress follows the address: the proxy's port in its namespace is open, what else there is is not.
    """
    assert from_a_worker(kit, "frontdoor.elsewhere.svc.cluster.local", 7233, "plain") == "connected"
    assert from_a_worker(kit, host, port, "plain") != "connected"


def test_a_sweep_runs_against_it(kit: Kit) -> None:
    """
    Two injectors load a worker through the proxy; the run is valid and no order of it failed.
    """
    finished = kit.sweep(PLAN)

    assert finished.is_measured, finished.out[-2000:] + finished.error
    # A step that a busy machine spoilt is measured again by itself; what counts is the last.
    *_, step = fetch(kit).measured()
    assert len(step["injector"]["per_injector"]) == 2
    assert step["injector"]["whole"]["failed"] == {}
    assert step["injector"]["whole"]["completed"] > 0
    assert step["use"]["worker"]["cpu_seconds"] > 0


def test_a_second_deploy_changes_nothing(kit: Kit, remote_settings: list[str]) -> None:
    """
    The same files again start no new worker.
    """
    before = [pod["metadata"]["uid"] for pod in kit.get("pods", "-n", "repair-shop")["items"]]
    assert kit.make("deploy", *remote_settings, timeout=600).code == 0

    assert [pod["metadata"]["uid"] for pod in kit.get("pods", "-n", "repair-shop")["items"]] == before


def test_down_leaves_the_remote_alone(kit: Kit) -> None:
    """
    `make down` takes ours and nothing of the other namespace's.
    """
    assert kit.make("down").code == 0

    names = {found["metadata"]["name"] for found in kit.get("namespaces")["items"]}
    assert names & {"repair-shop", "loadtest", "monitoring", "temporal"} == set()
    running = kit.get("deployments", "-n", "elsewhere")["items"]
    assert {one["metadata"]["name"] for one in running} == {"temporal", "frontdoor"}
    until(
        lambda: kit.get("deployment", "temporal", "-n", "elsewhere")["status"].get("readyReplicas") == 1,
        "it runs",
    )
