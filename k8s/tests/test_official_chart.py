"""
What our values make of the official Temporal chart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from making import variable
from rendering import pod_of
from restricted import violations

ROOT = Path(__file__).parents[2]


def test_ha_spreads_and_protects_every_service() -> None:
    """
    Each of the four services has a budget and a spread that selects its own pods.
    """
    server = yaml.safe_load((ROOT / "charts" / "temporal" / "ha.yaml").read_text())["server"]

    assert server["replicaCount"] == 2
    for part in ("frontend", "history", "matching", "worker"):
        (spread,) = server[part]["topologySpreadConstraints"]
        assert server[part]["podDisruptionBudget"] == {"maxUnavailable": 1}
        assert spread["labelSelector"]["matchLabels"] == {
            "app.kubernetes.io/instance": variable("TEMPORAL_RELEASE"),
            "app.kubernetes.io/component": part,
        }


def test_the_official_chart_with_our_values_meets_restricted(tmp_path: Path) -> None:
    """
    Every pod of the official chart but its test pod may run in a namespace that enforces `restricted`.
    """
    chart = os.environ.get("TEMPORAL_CHART")
    if not chart or shutil.which("helm") is None:
        pytest.skip("needs helm and TEMPORAL_CHART=path of the official chart 1.6.0")
    values = [
        arg for name in ("base", "kind", "ha") for arg in ("--values", f"{ROOT}/charts/temporal/{name}.yaml")
    ]
    done = subprocess.run(
        ["helm", "template", "temporal", chart, *values],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    rendered = [found for found in yaml.safe_load_all(done.stdout) if found]
    pods = {found["metadata"]["name"]: pod for found in rendered if (pod := pod_of(found))}

    broken = {name for name, pod in pods.items() if violations(pod)}

    assert broken == {"temporal-test-cluster-health"} & set(pods)
    assert len(pods) >= 8
    assert {found["metadata"]["name"] for found in rendered if found["kind"] == "Service"} >= {
        "temporal-frontend",
        "temporal-web",
        *(f"temporal-{part}-headless" for part in ("frontend", "history", "matching", "worker")),
    }
