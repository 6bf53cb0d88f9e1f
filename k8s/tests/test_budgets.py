"""
What is asked for fits what there is: a laptop's two cores, and PostgreSQL's connections.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from kustomized import objects
from rendering import pod_of

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"


def millicores(text: str) -> int:
    """
    CPU as Kubernetes writes it, in thousandths of a core.
    """
    return int(text.removesuffix("m")) if text.endswith("m") else int(float(text) * 1000)


def cpu_of(path: str, *keys: str) -> int:
    """
    The CPU that a values file asks for below these keys.
    """
    found = yaml.safe_load((ROOT / path).read_text())
    for key in (*keys, "resources", "requests", "cpu"):
        found = found[key]
    return millicores(found)


def requested(*parts: str) -> int:
    """
    The CPU that pods of the plain manifests ask for.
    """
    return sum(
        millicores(container["resources"]["requests"]["cpu"])
        for folder in ("postgres", "monitoring/prometheus")
        for found in objects(folder)
        if (pod := pod_of(found)) and found["metadata"]["name"] in parts
        for container in pod["spec"]["containers"]
    )


@pytest.mark.parametrize("profile", ["dev", "postgres"])
def test_a_sweep_of_four_workers_fits_two_cores(profile: str) -> None:
    """
    Kubernetes' own pods on a node of kind ask for 870 m, metrics-server for 50: the rest must hold everything of ours.
    """
    kubernetes = 870 + 50
    if profile == "dev":
        server = cpu_of("charts/temporal-dev/values.yaml")
    else:
        parts = ("frontend", "history", "matching", "worker")
        server = sum(cpu_of("charts/temporal/kind.yaml", "server", part) for part in parts)
        server += sum(cpu_of("charts/temporal/base.yaml", part) for part in ("admintools", "web"))
        server += requested("postgres")
    workers = 4 * cpu_of("charts/repair-worker/values.yaml")
    load = sum(
        count * cpu_of("k8s/values/loadtest-local.yaml", part)
        for part, count in (("sweep", 1), ("injectors", 2))
    )

    assert kubernetes + server + workers + load + requested("prometheus") <= 2000


def test_connections_of_all_servers_fit_the_database() -> None:
    """
    Two pods of each service may use all of their connections while the ledger's role uses all that it may.
    """
    stores = yaml.safe_load((ROOT / "charts" / "temporal" / "base.yaml").read_text())["server"]["config"][
        "persistence"
    ]
    each = sum(store["sql"]["maxConns"] for store in stores["datastores"].values())
    (stateful,) = (found for found in objects("postgres") if found["kind"] == "StatefulSet")
    arguments = stateful["spec"]["template"]["spec"]["containers"][0]["args"]
    (allowed,) = (
        int(a.removeprefix("max_connections=")) for a in arguments if a.startswith("max_connections=")
    )

    script = (K8S / "postgres/10-ledger.sh").read_text()
    (ledger,) = (int(limit) for limit in re.findall(r"CREATE ROLE ledger .*CONNECTION LIMIT (\d+)", script))

    # Three are PostgreSQL's own.
    assert each * 2 * 4 + ledger + 3 <= allowed
    assert "SUPERUSER" not in script
