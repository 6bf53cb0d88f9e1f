"""
A Temporal of somebody else's in the cluster: a server that only its proxy reaches, and a proxy that asks for a certificate.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from authority import make_certificates
from kit_commands import CONTEXT, KUBECONFIG, Kit, run

HERE = Path(__file__).parent
NAMESPACE = "elsewhere"
TEMPORAL_NAMESPACE = "shop"
SERVER_NAME = "temporal.example.test"
ADDRESS = f"frontdoor.{NAMESPACE}.svc.cluster.local:7233"


@pytest.fixture(scope="session")
def remote_settings(cluster: Kit, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """
    Settings of `make deploy` for a development server in a namespace of its own, closed to all but the proxy before it.
    """
    files = make_certificates(tmp_path_factory.mktemp("certificates"), SERVER_NAME)
    made = json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    cluster.kubectl("apply", "--filename", "-", given=made)
    proxy_files = {
        "ca.crt": files.authority,
        "tls.crt": files.server,
        "tls.key": files.server_key,
        "mtls_proxy.py": HERE / "mtls_proxy.py",
    }
    secret = ["create", "secret", "generic", "frontdoor", "--namespace", NAMESPACE]
    cluster.kubectl(*secret, *(f"--from-file={name}={path}" for name, path in proxy_files.items()))
    helm = ["helm", "--kubeconfig", str(KUBECONFIG), "--kube-context", CONTEXT, "install", "temporal"]
    values = ["--set", f"namespaces={{{TEMPORAL_NAMESPACE}}}"]
    installed = run(
        [*helm, "charts/temporal-dev", "-n", NAMESPACE, *values, "--wait", "--timeout", "3m"], 240
    )
    assert installed.code == 0, installed.said
    image = "temporal-kit/repair-worker:" + worker_tag(cluster)
    cluster.kubectl(
        "apply", "--filename", "-", given=(HERE / "frontdoor.yaml").read_text().replace("IMAGE", image)
    )
    cluster.kubectl("rollout", "status", "deployment/frontdoor", "-n", NAMESPACE, "--timeout=120s")
    return [
        "PROFILE=external",
        f"ADDRESS={ADDRESS}",
        f"NAMESPACE={TEMPORAL_NAMESPACE}",
        f"TLS_CA={files.authority}",
        f"TLS_CERT={files.client}",
        f"TLS_KEY={files.client_key}",
        f"TLS_SERVER_NAME={SERVER_NAME}",
        "GRAFANA=0",
    ]


def worker_tag(kit: Kit) -> str:
    """
    The tag of the worker's image as the sources are now.
    """
    line = next(
        line for line in kit.make("images").out.splitlines() if line.startswith("temporal-kit/repair-worker:")
    )
    return line.split()[0].rstrip(":").rpartition(":")[2]


@pytest.fixture(scope="session")
def kit(cluster: Kit, remote_settings: list[str]) -> Kit:
    """
    The kit, deployed against the remote Temporal.
    """
    assert cluster.make("deploy", *remote_settings, timeout=1200).code == 0
    return cluster


@pytest.fixture(scope="session")
def cluster(kubeconfig_before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """
    A cluster of one node with our images and the development server's, deleted at last unless E2E_KEEP is set.
    """
    kit = Kit(tmp_path_factory.mktemp("results"))
    assert kit.make("kind-up").code == 0
    assert kit.make("images", timeout=1500).code == 0
    name = CONTEXT.removeprefix("kind-")
    run(["kind", "load", "docker-image", "--name", name, "temporalio/temporal:1.9.1"], 300)
    yield kit
    if not os.environ.get("E2E_KEEP"):
        assert kit.make("kind-down").code == 0
