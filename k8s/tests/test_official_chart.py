"""
What the official Temporal chart makes of our values; a copy of it must be given, as CONTRIBUTING says.

Without one, `test_official_chart_values.py` still tests our values by the keys that this chart is known to read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import variable
from official_chart_values import FACTS, FILES, at, merged
from rendering import pod_of
from restricted import violations

ROOT = Path(__file__).parents[2]


SERVICES = ("frontend", "history", "matching", "worker")


def rendered(*values: str) -> list[Any]:
    """
    The objects that the official chart makes of some of our values files, or of files given whole.
    """
    chart = os.environ.get("TEMPORAL_CHART")
    if not chart or shutil.which("helm") is None:
        pytest.skip("not rendered: needs helm and TEMPORAL_CHART=path of the official chart 1.6.0")
    files = [arg for name in values for arg in ("--values", str(ROOT / name))]
    done = subprocess.run(
        ["helm", "template", "temporal", chart, *files],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [found for found in yaml.safe_load_all(done.stdout) if found]


def test_ha_spreads_and_protects_every_service() -> None:
    """
    Each service has a budget that never keeps an unready pod, and spreads its own pods over nodes and over zones.
    """
    values = yaml.safe_load((ROOT / "charts" / "temporal" / "ha.yaml").read_text())
    server = values["server"]

    assert server["replicaCount"] == values["web"]["replicaCount"] == 2
    for part, found in (*((part, server[part]) for part in SERVICES), ("web", values["web"])):
        nodes, zones = found["topologySpreadConstraints"]
        assert found["podDisruptionBudget"] == {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        }
        assert (nodes["topologyKey"], nodes["whenUnsatisfiable"]) == (
            "kubernetes.io/hostname",
            "DoNotSchedule",
        )
        assert (zones["topologyKey"], zones["whenUnsatisfiable"]) == (
            "topology.kubernetes.io/zone",
            "ScheduleAnyway",
        )
        for spread in (nodes, zones):
            # A cordoned node would else count as an empty one, and no pod could go anywhere.
            assert spread["nodeTaintsPolicy"] == "Honor"
            assert spread["labelSelector"]["matchLabels"] == {
                "app.kubernetes.io/instance": variable("TEMPORAL_RELEASE"),
                "app.kubernetes.io/component": part,
            }


@pytest.mark.process
def test_the_frontends_readiness_hears_its_health_check() -> None:
    """
    The frontend's health check fails before it leaves: the probe asks for it, and not whether the port is open.
    """
    found = rendered("charts/temporal/base.yaml", "charts/temporal/ha.yaml")
    (frontend,) = (
        one for one in found if one["kind"] == "Deployment" and one["metadata"]["name"] == "temporal-frontend"
    )
    (container,) = frontend["spec"]["template"]["spec"]["containers"]

    assert container["readinessProbe"]["grpc"] == {
        "port": 7233,
        "service": "temporal.api.workflowservice.v1.WorkflowService",
    }
    budgets = {one["metadata"]["name"] for one in found if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {f"temporal-{part}-pdb" for part in (*SERVICES, "web")}


@pytest.mark.process
def test_tls_to_the_database_reaches_server_and_schema_job(tmp_path: Path) -> None:
    """
    With DB_TLS=1 both check the certificate, by the authority of a Secret that both mount.
    """
    theirs = tmp_path / "theirs.yaml"
    volume = {
        "additionalVolumes": [{"name": "database-ca", "secret": {"secretName": "authority"}}],
        "additionalVolumeMounts": [{"name": "database-ca", "mountPath": "/etc/temporal-database"}],
    }
    sql = {"sql": {"connectAddr": "db:5432", "tls": {"caFile": "/etc/temporal-database/ca.crt"}}}
    stores = {"config": {"persistence": {"datastores": {"default": sql, "visibility": sql}}}}
    theirs.write_text(yaml.safe_dump({"server": {**stores, **volume}, "admintools": volume}))

    found = rendered("charts/temporal/base.yaml", "k8s/values/database-tls.yaml", str(theirs))

    (config,) = (one for one in found if one["metadata"]["name"] == "temporal-config")
    written = yaml.safe_load(next(iter(config["data"].values())).replace("{{", "").replace("}}", ""))
    for store in ("default", "visibility"):
        tls = written["persistence"]["datastores"][store]["sql"]["tls"]
        assert tls == {
            "enabled": True,
            "enableHostVerification": True,
            "caFile": "/etc/temporal-database/ca.crt",
        }
    (job,) = (one for one in found if one["kind"] == "Job" and "schema" in one["metadata"]["name"])
    for container in job["spec"]["template"]["spec"]["initContainers"]:
        environment = {one["name"]: one.get("value") for one in container["env"]}
        assert environment["SQL_TLS"] == "true"
        assert environment["SQL_TLS_DISABLE_HOST_VERIFICATION"] == "false"
        assert environment["SQL_TLS_CA_FILE"] == "/etc/temporal-database/ca.crt"
        assert "/etc/temporal-database" in [one["mountPath"] for one in container["volumeMounts"]]


@pytest.mark.process
def test_the_official_chart_with_our_values_meets_restricted() -> None:
    """
    Every pod of the official chart but its test pod may run in a namespace that enforces `restricted`.
    """
    found = rendered(*(f"charts/temporal/{name}.yaml" for name in ("base", "kind", "ha")))
    pods = {one["metadata"]["name"]: pod for one in found if (pod := pod_of(one))}

    broken = {name for name, pod in pods.items() if violations(pod)}

    assert broken == {"temporal-test-cluster-health"} & set(pods)
    assert len(pods) >= 8
    assert {one["metadata"]["name"] for one in found if one["kind"] == "Service"} >= {
        "temporal-frontend",
        "temporal-web",
        *(f"temporal-{part}-headless" for part in ("frontend", "history", "matching", "worker")),
    }


@pytest.mark.process
def test_the_facts_are_the_charts() -> None:
    """
    The contexts of every pod come from where `data/official-chart.json` says.
    """
    values = merged(FILES["all"])
    found = {one["metadata"]["name"]: pod["spec"] for one in rendered(*FILES["all"]) if (pod := pod_of(one))}
    found.pop("temporal-test-cluster-health", None)

    assert set(found) == set(FACTS["pods"])
    for name, where in FACTS["pods"].items():
        containers = [*found[name].get("initContainers", []), *found[name]["containers"]]
        own = at(values, where["container"])
        assert found[name]["securityContext"].items() >= at(values, where["pod"]).items()
        assert [one["securityContext"] for one in containers] == [own] * len(containers)
