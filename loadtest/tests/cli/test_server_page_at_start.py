"""
The page of a server that the run did not start is read once before anything is sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import synthetic_steps
from metrics_page_server import served_page
from sweep_process import PLANS
from tls_proxy import Authority

from loadtest.cli.experiment_ports import open_experiment_ports
from loadtest.cli.open_place import OpenPlace
from loadtest.errors import InputError
from loadtest.experiment.clock import SystemClock
from loadtest.injector.launch import HERE
from loadtest.plan import Plan
from loadtest.probe.page_access import CA_FILE, TOKEN
from loadtest.results.run_folder import Run
from loadtest.server_access import ServerAccess


class Pages:
    """
    A target that tells the server's pages and does nothing else, as a cluster's does.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    async def server_pages(self) -> Mapping[str, str]:
        """One page."""
        return {"frontend-10.0.0.7": self._url}


@pytest.mark.parametrize("target", ["address", "cluster"])
async def test_a_wrong_token_ends_the_run_before_its_injectors_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """Else every step would be measured, and be invalid; the token is not in the line."""
    authority = Authority(tmp_path)
    monkeypatch.setenv(TOKEN, "wrong-token")
    monkeypatch.setenv(CA_FILE, str(authority.certificate))
    with (
        served_page(lambda: b"", "right-token", authority) as (url, heard),
        pytest.raises(InputError, match=f"^--server-metrics: .*answers 401: .*{TOKEN}") as refused,
    ):
        await _open(Pages(url), None if target == "cluster" else url, tmp_path)

    assert heard == {"Bearer wrong-token"}
    assert "wrong-token" not in str(refused.value)


async def test_a_page_that_is_not_there_ends_the_run_too(tmp_path: Path) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(InputError, match="^--server-metrics: server: .* does not answer"):
        await _open(Pages(""), "http://127.0.0.1:1/metrics", tmp_path)


@pytest.mark.parametrize(
    "flags",
    [
        ("sweep", "--address", "a:1", "--server-metrics", "https://jane:secret@gate/metrics"),
        (
            "compare",
            "--a-address",
            "a:1",
            "--a-server-metrics",
            "https://jane:secret@gate/metrics",
            "--b-address",
            "b:1",
            "--b-server-metrics",
            "http://b:1/metrics",
        ),
    ],
    ids=lambda flags: flags[0],
)
def test_a_password_in_a_url_is_refused_and_not_shown(
    refused_line: Callable[..., str], flags: tuple[str, ...]
) -> None:
    """A run keeps its URLs."""
    verb, *others = flags

    line = refused_line(verb, str(PLANS / "smoke.toml"), *others)

    assert "--server-metrics: the URL of gate holds a name or a password" in line
    assert "secret" not in line


async def _open(target: Any, page: str | None, results: Path) -> None:
    access = ServerAccess("127.0.0.1:1", "default", {}, page)
    client: Any = object()
    async with contextlib.AsyncExitStack() as stack:
        await open_experiment_ports(
            stack,
            OpenPlace(target, {None: access}, own_worker=True, injectors=HERE),
            {None: client},
            Run.create(results, Plan(name="p"), synthetic_steps.manifest()),
            SystemClock(),
        )
