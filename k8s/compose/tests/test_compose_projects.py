"""
Whose settings the file beside `compose.yaml` holds; Docker is a stub, and the scripts are a copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from stubs import Stubs, cluster_of_stubs

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
PORTS = ("TEMPORAL_PORT", "TEMPORAL_METRICS_PORT", "UI_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")
SETTINGS = {name: str(7000 + number) for number, name in enumerate(PORTS)} | {
    "ACTIVITY_SLOTS": "4",
    "GRAFANA": "0",
    "WORKER_IMAGE_LIMIT_MB": "260",
    "PLAN": "loadtest/plans/demo.toml",
    "OUTPUT": "results",
}


@pytest.fixture
def docker(tmp_path: Path) -> Stubs:
    """
    A Docker that has every image and nothing that runs.
    """
    for folder in ("run", "compose"):
        shutil.copytree(
            ROOT / "k8s" / folder, tmp_path / "k8s" / folder, ignore=shutil.ignore_patterns(".env")
        )
    return cluster_of_stubs(tmp_path, "none")


def run(docker: Stubs, script: str, project: str) -> subprocess.CompletedProcess[str]:
    """
    Run a script as make does; it leaves nothing where temporary files are.
    """
    temporary = docker.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    done = subprocess.run(
        [str(docker.folder / "k8s" / "compose" / "run" / script)],
        cwd=ROOT,
        env={
            **os.environ,
            **docker.environment,
            **SETTINGS,
            "COMPOSE_PROJECT": project,
            "TMPDIR": str(temporary),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert list(temporary.iterdir()) == []
    return done


@pytest.mark.parametrize("script", ["up", "sweep", "down"])
def test_another_project_leaves_the_settings_alone(docker: Stubs, script: str) -> None:
    """
    Its ports would be swept, its database locked out and its file deleted.
    """
    file = docker.folder / "k8s" / "compose" / ".env"
    first = run(docker, "up", "first")
    assert first.returncode == 0, first.stderr
    written = file.read_text()

    second = run(docker, script, "second")

    assert second.returncode == 2
    assert second.stderr == (
        f"error: COMPOSE_PROJECT=second: {file} holds the ports and passwords of project first; "
        "write `make compose-down COMPOSE_PROJECT=first` first, or use another checkout\n"
    )
    assert file.read_text() == written


@pytest.mark.parametrize("project", ["temporal-kit", "mine"])
def test_a_project_takes_its_own_settings_away(docker: Stubs, project: str) -> None:
    """
    A second start keeps the passwords, and down deletes the file.
    """
    file = docker.folder / "k8s" / "compose" / ".env"
    assert run(docker, "up", project).returncode == 0
    written = file.read_text()
    assert run(docker, "up", project).returncode == 0
    assert file.read_text() == written

    down = run(docker, "down", project)

    assert down.returncode == 0, down.stderr
    assert not file.exists()


def test_settings_that_name_no_project_are_the_defaults(docker: Stubs) -> None:
    """
    They were written before the file said whose it is.
    """
    file = docker.folder / "k8s" / "compose" / ".env"
    file.write_text("KIT_TEMPORAL_PORT=7233\n")

    assert run(docker, "down", "mine").returncode == 2
    assert run(docker, "down", "temporal-kit").returncode == 0
    assert not file.exists()


@pytest.mark.parametrize("project", ["My-Shop", "../shop", ""])
def test_a_name_that_compose_refuses_is_refused_first(docker: Stubs, project: str) -> None:
    """
    In one line, with one that it takes.
    """
    done = run(docker, "down", project)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: COMPOSE_PROJECT={project}: Docker Compose takes small letters")
