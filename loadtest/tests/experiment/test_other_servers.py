"""
Servers as others run them: behind TLS with a CA of their own, for known clients or for a token, in any namespace.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from metrics_page_server import served_page
from real_server import make_namespace
from sweep_process import SweepHere
from tls_proxy import SERVER_NAME, Authority, serve

from loadtest.connection import connect
from loadtest.errors import InputError
from loadtest.injector.launch import launch
from loadtest.probe.http_page import fetch
from loadtest.probe.page_access import CA_FILE, TOKEN_FILE
from loadtest.server_access import ServerAccess

pytestmark = [pytest.mark.server]

# The budget ends it with its first step: how a busy machine judges that one is not asked.
PLAN = """
name = "secured"
budget_seconds = 1
replicas = [1]
warm_up_seconds = 1
drain_seconds = 60
loads = [{ kind = "open", arrival_rate = 2, window_seconds = 5 }]
[work]
seconds = 0.05
[slo]
schedule_to_start_p95_seconds = 30
"""


def _by_certificate(authority: Authority) -> dict[str, str]:
    party = authority.issue("load-test")
    return {
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
        "TEMPORAL_TLS_CLIENT_CERT_PATH": str(party.certificate),
        "TEMPORAL_TLS_CLIENT_KEY_PATH": str(party.key),
        "TEMPORAL_TLS_SERVER_NAME": SERVER_NAME,
        "TEMPORAL_GRPC_META_X_TENANT": "shop-7",
    }


def test_a_sweep_through_a_frontend_that_wants_a_client_certificate(
    server: Any, sweep_here: SweepHere, tmp_path: Path, task_queue: str
) -> None:
    """
    Sweep, workers and injectors all show it, send the metadata, and stay in the plan's namespace; the server is used and
    left alone, so that its CPU is unknown. Its page is behind TLS and wants a token, which the run keeps nowhere.
    """
    asyncio.run(make_namespace(server.address, "orders"))
    plan = tmp_path / "secured.toml"
    plan.write_text(PLAN, encoding="utf-8")
    authority = Authority(tmp_path)
    token = tmp_path / "token"
    token.write_text("page-token\n", encoding="utf-8")
    with (
        serve(server.address, authority, wants_client=True) as proxy,
        served_page(lambda: fetch("server", server.metrics_url), "page-token", authority) as (page, heard),
    ):
        ran = sweep_here(
            tmp_path / "results",
            str(plan),
            *("--address", proxy.address, "--namespace", "orders", "--task-queue", task_queue),
            *("--server-metrics", page),
            variables={
                **_by_certificate(authority),
                TOKEN_FILE: str(token),
                CA_FILE: str(authority.certificate),
            },
        )

    assert ran.sweep, ran.out + ran.err
    (step,) = ran.sweep["steps"]
    counts = step["counts"]
    assert counts["results"] == counts["worker"] == counts["server"] == counts["sent"] > 0, ran.out
    assert step["cpu_seconds_per_workflow"]["server"] is None
    assert any("server" in key for key in step["why"]), step["why"]
    assert not (ran.folder / "logs" / "server.log").exists()
    assert heard == {"Bearer page-token"}
    kept = [path for path in ran.folder.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"page-token" in path.read_bytes()]
    assert proxy.names == {"load-test"}
    assert proxy.metadata == {("x-tenant", "shop-7")}
    assert {"StartWorkflowExecution", "PollActivityTaskQueue", "DescribeTaskQueue"} <= proxy.methods


@pytest.mark.parametrize(
    ("without", "told"),
    [
        pytest.param("TEMPORAL_TLS_SERVER_CA_CERT_PATH", "TEMPORAL_TLS_SERVER_CA_CERT_PATH", id="private-ca"),
        pytest.param("TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_", id="no-client-certificate"),
    ],
)
async def test_what_a_frontend_misses_is_one_line_that_names_the_variable(
    server: Any, tmp_path: Path, without: str, told: str
) -> None:
    """Whatever is left out of the settings that work."""
    authority = Authority(tmp_path)
    with serve(server.address, authority, wants_client=True) as proxy:
        given = _by_certificate(authority)
        await connect(proxy.address, environ=given)
        left = {name: value for name, value in given.items() if name != without}
        if without.endswith("CLIENT_CERT_PATH"):
            del left["TEMPORAL_TLS_CLIENT_KEY_PATH"]

        with pytest.raises(InputError, match=told) as refused:
            await connect(proxy.address, environ=left)

    assert "\n" not in str(refused.value)


async def test_a_frontend_that_wants_a_token(server: Any, tmp_path: Path) -> None:
    """The right API key passes, in injectors too; a wrong one is refused, and never shown."""
    authority = Authority(tmp_path)
    ca = {"TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate)}
    with serve(server.address, authority, wants_client=False, token="right-key") as proxy:
        with pytest.raises(InputError, match="the credentials are not accepted") as refused:
            await connect(proxy.address, environ={**ca, "TEMPORAL_API_KEY": "wrong-key"})
        assert "wrong-key" not in str(refused.value)

        right = {**ca, "TEMPORAL_API_KEY": "right-key"}
        await connect(proxy.address, environ=right)
        async with launch(ServerAccess(proxy.address, "default", right), injectors=1, logs=tmp_path):
            pass

    assert proxy.authorizations >= {"Bearer right-key", "Bearer wrong-key"}
