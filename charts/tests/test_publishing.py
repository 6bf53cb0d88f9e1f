"""
`make charts-publish` to a registry, and what others get from there; the registry is one on loopback, helm is the real one.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from oci_registry import OciRegistry, oci_registry
from rendering import Charts

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
OUR_CHARTS = ("loadtest", "repair-worker", "temporal-dev")


@pytest.fixture
def registry(charts: Charts) -> Iterator[OciRegistry]:
    """
    An empty registry, where helm is there to use it.
    """
    with oci_registry() as found:
        yield found


def publish(where: str, *settings: str) -> subprocess.CompletedProcess[str]:
    """
    Run the target as a user does.
    """
    return subprocess.run(
        ["make", "--no-print-directory", "charts-publish", f"REGISTRY={where}", "PLAIN_HTTP=1", *settings],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "MAKEFLAGS"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """
    The one line that is said beside make's own.
    """
    (line,) = (line for line in done.stderr.splitlines() if not line.startswith("make"))
    assert done.returncode == 2
    return line


def helm(*words: str) -> subprocess.CompletedProcess[str]:
    """
    Run helm as somebody who has no checkout.
    """
    return subprocess.run(["helm", *words], capture_output=True, text=True, timeout=60, check=False)


def test_what_is_published_can_be_used(registry: OciRegistry, charts: Charts, tmp_path: Path) -> None:
    """Each chart is shown, pulled and rendered from the registry by its name and version, as charts/README.md says."""
    where = f"{registry.host}/team/charts"

    done = publish(where, "CHART_VERSION=9.8.7")

    assert done.returncode == 0, done.stdout + done.stderr
    assert registry.tags.keys() == {f"team/charts/{name}" for name in OUR_CHARTS}
    for name in OUR_CHARTS:
        source, version = f"oci://{where}/{name}", ["--version", "9.8.7", "--plain-http"]
        shown = yaml.safe_load(helm("show", "chart", source, *version).stdout)
        assert (shown["name"], shown["version"]) == (name, "9.8.7")
        pulled = helm("pull", source, *version, "--destination", str(tmp_path))
        assert pulled.returncode == 0, pulled.stderr
        rendered = helm("template", "kit", source, *version, "--kube-version", "1.34")
        assert rendered.returncode == 0, rendered.stderr
        packed = helm("template", "kit", str(tmp_path / f"{name}-9.8.7.tgz"), "--kube-version", "1.34")
        assert rendered.stdout == packed.stdout
    # Without a version the newest is taken.
    publish(where, "CHART_VERSION=9.10.0")
    newest = helm("show", "chart", f"oci://{where}/loadtest", "--plain-http")
    assert yaml.safe_load(newest.stdout)["version"] == "9.10.0"


def test_a_published_version_stays_as_it_is(registry: OciRegistry) -> None:
    """
    Published again it changes nothing, whatever the time in its archive, and another chart under its version is refused before
    any is pushed.
    """
    assert publish(registry.host).returncode == 0
    before = {name: dict(tags) for name, tags in registry.tags.items()}

    again = publish(registry.host)

    assert again.returncode == 0, again.stderr
    assert len(re.findall(r"^\S+ [\d.]+: there already$", again.stdout, re.M)) == len(OUR_CHARTS)
    assert registry.tags == before
    name = "repair-worker"
    (version,) = before[name]
    another = before["loadtest"][version]
    registry.manifests[name, another] = registry.manifests["loadtest", another]
    registry.tags[name][version] = another
    registry.tags.pop("temporal-dev")
    assert refused(publish(registry.host)).startswith(
        f"error: {name} {version} is in oci://{registry.host} already, with another content"
    )
    assert "temporal-dev" not in registry.tags


def test_a_publication_that_broke_off_is_finished(registry: OciRegistry) -> None:
    """What is there already is left alone and the rest is pushed."""
    assert publish(registry.host).returncode == 0
    registry.tags.pop("temporal-dev")

    done = publish(registry.host)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("there already") == len(OUR_CHARTS) - 1
    assert registry.tags.keys() == set(OUR_CHARTS)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        pytest.param("oci://registry.example.org/charts", "registry.example.org/charts", id="helms-own"),
        pytest.param("https://registry.example.org/charts", "registry.example.org/charts", id="https"),
        pytest.param("http://127.0.0.1:5000/", "127.0.0.1:5000", id="http-and-slash"),
        pytest.param("registry.example.org/charts/", "registry.example.org/charts", id="slash"),
        pytest.param("registry.example.org/My-Team", "registry.example.org/my-team", id="capitals"),
        pytest.param("registry.example.org/a b", "registry.example.org/charts", id="blank"),
        pytest.param("registry.example.org//charts", "registry.example.org/charts", id="two-slashes"),
    ],
)
def test_another_spelling_is_told_the_right_one(charts: Charts, given: str, meant: str) -> None:
    """helm would look up a host named `https`, or say of a reference only that it is invalid."""
    words = refused(publish(given))

    assert words.startswith(f"error: REGISTRY={given}: expected host/path without a scheme")
    assert words.endswith(f"; write REGISTRY={meant}")


def test_a_registry_that_is_not_there_is_named(charts: Charts) -> None:
    """One line with the first chart that is not pushed, and helm's reason."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}/charts"

        words = refused(publish(where))

    assert words.startswith(f"error: REGISTRY={where}: loadtest-")
    assert "is not pushed: Error: " in words
    assert "connection refused" in words


def test_a_registry_without_tls_is_told_how(registry: OciRegistry) -> None:
    """helm speaks TLS unless told otherwise, and its words name no remedy of ours."""
    words = refused(publish(registry.host, "PLAIN_HTTP=0"))

    assert words.endswith("; for a registry without TLS write PLAIN_HTTP=1")


@pytest.mark.parametrize("status", [401, 403])
def test_a_registry_that_wants_a_login_is_told_how(registry: OciRegistry, status: int) -> None:
    """Nothing of it is kept."""
    registry.refuses = status

    words = refused(publish(f"{registry.host}/charts"))

    assert words.endswith(f"; write `helm registry login {registry.host}` first")
    assert registry.tags == {}
