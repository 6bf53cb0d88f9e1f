"""
What `make deploy MONITORING=operator` gives to a Prometheus operator that was there before.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from kustomized import objects
from make_command import make, variable
from rendering import Charts, of_kind
from script_functions import run_functions

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
RUN = ROOT / "k8s" / "run"
LABELS = {"release": "monitoring", "example.org/team": "2026"}
GIVEN = ",".join(f"{name}={value}" for name, value in LABELS.items())
# What would be applied is printed.
APPLIES = """
kc() {
  case $1 in
    apply) cat "${@: -1}" >&3 ;;
    *) kubectl "$@" ;;
  esac
}
exec 3>&1
maps=
"""
CHARTS = Charts(ROOT / "charts")
needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not in PATH")
needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH")


def shell(script: str, **settings: str) -> str:
    """
    Run lines of shell with the scripts' functions, for labels that were given.
    """
    names = {"TEMPORAL_RELEASE": "temporal", "MONITOR_LABELS": GIVEN, "PROFILE": "dev"}
    return run_functions(script, {**names, **settings})


@needs_helm
@pytest.mark.parametrize("release", ["temporal-dev", "repair-worker", "loadtest"])
def test_pod_monitors_carry_the_labels(release: str) -> None:
    """
    A stack's Prometheus picks monitors by a label and passes over others in silence; a number stays a text.
    """
    name = release.removesuffix("-dev")
    given = yaml.safe_load(shell(f"monitor_values {name}"))
    values: dict[str, Any] = yaml.safe_load((ROOT / f"charts/{release}/ci/default-values.yaml").read_text())
    operated = ("--values", str(ROOT / "k8s/values/pod-monitor.yaml"))

    (monitor,) = of_kind(CHARTS.render(release, {**values, **given}, *operated), "PodMonitor")

    assert monitor["metadata"]["labels"].items() >= LABELS.items()


@pytest.mark.parametrize("profile", ["postgres", "ha"])
def test_the_official_charts_monitors_carry_the_labels(profile: str) -> None:
    """
    Its ServiceMonitors take labels under a name of their own.
    """
    assert yaml.safe_load(shell("monitor_values temporal", PROFILE=profile)) == {
        "server": {"metrics": {"serviceMonitor": {"additionalLabels": LABELS}}}
    }


@needs_kubectl
@pytest.mark.parametrize("labels", [GIVEN, ""], ids=["labels", "none"])
def test_rules_carry_the_labels(labels: str, tmp_path: Path) -> None:
    """
    The PrometheusRule that is applied is the one given, with the labels and all its own.
    """
    own = yaml.safe_load((ROOT / "dashboards/rules/prometheus-rule.yaml").read_text())
    script = APPLIES + "apply_part repair-shop rules dashboards/rules/prometheus-rule.yaml"
    environment = {"IMAGE_CONTEXT": str(tmp_path), "KUBECONFIG": "/dev/null", "MONITOR_LABELS": labels}

    applied = yaml.safe_load(shell(script, **environment))

    assert applied["metadata"]["labels"] == own["metadata"]["labels"] | (LABELS if labels else {})
    assert applied["spec"] == own["spec"]


@needs_kubectl
def test_our_prometheus_gets_the_memory_that_is_given(tmp_path: Path) -> None:
    """
    Nothing else of its folder changes, so that more workers need no copy of it.
    """
    script = APPLIES + "apply_part monitoring prometheus k8s/monitoring/prometheus"
    environment = {"IMAGE_CONTEXT": str(tmp_path), "KUBECONFIG": "/dev/null", "PROMETHEUS_MEMORY": "3Gi"}

    applied = list(yaml.safe_load_all(shell(script, **environment)))

    (deployment,) = of_kind(applied, "Deployment")
    resources = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert resources["limits"] == {"memory": "3Gi"}
    resources["limits"]["memory"] = variable("PROMETHEUS_MEMORY")
    assert applied == objects("monitoring/prometheus")


def test_rules_of_ones_own_take_the_place_of_the_kits(tmp_path: Path) -> None:
    """
    With links to runbooks and bounds of single queues; every release has a monitor.
    """
    rules = tmp_path / "my rules.yaml"
    rules.write_text("")

    done = make("deploy-plan", "MONITORING=operator", f"RULES={rules}")

    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert f"apply repair-shop rules {rules}" in lines
    assert not any("dashboards/rules" in line for line in lines)
    for release in ("repair-shop repair-worker", "loadtest loadtest"):
        assert f"values {release} k8s/values/pod-monitor.yaml" in lines
