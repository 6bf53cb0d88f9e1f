"""
What the scripts of `k8s/run/` refuse before they touch anything, and how images get their tags.

None of these needs a cluster; what happens on one is in the end-to-end tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = ROOT / "k8s" / "run"
SCRIPTS = sorted(path for path in RUN.iterdir() if path.is_file())
FOREIGN = """\
apiVersion: v1
kind: Config
clusters: [{name: company, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: company, context: {cluster: company, user: me}}]
current-context: company
users: [{name: me, user: {token: none}}]
"""

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH")
needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not in PATH")


def make(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """
    Run make at the top of the checkout; no cluster of the checkout's own is seen.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("KUBECONFIG", "CONTEXT", "MAKEFLAGS")
    }
    own = (
        [] if any(one.startswith("OWN_KUBECONFIG=") for one in arguments) else ["OWN_KUBECONFIG=/nonexistent"]
    )
    return subprocess.run(
        ["make", "--no-print-directory", *arguments, *own],
        cwd=ROOT,
        env=clean | (environment or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """
    The one line that a script said before it ended with 2.
    """
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["status"], "error: no cluster: write `make kind-up`", id="no-cluster"),
        pytest.param(
            ["status", "CONTEXT=company"],
            "error: CONTEXT=company without KUBECONFIG: a cluster that is not kind's or minikube's is used only when both",
            id="context-alone",
        ),
        pytest.param(
            ["down", "KUBECONFIG=/home/me/.kube/config"],
            "error: KUBECONFIG=/home/me/.kube/config without CONTEXT: a cluster that is not kind's or minikube's",
            id="kubeconfig-alone",
        ),
        pytest.param(
            ["status", "KUBECONFIG=/nonexistent", "CONTEXT=company"],
            "error: KUBECONFIG=/nonexistent: no such file",
            id="no-such-kubeconfig",
        ),
        pytest.param(
            ["scale"], "error: N=: expected a number of workers; write make scale N=4", id="scale-without-n"
        ),
        pytest.param(["scale", "N=-1"], "error: N=-1: expected a number of workers", id="scale-below-zero"),
        pytest.param(
            ["logs", "WHAT=all"], "error: WHAT=all: no such part; there are: workers", id="logs-of-nothing"
        ),
        pytest.param(
            ["deploy", "PROFILE=prod"],
            "error: PROFILE=prod: no such choice; there are: postgres dev ha",
            id="profile",
        ),
        pytest.param(
            ["deploy", "AUTOSCALE=yes"],
            "error: AUTOSCALE=yes: no such choice; there are: none cpu backlog slots",
            id="autoscale",
        ),
        pytest.param(
            ["deploy", "GRAFANA=yes"], "error: GRAFANA=yes: no such choice; there are: 0 1", id="grafana"
        ),
        pytest.param(
            ["deploy", "PROFILE=ha", "DB_ADDRESS=db.example"],
            "error: DB_ADDRESS=db.example: expected host:port; write DB_ADDRESS=db.example:5432",
            id="address-without-port",
        ),
        pytest.param(
            ["deploy", "PROFILE=ha", "DB_ADDRESS=db.example:5432"],
            "error: DB_ADDRESS without DB_SECRET: name the Secret in namespace temporal",
            id="address-without-secret",
        ),
        pytest.param(
            ["deploy", "PROFILE=dev", "LEDGER=1"],
            "error: LEDGER=1: the ledger lives in the PostgreSQL that this deploys",
            id="ledger-without-database",
        ),
        pytest.param(
            ["deploy", "DEPLOY_TIMEOUT=soon"],
            "error: DEPLOY_TIMEOUT=soon: expected seconds or minutes; write 90s or 5m",
            id="timeout",
        ),
        pytest.param(
            ["deploy", "WORKER_VALUES=nowhere.yaml"],
            "error: nowhere.yaml: no such values file",
            id="values-file",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(arguments: list[str], words: str) -> None:
    """
    Each refusal names what was given and what to write instead, and nothing was built or touched.
    """
    assert refusal(make(*arguments)).startswith(words)


def test_an_exported_kubeconfig_does_not_count() -> None:
    """
    A KUBECONFIG and CONTEXT in the environment are a habit, not a decision: they name no cluster for us.
    """
    done = make("down", environment={"KUBECONFIG": "/home/me/.kube/config", "CONTEXT": "company"})

    assert refusal(done).startswith("error: no cluster: write `make kind-up`")


@needs_kubectl
def test_a_context_that_we_did_not_make_is_refused(tmp_path: Path) -> None:
    """
    Even in our own kubeconfig, a context that is neither kind-up's nor minikube-up's must be asked for by name.
    """
    config = tmp_path / "config"
    config.write_text(FOREIGN)

    words = refusal(make("down", f"OWN_KUBECONFIG={config}"))

    assert words.startswith(
        f"error: {config}: context company was not made by kind-up or minikube-up; give CONTEXT=company"
    )


@needs_kubectl
@needs_helm
def test_a_cluster_that_does_not_answer_is_said_in_one_line(tmp_path: Path) -> None:
    """
    A cluster that is down is named, with kubectl's own last words.
    """
    config = tmp_path / "config"
    config.write_text(FOREIGN)

    words = refusal(make("down", f"KUBECONFIG={config}", "CONTEXT=company"))

    assert words.startswith("error: cluster company does not answer: ")
    assert "127.0.0.1:1" in words


@pytest.mark.parametrize(
    ("target", "tool"),
    [
        pytest.param("kind-up", "docker", id="docker"),
        pytest.param("kind-down", "kind", id="kind"),
        pytest.param("minikube-up", "minikube", id="minikube"),
        pytest.param("down", "helm", id="helm"),
    ],
)
def test_a_missing_tool_is_named(tmp_path: Path, target: str, tool: str) -> None:
    """
    Without a tool the target ends at once and says who knows how to get it.
    """
    for needed in ("bash", "make", "dirname"):
        found = shutil.which(needed)
        assert found is not None
        (tmp_path / needed).symlink_to(found)

    words = refusal(make(target, environment={"PATH": str(tmp_path)}))

    assert words == (
        f"error: {tool}: not found in PATH; `make doctor` says which version is wanted and how to get it"
    )


def tags(checkout: Path) -> list[str]:
    """
    The tags that the sources of a checkout have.
    """
    script = f'set -euo pipefail; . {RUN}/images.sh; echo "$worker_tag $loadtest_tag"'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if name not in ("IMAGE_CONTEXT", "REGISTRY")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.split()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """
    The folders of a checkout that images are made of, each with little in it.
    """
    for name in (
        ".dockerignore",
        "LICENSE",
        "worker/Dockerfile",
        "worker/pyproject.toml",
        "worker/src/repairshop/temporal_worker.py",
        "loadtest/Dockerfile",
        "loadtest/pyproject.toml",
        "loadtest/src/loadtest/plan.py",
        "loadtest/plans/demo.toml",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return tmp_path


def test_a_tag_stays_while_nothing_changes(checkout: Path) -> None:
    """
    Compiled files and the time of a file are no content.
    """
    before = tags(checkout)
    cache = checkout / "worker/src/repairshop/__pycache__"
    cache.mkdir()
    (cache / "worker.cpython-313.pyc").write_text("compiled")
    (checkout / "LICENSE").touch()

    assert tags(checkout) == before
    assert len(set(before)) == 2


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        pytest.param("worker/src/repairshop/temporal_worker.py", (True, True), id="worker-is-in-both"),
        pytest.param("loadtest/plans/demo.toml", (False, True), id="a-plan-is-in-one"),
        pytest.param("worker/Dockerfile", (True, False), id="dockerfile"),
        pytest.param("constraints.txt", (True, True), id="versions"),
    ],
)
def test_a_tag_follows_the_content(checkout: Path, name: str, changed: tuple[bool, bool]) -> None:
    """
    What changes an image changes its tag, and no other.
    """
    before = tags(checkout)
    (checkout / name).write_text("changed")

    after = tags(checkout)

    assert tuple(new != old for new, old in zip(after, before, strict=True)) == changed


def test_shellcheck_finds_nothing() -> None:
    """
    The scripts have none of the mistakes that shells forgive.
    """
    shellcheck = Path(sys.executable).parent / "shellcheck"

    done = subprocess.run(
        [str(shellcheck), "--external-sources", f"--source-path={RUN}", *map(str, SCRIPTS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
