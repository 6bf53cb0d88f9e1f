"""
``loadtest compare`` of two servers by address: what is refused, before anything is started.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from two_server_comparison import CLOUD, PAGES, SERVERS, A, B

from loadtest.cli import cluster_flags
from loadtest.cli.app import run

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
SANDBOX = ["--a", "worker.sandbox=true", "--b", "worker.sandbox=false"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        pytest.param(["--a-address", A], "give both --a-address and --b-address", id="one-alone"),
        pytest.param(
            ["--b-address", B, *SANDBOX],
            f"--address of one setting alone ({B})",
            id="one-alone-beside-another-setting",
        ),
        pytest.param(
            ["--a-address", A, "--b-address", A],
            f"--a-address {A} --b-address {A}: one server; name two, or give --address {A}",
            id="same-twice",
        ),
        pytest.param(
            ["--a-address", A, "--b-address", A, *SANDBOX],
            f"--a-address {A} --b-address {A}: one server",
            id="same-twice-beside-another-setting",
        ),
        pytest.param(
            [*SERVERS, "--address", A],
            "--address: is of one server for both settings",
            id="with-address",
        ),
        pytest.param(
            [*SERVERS, "--server-metrics", "http://a/metrics"],
            "--server-metrics: is of one server for both settings",
            id="with-server-metrics",
        ),
        pytest.param(
            [*SERVERS, "--a-server-metrics", "http://a/metrics"],
            "give both --a-server-metrics and --b-server-metrics",
            id="one-page",
        ),
        pytest.param(
            [*SERVERS, "--a-server-metrics", "http://a/m", "--b-server-metrics", "http://a/m"],
            f"not one page for each of the servers {A}, {B}",
            id="one-page-for-both",
        ),
        pytest.param(
            ["--a", f"address={A}", "--b", f"address={B}", "--address", CLOUD],
            f"--address: servers that run are named already ({A}, {B})",
            id="settings-with-address",
        ),
        pytest.param(
            ["--a", f"address={A}", "--b", f"address={B}", "--server-metrics", "http://a/metrics"],
            "--server-metrics http://a/metrics: not one page for each",
            id="settings-with-one-page",
        ),
        pytest.param(
            [*SERVERS, "--port", "7"], "--port: goes with the server that a run starts itself", id="port"
        ),
        pytest.param(
            [*SERVERS, "--temporal", "/bin/true"],
            "--temporal: goes with the server that a run starts itself",
            id="temporal",
        ),
        pytest.param(
            [*SERVERS, "--set", 'server.dynamic_config={"limit.maxIDLength"=9}'],
            "plan: server.dynamic_config: the dynamic configuration is of the server that a run starts itself",
            id="server-settings",
        ),
        pytest.param(
            [*SERVERS, "--set", "queue_activities_per_second=20"],
            "plan: queue_activities_per_second = 20.0: a run limits queues only of the server that it starts itself",
            id="queue-rate",
        ),
        pytest.param(
            [*SERVERS, "--a", "queue_activities_per_second=20", "--b", "queue_activities_per_second=30"],
            "plan: factors.queue_activities_per_second = 20: a run limits queues only of the server that",
            id="queue-rates",
        ),
        pytest.param(
            ["--a-address", "nowhere", "--b-address", B],
            "factors.address.0 = 'nowhere': must be HOST:PORT",
            id="no-address",
        ),
        pytest.param(
            ["--a-address", A, "--b-address", CLOUD, "--rate", "1000"],
            f"address {CLOUD}: others may use that server, and this starts up to",
            id="shared",
        ),
        pytest.param(
            [*SERVERS, "--set", "codec=true"], "there are no keys to encrypt with", id="codec-without-keys"
        ),
    ],
)
@pytest.mark.usefixtures("answering")
def test_what_cannot_be_compared_on_two_servers_is_refused_in_one_line(
    flags: list[str], words: str, refused_line: Callable[..., str]
) -> None:
    """Nothing is left behind."""
    assert words in refused_line("compare", DEMO, *flags)


def test_pages_go_with_their_servers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each flag without effect."""
    code = run(["compare", DEMO, *SANDBOX, *PAGES, "--output", str(tmp_path / "out")])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert [line.split(": ", 2)[1] for line in lines] == ["--a-server-metrics", "--b-server-metrics"]
    assert all(
        "goes with --a-address and --b-address, or --a-profile and --b-profile; leave it out" in line
        for line in lines
    )


@pytest.mark.parametrize("target", ["kubernetes", "compose"])
def test_two_servers_are_of_workers_of_this_machine(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cluster's workers and a project's reach the server that their own files name."""
    code = run(["compare", DEMO, *SERVERS, "--target", target, "--output", str(tmp_path / "out")])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert [line.split(": ", 2)[1] for line in lines] == ["--a-address", "--b-address"]
    assert all(f"goes with workers of this machine, not with --target {target}" in line for line in lines)


@pytest.mark.parametrize(
    "flags",
    [
        pytest.param(["--target", "kubernetes", "--deployment", "shop/workers"], id="kubernetes"),
        pytest.param(["--target", "compose", "--service", "shop/worker", "--address", A], id="compose"),
    ],
)
def test_a_plans_servers_are_of_workers_of_this_machine_too(
    flags: list[str], monkeypatch: pytest.MonkeyPatch, refused_line: Callable[..., str]
) -> None:
    """However they were named."""
    monkeypatch.setattr(cluster_flags, "in_cluster", lambda: True)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")

    line = refused_line("sweep", DEMO, "--factor", f"address={A},{B}", *flags)

    assert f"plan: address {A}, {B}: is of the server for workers of this machine" in line


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        pytest.param(
            ["--design", "compare", *SERVERS], "No such option: --a-address", id="flags-of-compare-alone"
        ),
        pytest.param(
            ["--design", "compare", "--a", f"address={A}", "--b", f"address={B}"],
            "factors: address: workers and server of a cluster are set up by their charts",
            id="as-a-setting",
        ),
        pytest.param(
            ["--set", f"address={A}"],
            "plan: address: workers and server of a cluster are set up by their charts",
            id="of-the-plan",
        ),
        pytest.param(
            ["--set", "worker_command=mine"],
            "plan: worker_command: workers and server of a cluster are set up by their charts",
            id="worker-command-of-the-plan",
        ),
    ],
)
def test_servers_by_address_are_not_submitted(
    flags: list[str], words: str, refusal: Callable[..., str]
) -> None:
    """In one line, before a cluster is looked for."""
    assert words in refusal("submit", DEMO, *flags)


def test_a_server_that_nobody_starts_is_named(refused_line: Callable[..., str]) -> None:
    """The line is about that address, and no flag is blamed that was not given."""
    dead = ["--a-address", "127.0.0.1:1", "--b-address", "127.0.0.1:2"]

    assert refused_line("compare", DEMO, *dead) == (
        "error: address 127.0.0.1:1: no Temporal server answers there (connection refused); "
        "start one or name another server"
    )


def test_one_server_under_two_names_is_refused(
    answering: dict[str, str], refused_line: Callable[..., str]
) -> None:
    """A tunnel and a name: its namespace has one id, whatever it is called."""
    answering.update({A: "6f0c", B: "6f0c"})

    assert f"address {A} and {B}: one server under two names" in refused_line("compare", DEMO, *SERVERS)
