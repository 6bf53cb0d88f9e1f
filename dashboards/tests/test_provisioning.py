"""
What a user's own Prometheus and Grafana are given, and what the README says of it.
"""

from __future__ import annotations

import json
import re

import pytest
import yaml
from prometheus_programs import promtool

from dashboards.alerts import ALERTS
from dashboards.all_dashboards import ALL
from dashboards.dashboard import Dashboard
from dashboards.generated_files import ROOT

FOLDER = ROOT / "dashboards/provisioning"
README = (ROOT / "dashboards/README.md").read_text(encoding="utf-8")


@pytest.mark.process
def test_promtool_accepts_the_configuration_and_finds_our_rules() -> None:
    """
    prometheus.yml works where it stands.
    """
    done = promtool("check", "config", "prometheus.yml", cwd=FOLDER)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 rule files found" in done.stdout


def test_the_pages_to_scrape_are_a_list_that_prometheus_reads() -> None:
    """
    Each target is host:port with a job.
    """
    targets = json.loads((FOLDER / "targets.json").read_text(encoding="utf-8"))

    assert [group["labels"]["job"] for group in targets] == ["server", "worker", "injector", "sweep"]
    assert all(re.fullmatch(r"[\w.]+:\d+", page) for group in targets for page in group["targets"])


def test_grafana_gets_the_data_source_that_the_cluster_has() -> None:
    """
    One uid here and in the cluster, so that links between them hold.
    """
    (ours,) = yaml.safe_load((FOLDER / "datasources.yaml").read_text(encoding="utf-8"))["datasources"]
    objects = yaml.safe_load_all((ROOT / "k8s/monitoring/grafana/grafana.yaml").read_text(encoding="utf-8"))
    (configuration,) = [found for found in objects if found["kind"] == "ConfigMap"]
    (theirs,) = yaml.safe_load(configuration["data"]["datasources.yaml"])["datasources"]

    assert (ours["type"], ours["uid"]) == (theirs["type"], theirs["uid"])
    (provider,) = yaml.safe_load((FOLDER / "dashboards.yaml").read_text(encoding="utf-8"))["providers"]
    assert provider["type"] == "file"


@pytest.mark.parametrize("dashboard", ALL, ids=lambda dashboard: dashboard.name)
def test_the_readme_shows_each_dashboard_with_its_question(dashboard: Dashboard) -> None:
    """
    Title, question and picture, and the picture is there.
    """
    title = dashboard.title.removeprefix("Temporal kit / ")

    assert f"### {title}: {dashboard.question[0].lower()}{dashboard.question[1:]}" in README
    assert f"![{title}](plots/{dashboard.name}.png)" in README
    assert (ROOT / f"dashboards/plots/{dashboard.name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_readme_lists_each_alert_as_it_is() -> None:
    """
    Name, condition and runbook.
    """
    rows = [f"| {a.name} | `{a.promql}` for {a.wait} | [{a.name}](runbooks/{a.name}.md) |" for a in ALERTS]

    assert [row for row in rows if row not in README] == []
