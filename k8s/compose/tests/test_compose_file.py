"""
What holds for the compose project as Docker Compose renders it, and what its scripts refuse; nothing is started.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from make_command import make, refusal, variable
from prometheus_programs import promtool

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "k8s" / "compose"
COMPOSE = ("docker", "compose", "--file", str(FOLDER / "compose.yaml"))
JOBS = {"schema", "namespace"}


@pytest.fixture(scope="session")
def compose() -> None:
    """
    Docker Compose; rendering asks no daemon.
    """
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail("docker compose is missing")
        pytest.skip("docker compose is missing")


@pytest.fixture(scope="session")
def rendered(compose: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """
    The whole project, Grafana too, with the settings that `make compose-up` writes.
    """
    settings = tmp_path_factory.mktemp("settings") / "env"
    settings.write_text(
        "KIT_WORKER_IMAGE=worker:1\nKIT_DATABASE_PASSWORD=secret\nKIT_GRAFANA_PASSWORD=other\n"
    )
    done = subprocess.run(
        [*COMPOSE, "--env-file", str(settings), "--profile", "grafana", "config", "--format", "json"],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith(("KIT_", "COMPOSE_"))},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_published_port_is_on_loopback(rendered: dict[str, Any]) -> None:
    """Nobody else on the network reaches any of it, and the database is published nowhere."""
    ports = {name: service.get("ports", []) for name, service in rendered["services"].items()}

    assert {port["host_ip"] for listed in ports.values() for port in listed} == {"127.0.0.1"}
    assert ports["postgres"] == []


def test_every_replica_gets_a_port_of_its_own(rendered: dict[str, Any]) -> None:
    """A fixed one would be taken by the first replica; two run without being asked."""
    worker = rendered["services"]["worker"]

    assert [(port["target"], port.get("published", "")) for port in worker["ports"]] == [(9000, "")]
    assert worker["deploy"]["replicas"] == 2


def test_everything_that_stays_has_a_health_check(rendered: dict[str, Any]) -> None:
    """And none uses `start_interval`, which older Dockers refuse; jobs end and are waited for."""
    for name, service in rendered["services"].items():
        assert ("healthcheck" in service) == (name not in JOBS), name
        assert "start_interval" not in service.get("healthcheck", {}), name
    waited = {
        (of, wanted["condition"])
        for service in rendered["services"].values()
        for of, wanted in service.get("depends_on", {}).items()
    }
    assert waited == {
        ("postgres", "service_healthy"),
        ("schema", "service_completed_successfully"),
        ("temporal", "service_healthy"),
        ("namespace", "service_completed_successfully"),
    }


def test_images_are_those_of_the_cluster(rendered: dict[str, Any]) -> None:
    """Same names and tags as k8s.mk gives."""
    images = {name: service["image"] for name, service in rendered["services"].items()}
    server, tools, ui = variable("SERVER_IMAGES").split()

    assert images == {
        "postgres": variable("POSTGRES_IMAGE"),
        "schema": tools,
        "temporal": server,
        "namespace": tools,
        "ui": ui,
        "worker": "worker:1",
        "prometheus": variable("PROMETHEUS_IMAGE"),
        "grafana": variable("GRAFANA_IMAGE"),
    }


def test_containers_are_locked(rendered: dict[str, Any]) -> None:
    """No capability, no way to more rights; a root that cannot be written, but for the UI, which writes its settings."""
    for name, service in rendered["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only", False) == (name != "ui"), name


def test_labels_say_what_the_workers_do(rendered: dict[str, Any]) -> None:
    """A sweep reads them, the worker its environment."""
    worker = rendered["services"]["worker"]

    assert (
        worker["labels"]["temporal-kit/activity-slots"] == worker["environment"]["REPAIRSHOP_ACTIVITY_SLOTS"]
    )
    assert worker["labels"]["temporal-kit/task-queue"] == worker["environment"]["REPAIRSHOP_TASK_QUEUE"]


def test_mounted_files_are_there(rendered: dict[str, Any]) -> None:
    """Docker would make a folder of a file that is missing; rules and dashboards are the generated ones."""
    sources = {
        volume["source"]
        for service in rendered["services"].values()
        for volume in service.get("volumes", [])
        if volume["type"] == "bind"
    }

    assert all(Path(source).exists() for source in sources), sources
    assert str(ROOT / "dashboards" / "rules" / "rules.yaml") in sources
    assert str(ROOT / "dashboards" / "json") in sources


def test_dynamic_configuration_is_that_of_the_cluster() -> None:
    """One server's settings, however it is deployed."""
    chart = yaml.safe_load((ROOT / "charts" / "temporal" / "base.yaml").read_text())

    assert yaml.safe_load((FOLDER / "dynamic-config.yaml").read_text()) == chart["server"]["dynamicConfig"]


def test_prometheus_takes_its_configuration(tmp_path: Path) -> None:
    """Checked by promtool, the rules with it."""
    text = (FOLDER / "prometheus.yml").read_text()
    rules = ROOT / "dashboards" / "rules" / "rules.yaml"
    here = tmp_path / "prometheus.yml"
    here.write_text(text.replace("/etc/prometheus-rules/*.yaml", str(rules)))

    done = promtool("check", "config", here)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d+ rules found", done.stdout)


def test_shellcheck_finds_nothing() -> None:
    """The scripts have none of the mistakes that shells forgive."""
    scripts = sorted(path for path in (FOLDER / "run").iterdir() if path.is_file())
    sources = [f"--source-path={folder}" for folder in (FOLDER / "run", ROOT / "k8s" / "run")]

    done = subprocess.run(
        [str(Path(sys.executable).parent / "shellcheck"), "--external-sources", *sources, *map(str, scripts)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param(
            ["compose-up", "ACTIVITY_SLOTS=many"],
            "error: ACTIVITY_SLOTS=many: not a whole number",
            id="slots",
        ),
        pytest.param(["compose-up", "UI_PORT=70000"], "error: UI_PORT=70000: not a port", id="port"),
        pytest.param(
            ["compose-up", "GRAFANA=yes"], "error: GRAFANA=yes: write 1 for Grafana, 0 for none", id="grafana"
        ),
        pytest.param(
            ["compose-sweep", "PLAN=none.toml"], "error: PLAN=none.toml: no such plan file", id="plan"
        ),
    ],
)
def test_wrong_settings_are_refused_in_one_line(compose: None, words: list[str], told: str) -> None:
    """Before anything is built or started."""
    if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        pytest.skip("Docker does not answer")

    assert refusal(make(*words)).startswith(told)
