"""
What the scripts of `k8s/run/` refuse before they touch anything.

None of these needs a cluster; what happens on one is in the end-to-end tests.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from make_command import make, refusal

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
RUN = ROOT / "k8s" / "run"
SCRIPTS = [
    *sorted(path for path in RUN.iterdir() if path.is_file() and path.suffix != ".tpl"),
    ROOT / "charts" / "publish",
]
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


def test_without_syft_no_image_is_built_for_its_list(tmp_path: Path) -> None:
    """
    The one line says what it is for and where it comes from; `make doctor` does not ask for it, as nothing else needs it.
    """
    for needed in ("bash", "make", "dirname"):
        found = shutil.which(needed)
        assert found is not None
        (tmp_path / needed).symlink_to(found)

    words = refusal(make("sbom", environment={"PATH": str(tmp_path)}))

    assert words == (
        "error: syft: not found in PATH; it lists what is in an image: https://github.com/anchore/syft#installation"
    )


def test_paste_is_told_what_to_read() -> None:
    """
    Without a file BSD's, and with it macOS', ends with its usage where GNU's reads what comes in.
    """
    compose = ROOT / "k8s" / "compose" / "run"
    lines = [line for path in (*SCRIPTS, *compose.iterdir()) for line in path.read_text().splitlines()]
    calls = [call for line in lines for call in re.findall(r"\bpaste -[^|)]*", line)]

    assert len(calls) > 2
    assert [call for call in calls if not re.search(r" -(?:$| )", call.rstrip() + " ")] == []


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
