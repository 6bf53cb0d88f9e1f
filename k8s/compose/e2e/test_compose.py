"""
The project on a real Docker by the commands that a user writes: up, a sweep, a worker that dies, a foreign service, down.

It runs under a name and on ports of its own, so a project of the user's stays as it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtest.free_ports import free_ports

ROOT = Path(__file__).parents[3]
SETTINGS = ROOT / "k8s" / "compose" / ".env"
PROJECT = "temporal-kit-e2e"
PLAN = """\
name = "compose"
scenario = "repair"
replicas = [1, 2]
warm_up_seconds = 5
[[loads]]
kind = "saturate"
in_flight_per_slot = 2
window_seconds = 25
[[loads]]
kind = "open"
of_one_replica = 0.6
window_seconds = 25
[work]
seconds = 0.25
spread = "uniform"
spread_ratio = 0.5
[worker]
activity_slots = 4
[slo]
schedule_to_start_p95_seconds = 0.5
"""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


# Exit codes of a sweep whose every step can be believed: the SLO is met, or a slow machine missed it.
MEASURED = (0, 1)
# And of one whose fixed window is too short to decide the SLO.
UNDECIDED = 3


@dataclass(frozen=True)
class Project:
    """
    A project that is up.

    Attributes:
        temporal, metrics, prometheus: TCP ports on the host.
        words: Arguments with which make uses this project.
    """

    temporal: int
    metrics: int
    prometheus: int
    words: tuple[str, ...]

    def make(self, *words: str, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        """Run make for this project."""
        return _run("make", "--no-print-directory", *words, *self.words, seconds=seconds)

    def containers(self, service: str = "") -> list[str]:
        """Return ids of the containers that run."""
        return _labelled(
            "ps", "--quiet", *(["--filter", f"label=com.docker.compose.service={service}"] if service else [])
        )


def _run(*words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
    print(done.stdout, done.stderr)
    return done


def _last_verdicts(run: Path) -> dict[tuple[int, str], str]:
    """
    Return the verdict of each step by replicas and load; for a repeated step that of its last attempt.
    """
    steps = json.loads((run / "sweep.json").read_text())["steps"]
    return {
        (step["replicas"], step["load"]["kind"]): step["verdict"]
        for step in sorted(steps, key=lambda step: step["attempt"])
    }


def _labelled(*words: str) -> list[str]:
    return _run("docker", *words, "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.split()


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """
    Yield the running project, and stop it at the end.
    """
    if (
        shutil.which("docker") is None
        or _run("docker", "compose", "version").returncode
        or _run("docker", "info").returncode
    ):
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail("Docker with its compose plugin is missing")
        pytest.skip("Docker with its compose plugin is missing")
    if SETTINGS.exists():
        pytest.skip(f"{SETTINGS} is there: a project of this checkout is up; `make compose-down` first")
    temporal, metrics, ui, prometheus = free_ports(4)
    words = (
        f"COMPOSE_PROJECT={PROJECT}",
        "GRAFANA=0",
        f"TEMPORAL_PORT={temporal}",
        f"TEMPORAL_METRICS_PORT={metrics}",
        f"UI_PORT={ui}",
        f"PROMETHEUS_PORT={prometheus}",
    )
    up = Project(temporal, metrics, prometheus, words)
    try:
        done = up.make("compose-up")
        assert done.returncode == 0, done.stderr
        assert "a workflow has finished: repair-probe-" in done.stdout
        yield up
    finally:
        down = up.make("compose-down")
    assert down.returncode == 0
    assert f"{PROJECT}_database {PROJECT}_prometheus" in down.stdout
    for listing in (("ps", "--all", "--quiet"), ("volume", "ls", "--quiet"), ("network", "ls", "--quiet")):
        assert _labelled(*listing) == []
    assert not SETTINGS.exists()


def test_a_second_up_changes_nothing(project: Project) -> None:
    """Neither containers nor password."""
    containers, settings = project.containers(), SETTINGS.read_text()

    assert project.make("compose-up").returncode == 0

    assert project.containers() == containers
    assert SETTINGS.read_text() == settings


def test_prometheus_sees_every_replica_and_our_rules(project: Project) -> None:
    """By Docker's name server, as replicas come and go."""

    def ask(path: str) -> dict[str, object]:
        with urllib.request.urlopen(f"http://127.0.0.1:{project.prometheus}/api/v1/{path}") as answer:
            found: dict[str, object] = json.load(answer)["data"]
        return found

    deadline = time.monotonic() + 60
    while len(ask("query?query=up%7Bjob%3D%22worker%22%7D%3D%3D1")["result"]) != 2:  # type: ignore[arg-type]
        assert time.monotonic() < deadline
        time.sleep(1)
    assert {group["name"] for group in ask("rules")["groups"]} >= {"temporal-kit.alerts"}  # type: ignore[attr-defined]


def test_a_sweep_scales_the_service_and_brings_it_back(project: Project, tmp_path: Path) -> None:
    """Its report is that of any target, with CPU of server and workers; every step is valid, at its last attempt at the latest."""
    plan = tmp_path / "compose.toml"
    plan.write_text(PLAN)

    done = project.make("compose-sweep", f"PLAN={plan}", f"OUTPUT={tmp_path / 'results'}")

    run = (tmp_path / "results" / "latest").resolve()
    assert done.returncode in MEASURED, done.stderr
    assert _last_verdicts(run) == {
        (1, "saturate"): "valid",
        (1, "open"): "valid",
        (2, "saturate"): "valid",
        (2, "open"): "valid",
    }
    assert json.loads((run / "manifest.json").read_text())["target"] == "compose"
    assert (run / "report.html").is_file()
    assert len(project.containers("worker")) == 2


def test_a_worker_that_dies_makes_its_step_invalid_and_measured_again(
    project: Project, tmp_path: Path
) -> None:
    """By SIGKILL in the middle of a step; Docker starts it anew, and what it held is lost to that step all the same."""
    plan = tmp_path / "compose.toml"
    plan.write_text(PLAN)
    words = [
        "make",
        "--no-print-directory",
        "compose-sweep",
        f"PLAN={plan}",
        f"OUTPUT={tmp_path / 'results'}",
    ]
    with subprocess.Popen(
        [*words, "REPLICAS=2", *project.words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as sweep:
        assert sweep.stdout is not None
        for line in sweep.stdout:
            if line.startswith("step 1"):
                break
        time.sleep(8)
        _run("docker", "kill", "--signal", "KILL", project.containers("worker")[0])
        said = sweep.stdout.read()
    print(said)

    assert "ended or restarted during the step" in said
    # Whether the second attempt is valid is the machine's business: another program may make it uneven.
    steps = json.loads((tmp_path / "results" / "latest" / "sweep.json").read_text())["steps"]
    saturated = [step for step in steps if step["load"]["kind"] == "saturate"]
    first, second, *_ = sorted(saturated, key=lambda step: step["attempt"])
    assert first["verdict"] == "invalid"
    assert not any("ended or restarted" in reason for reason in second["reasons"])
    assert len(project.containers("worker")) == 2


def test_a_foreign_service_is_swept_by_its_name(project: Project, tmp_path: Path) -> None:
    """A project of somebody else's, without our labels, on the network of the first: found by its name alone."""
    settings = dict(line.split("=", 1) for line in SETTINGS.read_text().splitlines() if "=" in line)
    file = tmp_path / "compose.yaml"
    file.write_text(f"""\
services:
  baker:
    image: {settings["KIT_WORKER_IMAGE"]}
    environment:
      TEMPORAL_ADDRESS: temporal:7233
      TEMPORAL_TASK_QUEUE: bakery
      REPAIRSHOP_ACTIVITY_SLOTS: "4"
      METRICS_PORT: "9464"
      REPAIRSHOP_HEALTH_HOST: 0.0.0.0
    ports: ["127.0.0.1::9464"]
networks:
  default: {{name: {PROJECT}_default, external: true}}
""")
    plan = tmp_path / "bakery.toml"
    plan.write_text(PLAN + "\n")
    ours = ["docker", "compose", "--project-name", f"{PROJECT}-foreign", "--file", str(file)]
    assert _run(*ours, "up", "--detach", seconds=120).returncode == 0
    try:
        done = _run(
            ".venv/bin/loadtest", "sweep", str(plan), "--output", str(tmp_path / "results"), "--task-queue", "bakery",
            "--replicas", "1", "--target", "compose", "--service", f"{PROJECT}-foreign/baker",
            "--address", f"127.0.0.1:{project.temporal}",
            seconds=600,
        )  # fmt: skip
        assert done.returncode in (*MEASURED, UNDECIDED), done.stderr
        run = (tmp_path / "results" / "latest").resolve()
        assert _last_verdicts(run) == {(1, "saturate"): "valid", (1, "open"): "valid"}
        steps = json.loads((run / "sweep.json").read_text())["steps"]
        assert {step["activity_slots"] for step in steps} == {4}
        assert len(_run(*ours, "ps", "--quiet", "baker").stdout.split()) == 1
    finally:
        assert _run(*ours, "down", "--volumes", seconds=120).returncode == 0
