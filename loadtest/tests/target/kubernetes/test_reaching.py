"""
Which cluster a command means, and what is said when it cannot be used.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from loadtest.cli import app
from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import open_api
from loadtest.target.kubernetes.deployment import Deployment
from loadtest.target.kubernetes.server_pods import server_pages

CONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:PORT"}}]
users: [{name: u, user: {}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
current-context: here
"""


Program = Callable[..., tuple[int, str]]


@pytest.fixture
def loadtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """
    The program, in an empty folder.
    """
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        code = app.run(list(arguments))
        return code, capsys.readouterr().err

    return run


@pytest.fixture
def nobody(tmp_path: Path) -> Path:
    """
    A kubeconfig for a port on which nobody listens.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = tmp_path / "config"
    path.write_text(CONFIG.replace("PORT", str(port)))
    return path


@pytest.mark.parametrize("verb", [("submit", "PLAN"), ("fetch",)], ids=["submit", "fetch"])
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        pytest.param((), ".kube/config: no cluster of the project's own; write `make kind-up`", id="none"),
        pytest.param(("--context", "c"), "--context without --kubeconfig", id="context-alone"),
        pytest.param(("--kubeconfig", "f"), "--kubeconfig without --context", id="kubeconfig-alone"),
        pytest.param(
            ("--kubeconfig", "f", "--context", "c"),
            "--kubeconfig f --context c: cannot be used",
            id="no-file",
        ),
    ],
)
def test_a_cluster_must_be_named_in_full(
    loadtest: Program, tmp_path: Path, verb: tuple[str, ...], flags: tuple[str, ...], said: str
) -> None:
    """Without a cluster of our own, both flags are needed, and the file must be one; all in one line."""
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "p"\n')

    code, error = loadtest(*(str(plan) if part == "PLAN" else part for part in verb), *flags)

    assert code == 2
    assert said in error
    assert len(error.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{[", id="no-yaml"),
        pytest.param("- a\n- list\n", id="a-list"),
        pytest.param("a word", id="a-word"),
        pytest.param(CONFIG.replace("[{name: u, user: {}}]", "3"), id="users-that-are-a-number"),
        pytest.param(None, id="a-folder"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_told_in_one_line(
    loadtest: Program, tmp_path: Path, text: str | None
) -> None:
    """Whatever the client makes of it: it looks into any file as if it were one."""
    path = tmp_path / "config"
    if text is None:
        path.mkdir()
    else:
        path.write_text(text.replace("http:", "https:").replace("PORT", "1"), encoding="utf-8")

    code, error = loadtest("fetch", "--kubeconfig", str(path), "--context", "here")

    assert code == 2
    assert f"error: --kubeconfig {path} --context here: cannot be used (" in error
    assert len(error.strip().splitlines()) == 1


USERS = CONFIG.replace("user: {}", "user: {as: jane, as-groups: [shop]}")


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param((USERS,), id="one-file"),
        pytest.param((None, USERS, CONFIG), id="the-first-of-several"),
        pytest.param((CONFIG.replace("users: [", "users: [] # "), USERS), id="in-another-file"),
    ],
)
def test_a_user_who_acts_for_another_is_refused(
    loadtest: Program, tmp_path: Path, texts: tuple[str | None, ...]
) -> None:
    """The client sends everything as the first user, who may have more rights, or none."""
    paths = [tmp_path / f"config-{number}" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        if text is not None:
            path.write_text(text.replace("PORT", "1"), encoding="utf-8")
    given = os.pathsep.join(map(str, paths))

    code, error = loadtest("fetch", "--kubeconfig", given, "--context", "here")

    assert code == 2
    assert error == (
        f"error: --kubeconfig {given}: user u of context here acts for jane (`as`), which is not supported, as every "
        "request would be sent as u; name a context whose user has the rights\n"
    )


def test_a_plan_is_checked_before_anything_is_made(loadtest: Program, tmp_path: Path) -> None:
    """A mistake in the plan is said although there is no cluster."""
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "p"\nreplicas = [2, 1]\n')

    code, error = loadtest("submit", str(plan))

    assert code == 2
    assert "replicas = [2, 1]: must strictly increase" in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("submit",), "no plan given", id="no-plan"),
        pytest.param(
            ("submit", "p.toml", "--attach"), "the sweep that runs has its own plan", id="attach-and-plan"
        ),
        pytest.param(
            ("sweep", "p.toml", "--target", "kubernetes"), "use `loadtest submit`", id="sweep-from-outside"
        ),
    ],
)
def test_commands_that_contradict_themselves(
    loadtest: Program, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Each is refused with what to write instead."""
    (tmp_path / "p.toml").write_text('name = "p"\n')

    code, error = loadtest(*arguments)

    assert code == 2
    assert said in error


def test_a_pod_without_a_token_is_told(
    loadtest: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A policy of the cluster takes it from every pod; that this is no pod would be no help."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    (tmp_path / "p.toml").write_text('name = "p"\n')
    flags = ("--deployment", "a/b", "--injector-job", "a/c")

    code, error = loadtest("sweep", "p.toml", "--target", "kubernetes", *flags)

    assert code == 2
    assert "this pod has no token of its ServiceAccount" in error


def test_a_cluster_that_is_away_is_said_at_once(nobody: Path) -> None:
    """Nobody listens: one line with what was asked, and no retries."""
    deployment = Deployment(open_api(nobody, "here"), "shop", "workers")

    with pytest.raises(TargetError, match="get deployments shop/workers: the cluster does not answer"):
        deployment.look()


def test_a_host_is_a_page_for_each_address() -> None:
    """Pages are named by host and address, and keep port and path."""
    assert server_pages(["http://localhost:9090/metrics"]) == {
        "localhost-127.0.0.1": "http://127.0.0.1:9090/metrics"
    }


def test_a_page_of_a_cluster_of_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address stands in brackets; a host of both families is one page an address of the older one."""
    six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fd00::7", 9090, 0, 0))
    four = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 9090))
    found = [six]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)

    assert server_pages(["http://history:9090/metrics"]) == {
        "history-fd00::7": "http://[fd00::7]:9090/metrics"
    }
    found.append(four)
    assert server_pages(["http://history:9090/metrics"]) == {
        "history-10.0.0.7": "http://10.0.0.7:9090/metrics"
    }


def test_a_page_behind_tls_keeps_its_hosts_name() -> None:
    """The certificate is the host's, whichever pod answers; without a port it is that of HTTPS."""
    assert server_pages(["https://localhost/metrics?all=1"]) == {
        "localhost-127.0.0.1": "https://127.0.0.1/metrics?all=1#localhost"
    }


@pytest.mark.parametrize(
    "url",
    [
        "localhost:9090",
        "http://localhost/metrics",
        "http://nosuch.invalid:1/",
    ],
)
def test_a_page_that_cannot_be_scraped_is_refused(url: str) -> None:
    """No scheme, no port or no such host."""
    with pytest.raises(InputError, match="--server-metrics"):
        server_pages([url])
