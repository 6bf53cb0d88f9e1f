"""
What `make deploy` brings, in which order, as `k8s/deploy-order` says.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kustomized import FOLDERS, K8S, ROOT
from make_command import make

pytestmark = pytest.mark.process
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH")


def plan(*settings: str) -> list[str]:
    """
    The lines of ``make deploy-plan``, each as `how name from`.
    """
    done = make("deploy-plan", *settings)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    return [f"{how} {name} {source}" for how, _, name, source in lines]


def named() -> list[list[str]]:
    """
    All lines of the file, as fields.
    """
    lines = (line.split() for line in (K8S / "deploy-order").read_text().splitlines())
    return [fields for fields in lines if fields and not fields[0].startswith("#")]


def test_every_line_names_what_is_there() -> None:
    """
    Each file, folder and chart exists, and each folder with a kustomization and each values file is named.
    """
    sources = {fields[3] for fields in named() if fields[0] in ("apply", "values", "helm")}
    unknown = {source for source in sources if source != "official" and not (ROOT / source).exists()}
    folders = {f"k8s/{folder}" for folder in FOLDERS} - {"k8s/namespaces"}
    values = {str(path.relative_to(ROOT)) for path in (K8S / "values").glob("*.yaml")}

    assert unknown == set()
    assert folders - sources == set()
    # Somebody else's chart, which is installed by hand.
    assert values - sources == {"k8s/values/kube-prometheus-stack.yaml"}


def test_conditions_name_settings() -> None:
    """
    A condition on a variable that deploy does not have would end it in the middle.
    """
    known = (K8S / "k8s.mk").read_text()

    for fields in named():
        for condition in fields[4:]:
            name = condition.partition("=")[0]
            assert name in ("DATABASE", "LOCAL") or f"{name} :=" in known, condition


@pytest.mark.parametrize(
    ("settings", "charts"),
    [
        pytest.param(["PROFILE=dev"], ["charts/temporal-dev"], id="dev"),
        pytest.param([], ["official"], id="postgres"),
        pytest.param(["PROFILE=ha"], ["official"], id="ha"),
        pytest.param(["PROFILE=external", "ADDRESS=there:7233", "NAMESPACE=shop"], [], id="external"),
    ],
)
def test_profiles_differ_in_temporal(settings: list[str], charts: list[str]) -> None:
    """
    Every profile brings workers and load test after its Temporal; external brings nothing of Temporal's.
    """
    lines = plan(*settings)

    installed = [line.split()[2] for line in lines if line.startswith("helm ")]
    assert installed == [*charts, "charts/repair-worker", "charts/loadtest"]
    assert ("apply fences k8s/temporal-local" in lines) is bool(charts)
    assert ("apply temporal k8s/namespaces/temporal.yaml" in lines) is bool(charts)
    assert any(line.startswith("apply prometheus ") for line in lines)


@pytest.mark.parametrize("profile", ["dev", "postgres"])
def test_the_operator_finds_every_release_by_monitors(profile: str) -> None:
    """
    It reads no annotations, so that what has no monitor is missing in dashboards and alerts without a word.
    """
    lines = plan(f"PROFILE={profile}", "MONITORING=operator")

    for _, name, chart in (line.split() for line in lines if line.startswith("helm ")):
        monitors = "charts/temporal/operator.yaml" if chart == "official" else "k8s/values/pod-monitor.yaml"
        assert f"values {name} {monitors}" in lines


def test_a_database_of_ones_own_replaces_ours() -> None:
    """
    With DB_ADDRESS no PostgreSQL is deployed, and TLS comes by a values file.
    """
    ours = plan("PROFILE=ha")
    theirs = plan("PROFILE=ha", "DB_ADDRESS=db:5432", "DB_SECRET=db", "DB_TLS=1")

    assert "apply postgres k8s/postgres" in ours
    assert [line for line in theirs if "postgres" in line] == []
    assert "values temporal k8s/values/database-tls.yaml" in theirs


def test_nothing_is_a_port_of_the_nodes_elsewhere(tmp_path: Path) -> None:
    """
    On a cluster that is not this machine's, no line brings what kind maps to 127.0.0.1.
    """
    config = tmp_path / "config"
    config.write_text("")
    lines = plan(f"KUBECONFIG={config}", "CONTEXT=company")

    assert "apply prometheus k8s/monitoring/prometheus" in lines
    assert "apply grafana k8s/monitoring/grafana" in lines
    assert [line for line in lines if "-local" in line or "kind.yaml" in line] == []


KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: it, cluster: {{server: "{server}"}}}}]
contexts: [{{name: "{context}", context: {{cluster: it, user: me}}}}]
users: [{{name: me, user: {{token: none}}}}]
"""


@needs_kubectl
@pytest.mark.parametrize(
    ("context", "server", "local"),
    [
        pytest.param("kind-mine", "https://127.0.0.1:34567", True, id="kind"),
        pytest.param("kind-mine", "https://[::1]:34567", True, id="kind-by-ipv6"),
        pytest.param("kind-prod", "https://k8s.example.org:6443", False, id="somebody-elses-name"),
        pytest.param("kind-prod", "https://127.0.0.1.example.org", False, id="loopback-in-a-name"),
        pytest.param("temporal-kit", "https://10.1.2.3:6443", False, id="minikubes-name"),
        pytest.param("company", "https://127.0.0.1:6443", False, id="tunnel"),
    ],
)
def test_a_name_makes_no_cluster_this_machines(
    tmp_path: Path, context: str, server: str, local: bool
) -> None:
    """
    Ports of the nodes, and `make down` without a question, are for a cluster whose API server is on this machine.
    """
    config = tmp_path / "config"
    config.write_text(KUBECONFIG.format(context=context, server=server))

    assert (plan(f"KUBECONFIG={config}", f"CONTEXT={context}") == plan()) is local


def test_what_the_environment_says_of_settings_does_not_count() -> None:
    """
    An exported REGISTRY pushes nothing and an exported PROFILE deploys nothing: only make's command line decides.
    """
    settings = re.findall(r"^([A-Z_]+) :=", (K8S / "k8s.mk").read_text(), re.MULTILINE)
    printed = "print: ; @echo " + " ".join(f"{name}=$({name})" for name in settings)

    def said(exported: dict[str, str]) -> str:
        return subprocess.run(
            ["make", "--no-print-directory", "--file", "Makefile", "--eval", printed, "print"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", *settings)}
            | exported,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    assert {"MONITORING", "MONITOR_LABELS", "DB_ADDRESS", "CONFIRM", "RECOVER", "NO_CLUSTER"} <= set(settings)
    assert said(dict.fromkeys(settings, "exported")) == said({})


def test_names_that_the_manifests_hold_cannot_be_given() -> None:
    """
    Another namespace on the command line would be half obeyed: it is refused.
    """
    done = make("deploy-plan", "TEMPORAL_KUBE_NAMESPACE=elsewhere")

    assert done.returncode == 2
    assert "TEMPORAL_KUBE_NAMESPACE=elsewhere: the manifests of k8s/ are written for one name" in done.stderr
