"""
A server of one's own beside one that wants credentials: a comparison by profiles, from the command line to ``clean``.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from real_server import make_namespace, running_server
from temporalio.client import Client
from tls_proxy import SERVER_NAME, Authority, Proxy, serve
from two_server_comparison import PLAN, ROUND, ask_for_one_round, demand_each_block_on_its_own_server

from loadtest.cli.app import run
from loadtest.results.manifest import ProfileServer
from loadtest.results.run_folder import Run

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

KEY, TENANT, SHELL_KEY = "key-of-the-cloud", "tenant-of-the-cloud", "key-of-the-shell"


def _write_profiles(file: Path, own: str, cloud: str, authority: Authority) -> None:
    party = authority.issue("load-test")
    file.write_text(
        f"""
[profile.own]
address = "{own}"
[profile.cloud]
address = "{cloud}"
namespace = "shop"
api_key = "{KEY}"
[profile.cloud.tls]
server_name = "{SERVER_NAME}"
server_ca_cert_path = "{authority.certificate}"
client_cert_path = "{party.certificate}"
client_key_path = "{party.key}"
[profile.cloud.grpc_meta]
x-tenant = "{TENANT}"
""",
        encoding="utf-8",
    )


async def _workflows(address: str, namespace: str, task_queue: str) -> set[str]:
    client = await Client.connect(address, namespace=namespace)
    return {found.id async for found in client.list_workflows(f"TaskQueue = '{task_queue}'")}


async def _leave_open(address: str, namespace: str, workflow: str, task_queue: str) -> None:
    client = await Client.connect(address, namespace=namespace)
    await client.start_workflow("BakeWorkflow", id=workflow, task_queue=task_queue)
    async with asyncio.timeout(30):
        while workflow not in await _workflows(address, namespace, task_queue):  # noqa: ASYNC110 - visibility has no event
            await asyncio.sleep(0.1)


def _demand_every_caller_had_the_profile(proxy: Proxy) -> None:
    assert proxy.authorizations == {f"Bearer {KEY}"}
    assert proxy.names == {"load-test"}
    assert proxy.metadata == {("x-tenant", TENANT)}
    wanted = {"StartWorkflowExecution", "PollActivityTaskQueue", "PollWorkflowTaskQueue", "DescribeTaskQueue"}
    assert wanted <= proxy.methods


def test_each_side_is_reached_by_its_own_profile(
    server: Any,
    tmp_path: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Injectors, workers, probes and `clean` show B's credentials to B alone, and no file of the run holds one."""
    ask_for_one_round(monkeypatch)
    # The server of A speaks no TLS: the shell's key would turn it on.
    monkeypatch.setenv("TEMPORAL_API_KEY", SHELL_KEY)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "of-the-shell")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    plan, results = tmp_path / "plan.toml", tmp_path / "results"
    plan.write_text(PLAN, encoding="utf-8")
    authority = Authority(tmp_path)
    with (
        running_server(tmp_path) as other,
        serve(other.address, authority, wants_client=True, token=KEY) as proxy,
    ):
        asyncio.run(make_namespace(other.address, "shop"))
        _write_profiles(tmp_path / "temporal.toml", server.address, proxy.address, authority)
        code = run(
            [
                *("compare", str(plan), "--task-queue", task_queue, "--output", str(results)),
                *("--a-profile", "own", "--a-server-metrics", server.metrics_url),
                *("--b-profile", "cloud", "--b-server-metrics", other.metrics_url),
                *ROUND,
            ]
        )
        compared = capsys.readouterr()
        assert code == 3, compared.err
        done = Run.open(results)
        on = {
            "own": asyncio.run(_workflows(server.address, "default", task_queue)),
            "cloud": asyncio.run(_workflows(other.address, "shop", task_queue)),
        }
        left = f"bake-{done.path.name}-{done.read_steps()[0].key.folder}-left"
        asyncio.run(_leave_open(other.address, "shop", left, task_queue))
        cleaned = run(["clean", str(done.path)])
        told = capsys.readouterr()

    name, manifest = done.path.name, done.manifest
    demand_each_block_on_its_own_server(done, "profile", on)
    _demand_every_caller_had_the_profile(proxy)
    assert manifest.profiles == {
        "own": ProfileServer(server.address, "default"),
        "cloud": ProfileServer(proxy.address, "shop"),
    }
    answer = json.loads((done.path / "comparison.json").read_text(encoding="utf-8"))
    assert (answer["a"], answer["b"]) == ("profile=own", "profile=cloud")
    assert cleaned == 0, told.err
    assert told.out.splitlines() == [
        f"{name} on own: 0 workflows were terminated, none is left",
        f"{name} on cloud: 1 workflow was terminated, none is left",
    ]
    kept = [path.read_bytes().decode("utf-8", "replace") for path in results.rglob("*") if path.is_file()]
    for text in (*kept, compared.out, compared.err, told.out, told.err):
        assert not any(secret in text for secret in (KEY, TENANT, SHELL_KEY))


def test_a_profile_whose_key_is_refused_is_one_line(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the profile and where it leads, and never the key."""
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    authority = Authority(tmp_path)
    with serve(server.address, authority, wants_client=True, token="another-key") as proxy:
        _write_profiles(tmp_path / "temporal.toml", server.address, proxy.address, authority)
        code = run(
            [
                *("compare", str(plan), "--a-profile", "own", "--b-profile", "cloud"),
                *("--output", str(tmp_path / "out")),
            ]
        )
        refused = capsys.readouterr().err.splitlines()

    assert code == 2
    assert len(refused) == 1
    assert (
        f"profile cloud ({proxy.address}): " in refused[0]
        and "the credentials are not accepted" in refused[0]
    )
    assert not (tmp_path / "out").exists()
    assert KEY not in refused[0]
