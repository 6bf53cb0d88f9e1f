"""
A switch of 0 is one that is not given, and `make down` takes what it cannot see for something; the programs are stubs.
"""

from __future__ import annotations

import re

import pytest
from make_command import ROOT, make, refusal
from stubs import Stubs

pytestmark = pytest.mark.process


@pytest.mark.parametrize(("given", "follows"), [("", False), ("0", False), ("1", True)])
def test_logs_go_on_only_where_asked(kind: Stubs, given: str, follows: bool) -> None:
    """
    FOLLOW=0 shows the last lines and ends.
    """
    done = make("logs", f"FOLLOW={given}", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    (call,) = (call for call in kind.calls("kubectl") if " logs " in call)
    assert ("--follow" in call) is follows


@pytest.mark.parametrize(("given", "builds"), [("", 0), ("0", 0), ("1", 2)])
def test_what_is_there_is_built_only_where_asked(kind: Stubs, given: str, builds: int) -> None:
    """
    FORCE=0 builds nothing that is there, and NO_CLUSTER=0 loads it all the same.
    """
    done = make("images", f"FORCE={given}", "NO_CLUSTER=0", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    assert len(kind.calls("docker build")) == builds
    assert kind.calls("kind load")


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        pytest.param("", "", id="none"),
        pytest.param(
            "HTTPS_PROXY PIP_INDEX_URL=https://mirror.example/simple?a=1*",
            "--build-arg HTTPS_PROXY --build-arg PIP_INDEX_URL=https://mirror.example/simple?a=1* ",
            id="two",
        ),
    ],
)
def test_images_are_built_behind_a_proxy(kind: Stubs, given: str, passed: str) -> None:
    """
    Docker takes no proxy and no index of the environment by itself.
    """
    done = make("images", "FORCE=1", f"BUILD_ARGS={given}", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    calls = kind.calls("docker build")
    assert len(calls) == 2
    assert all(call.startswith(f"docker build {passed}--tag ") for call in calls)


@pytest.mark.parametrize("image", ["worker", "loadtest"])
def test_an_image_takes_a_companys_index_and_registry(image: str) -> None:
    """
    Each stage is told anew what an argument is, and no stage is of another image.
    """
    text = (ROOT / image / "Dockerfile").read_text(encoding="utf-8")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)

    assert "ARG PYTHON_IMAGE=python:3.13-slim" in stages[0]
    for stage in stages[1:]:
        assert stage.startswith(("${PYTHON_IMAGE}", "dependencies "))
        if "pip --python" in stage:
            assert {"ARG PIP_INDEX_URL", "ARG PIP_TRUSTED_HOST"} <= set(stage.splitlines())


def test_a_release_is_taken_back_only_where_asked(kind: Stubs) -> None:
    """
    RECOVER=0 uninstalls nothing.
    """
    kind.put(
        "helm",
        "case \"$*\" in *history*repair-worker*) printf -- '- chart: c-1\\n  status: pending-install\\n' ;; esac",
    )

    words = refusal(make("deploy", "PROFILE=dev", "RECOVER=0", kind.config, environment=kind.environment))

    assert words.startswith("error: repair-worker: the release is pending-install")
    assert [call for call in kind.calls("helm") if " uninstall " in call] == []


FORBIDDEN = "Error from server (Forbidden): secrets is forbidden"
KINDS = "*api-resources*) echo configmaps; echo secrets ;;"


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param(
            f'{KINDS} *"get configmaps,secrets"*) echo "{FORBIDDEN}" >&2; exit 1 ;;', FORBIDDEN, id="kind"
        ),
        pytest.param(
            "*api-resources*) exit 1 ;;", "the cluster does not say which kinds there are", id="no-kind"
        ),
    ],
)
def test_a_namespace_that_cannot_be_looked_through_stays(kind: Stubs, answers: str, told: str) -> None:
    """
    A kind that may not be listed, or a server that does not answer in time, is no proof of an empty namespace.
    """
    kind.put("helm", "")
    names = 'case "$*" in *get-contexts*) echo kind-temporal-kit ;; *"get namespaces"*) echo repair-shop ;;'
    kind.put("kubectl", f"{names} {answers} esac")

    done = make("down", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    assert f"repair-shop: kept, as not all that is in it can be seen: {told}" in done.stdout
    assert [call for call in kind.calls("kubectl") if "delete namespace " in call] == []


def test_an_empty_namespace_goes(kind: Stubs) -> None:
    """
    What Kubernetes itself puts into it does not count.
    """
    kind.put("helm", "")
    names = 'case "$*" in *get-contexts*) echo kind-temporal-kit ;; *"get namespaces"*) echo repair-shop ;;'
    kind.put(
        "kubectl",
        f'{names} {KINDS} *"get configmaps,secrets"*) echo ConfigMap/kube-root-ca.crt ;; *persistentvolumes*) exit 1 ;; esac',
    )

    done = make("down", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    assert "repair-shop: deleted" in done.stdout


@pytest.mark.parametrize(
    ("target", "told"),
    [
        pytest.param(
            "status",
            "the kit's namespaces cannot be listed; with rights in namespaces of yours alone, ",
            id="status",
        ),
        pytest.param(
            "deploy",
            "namespace loadtest cannot be looked at, and a deploy makes and labels it; with rights in namespaces of yours "
            "alone, install the charts by hand, as charts/README.md says",
            id="deploy",
        ),
    ],
)
def test_who_has_rights_in_namespaces_alone_is_told(kind: Stubs, target: str, told: str) -> None:
    """
    Namespaces are the cluster's; a status that shows nothing is no status.
    """
    forbidden = 'Error from server (Forbidden): namespaces is forbidden: User "jane" cannot list'
    answers = (kind.folder / "kubectl").read_text().partition("\n")[2].partition("\n")[2]
    refused = f"case \"$*\" in *'get namespace'*) echo '{forbidden}' >&2; exit 1 ;; esac"
    kind.put("kubectl", f"{refused}\n{answers}")

    done = make(target, "PROFILE=dev", kind.config, environment=kind.environment)

    assert done.returncode == 2
    assert f"{forbidden}\nerror: {told}" in done.stderr
