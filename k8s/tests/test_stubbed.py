"""
What the scripts say and do when a program that they call fails, or lies; the programs are stubs.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from kustomized import K8S
from make_command import make, refusal
from stubs import Stubs, cluster_of_stubs

pytestmark = pytest.mark.process

FAILS_FOR = 'case "$*" in *{name}*) echo "ctr: content digest sha256:1: not found"; exit 1 ;; esac'
needs_helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not in PATH")


@pytest.fixture
def minikube(tmp_path: Path) -> Stubs:
    """
    A minikube cluster whose nodes have our worker, and nothing else until it is loaded.
    """
    stubs = cluster_of_stubs(tmp_path, "temporal-kit")
    has = f'{{ echo docker.io/library/busybox:1.37; cat "{tmp_path}/loaded" 2>/dev/null; true; }}'
    stubs.put("minikube", f'case "$*" in "image ls"*) {has} ;; esac')
    return stubs


def test_an_image_of_others_that_cannot_be_loaded_is_left_to_the_cluster(kind: Stubs) -> None:
    """
    Docker may hold an image in a form that kind cannot load; the cluster then pulls it, and the rest is loaded.
    """
    kind.put("kind", FAILS_FOR.replace("{name}", "temporalio/server"))
    done = make("images", kind.config, environment=kind.environment)
    assert done.returncode == 0, done.stderr

    loaded = make(
        "--eval",
        "two: ; @k8s/run/images temporalio/server:1 postgres:17",
        "two",
        kind.config,
        environment=kind.environment,
    )

    assert loaded.returncode == 0, loaded.stderr
    assert (
        "temporalio/server:1: left to the cluster to pull, as it cannot be loaded: ctr: content digest"
        in (loaded.stdout)
    )
    assert kind.calls("kind load docker-image")[-1].endswith("postgres:17")


@pytest.mark.parametrize(
    ("nodes", "pushes"),
    [("linux/amd64", False), ("linux/arm64", True), ("linux/amd64\\nlinux/arm64", True), ("", True)],
    ids=["another", "the-same", "both", "unknown"],
)
def test_an_image_that_no_node_runs_is_not_pushed(kind: Stubs, nodes: str, pushes: bool) -> None:
    """
    A laptop's processor may be another than the cluster's, where each pod would end at its first instruction.
    """
    kind.put("docker", 'case "$*" in *Architecture*) echo linux/arm64 ;; *--format*) echo 1000000 ;; esac')
    answers = (kind.folder / "kubectl").read_text().partition("\n")[2].partition("\n")[2]
    kind.put("kubectl", f'case "$*" in *"get nodes"*) printf "{nodes}" ;; esac\n{answers}')

    done = make("images", "REGISTRY=registry.example/team", kind.config, environment=kind.environment)

    assert len(kind.calls("docker push")) == (2 if pushes else 0), done.stderr
    if not pushes:
        said = refusal(done)
        assert "is built for linux/arm64, and the nodes of kind-temporal-kit are linux/amd64" in said
        assert "write DOCKER_DEFAULT_PLATFORM=linux/amd64 make images FORCE=1" in said


def test_an_image_of_ours_that_cannot_be_loaded_ends_it(kind: Stubs) -> None:
    """
    Ours can be pulled from nowhere: the image is named, with the loader's own words.
    """
    kind.put("kind", FAILS_FOR.replace("{name}", "temporal-kit/loadtest"))

    words = refusal(make("images", kind.config, environment=kind.environment))

    assert words.startswith("error: temporal-kit/loadtest:")
    assert words.endswith("not loaded into kind-temporal-kit: ctr: content digest sha256:1: not found")


def test_each_image_gets_a_list_of_what_is_in_it(kind: Stubs, tmp_path: Path) -> None:
    """
    As SPDX, named for the image; nothing of it needs a cluster.
    """
    package = '{"name": "p", "SPDXID": "SPDXRef-Package-p"}'
    kind.put("syft", f"printf '%s\\n' '{package}' '{package}' >\"${{5#spdx-json=}}\"")

    done = make("sbom", f"SBOM_OUTPUT={tmp_path}/lists", environment=kind.environment)

    assert done.returncode == 0, done.stderr
    names = sorted(file.name for file in (tmp_path / "lists").iterdir())
    assert names == ["loadtest.spdx.json", "repair-worker.spdx.json"]
    assert (
        f"{tmp_path}/lists/repair-worker.spdx.json: 2 packages of temporal-kit/repair-worker:" in done.stdout
    )
    assert kind.calls("kind") == kind.calls("kubectl") == []


def test_an_image_that_syft_cannot_list_is_named(kind: Stubs, tmp_path: Path) -> None:
    """
    With its own last words.
    """
    kind.put("syft", "echo 'could not determine source' >&2; exit 1")

    words = refusal(make("sbom", f"SBOM_OUTPUT={tmp_path}/lists", environment=kind.environment))

    assert words.startswith("error: temporal-kit/repair-worker:")
    assert words.endswith(": syft cannot list it: could not determine source")


def test_minikube_is_given_what_it_lacks_by_a_file_that_goes(minikube: Stubs) -> None:
    """
    Each of ours is packed and loaded once, and what the nodes have is not packed again.
    """
    has = f'{{ cat "{minikube.folder}/loaded" 2>/dev/null; true; }}'
    load = f'echo "$name" >>"{minikube.folder}/loaded"'
    name = 'name=$(sed -n \'s/^docker save --output [^ ]* //p\' "$(dirname "$0")/calls" | tail -n 1)'
    minikube.put("minikube", f'case "$*" in "image ls"*) {has} ;; "image load"*) {name}; {load} ;; esac')

    first = make("images", minikube.config, environment=minikube.environment)
    packed = len(minikube.calls("docker save"))
    second = make("images", minikube.config, environment=minikube.environment)

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert packed == len(minikube.calls("docker save")) == 2
    files = {line.split()[3] for line in minikube.calls("docker save")}
    assert not any(Path(file).exists() for file in files)


def test_a_minikube_that_lies_is_found_out(minikube: Stubs) -> None:
    """
    `minikube image load` ends with 0 when it has failed; an image that is not there after it is an error.
    """
    words = refusal(make("images", minikube.config, environment=minikube.environment))

    assert words.startswith("error: temporal-kit/repair-worker:")
    assert "not loaded into temporal-kit" in words


def test_minikube_up_waits_for_metrics(minikube: Stubs) -> None:
    """
    A start is over when metrics.k8s.io is served; the context goes into our kubeconfig as the current one.
    """
    done = make("minikube-up", minikube.config, environment=minikube.environment)

    assert done.returncode == 0, done.stderr
    (start,) = minikube.calls("minikube start")
    assert "--keep-context" not in start
    assert "--cpus=max" in start
    waits = minikube.calls("kubectl")
    assert any("wait apiservice v1beta1.metrics.k8s.io" in call for call in waits)


def test_a_minikube_that_does_not_start_says_what_to_do(minikube: Stubs) -> None:
    """
    A profile keeps the flags that it was made with, so the remedy is named.
    """
    minikube.put("minikube", "exit 1")

    words = refusal(make("minikube-up", minikube.config, environment=minikube.environment))

    assert words.startswith("error: minikube does not start")
    assert words.endswith("write `make minikube-down minikube-up`")


def test_nothing_says_that_minikube_was_not_run_by_flags() -> None:
    """
    The file of flags holds flags and comments, which `minikube start` takes one a line.
    """
    lines = (K8S / "minikube" / "start.flags").read_text().splitlines()

    assert all(line.startswith(("--", "#")) for line in lines)


@needs_helm
def test_an_unreachable_chart_repository_is_the_first_word(kind: Stubs) -> None:
    """
    Before an image is built: which chart, from where, why not, and how to do without.
    """
    words = refusal(
        make(
            "deploy",
            "PROFILE=postgres",
            "TEMPORAL_CHART=",
            "TEMPORAL_CHART_REPOSITORY=http://127.0.0.1:1",
            kind.config,
            environment=kind.environment,
        )
    )

    assert words.startswith("error: Temporal's chart 1.6.0 cannot be had from http://127.0.0.1:1: ")
    assert "connection refused" in words
    assert "write TEMPORAL_CHART=path of a copy" in words
    assert kind.calls("docker build") == kind.calls("kind load") == []


@needs_helm
def test_values_that_a_chart_refuses_are_said_before_images_are_built(kind: Stubs, tmp_path: Path) -> None:
    """
    The chart's own sentence comes at once, under the release's name; the path of the file may hold a blank.
    """
    values = tmp_path / "my values.yaml"
    values.write_text("settings: {activitySlots: none}")
    settings = ["deploy", "PROFILE=dev", f"WORKER_VALUES={values}", kind.config]

    words = refusal(make(*settings, environment=kind.environment))

    assert words.startswith("error: repair-worker: the chart refuses these values: ")
    assert "activitySlots" in words
    assert kind.calls("docker build") == kind.calls("kind load") == []


@pytest.mark.parametrize(
    ("status", "taken_back"),
    [
        pytest.param("pending-upgrade", "helm rollback", id="upgrade"),
        pytest.param("pending-install", "helm uninstall", id="install"),
        pytest.param("uninstalling", "helm uninstall", id="uninstall"),
    ],
)
def test_a_release_that_a_killed_run_left_is_named(kind: Stubs, status: str, taken_back: str) -> None:
    """
    Helm's "another operation is in progress" names no remedy: we do, and take it back when told to.
    """
    history = f"*history*repair-worker*) printf -- '- chart: repair-worker-1\\n  status: {status}\\n' ;;"
    calls = kind.folder / "calls"
    kind.put("helm", f'case "$*" in {history} *template*) exit 1 ;; esac')
    settings = ["deploy", "PROFILE=dev", kind.config]

    words = refusal(make(*settings, environment=kind.environment))
    calls.unlink()
    make(*settings, "RECOVER=1", environment=kind.environment)

    assert words == (
        f"error: repair-worker: the release is {status}: another `make` works on it, or one was killed; "
        "wait for it, or write `make deploy RECOVER=1`"
    )
    verb = taken_back.split()[1]
    assert [f" {verb} repair-worker" in call for call in kind.calls("helm") if f" {verb} " in call] == [True]


def test_slots_of_a_prometheus_that_is_not_there_are_refused(kind: Stubs) -> None:
    """
    KEDA would ask a Service that does not exist and leave the fleet as it is: the Service is looked for first.
    """
    kind.put("helm", "")
    kind.put(
        "kubectl",
        'case "$*" in *get-contexts*) echo kind-temporal-kit ;; *"get service"*) exit 1 ;; esac',
    )
    url = "http://prometheus-operated.monitoring.svc:9090"
    settings = ["deploy", "AUTOSCALE=slots", "MONITORING=operator", f"PROMETHEUS_URL={url}", kind.config]

    words = refusal(make(*settings, environment=kind.environment))

    assert words.startswith(
        f"error: PROMETHEUS_URL={url}: no Service prometheus-operated in namespace monitoring"
    )


@pytest.mark.parametrize("context", ["company", "kind-company"])
def test_down_elsewhere_wants_the_contexts_name(tmp_path: Path, context: str) -> None:
    """
    On a cluster that is not this machine's, databases and results go only when its name is written once more.
    """
    stubs = cluster_of_stubs(tmp_path, context)
    stubs.put("helm", "")
    where = ["down", f"KUBECONFIG={tmp_path}/config", f"CONTEXT={context}"]

    words = refusal(make(*where, environment=stubs.environment))
    wrong = refusal(make(*where, "CONFIRM=yes", environment=stubs.environment))
    confirmed = make(*where, f"CONFIRM={context}", environment=stubs.environment)

    assert words == wrong
    assert words.startswith(f"error: {context} is not a cluster of this machine")
    assert words.endswith(f"write CONFIRM={context} if that is meant")
    assert [call for call in stubs.calls("kubectl") if " delete " in call] == []
    assert confirmed.returncode == 0, confirmed.stderr


def test_locusts_page_keeps_what_the_release_was_given(kind: Stubs) -> None:
    """`--reuse-values` alone would take the last chart's defaults too, without the values that a newer chart reads."""
    kind.put("helm", "")

    done = make("locust", "INJECTORS=3", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    (upgrade,) = (call for call in kind.calls("helm") if " upgrade " in call)
    assert " --reset-then-reuse-values " in upgrade
    assert upgrade.endswith("--set interactive.enabled=true --set interactive.injectors=3")
