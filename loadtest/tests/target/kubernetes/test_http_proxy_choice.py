"""
Which proxy stands before a cluster's API: as for kubectl, whose users have set the environment for it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path

import kubernetes
import pytest
from kubernetes.stream.ws_client import websocket_proxycare
from websocket._url import get_proxy_info

from loadtest.cli import app
from loadtest.errors import InputError
from loadtest.target.kubernetes.api_client_configuration import choose_proxy

HOST = "api.corp.example"
CONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://api.corp.example:6443"PROXY}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
current-context: here
"""
Way = tuple[str | None, int, tuple[str, str] | None]
DIRECT: Way = (None, 0, None)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An environment that names no proxy.
    """
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _ways(
    environment: Mapping[str, str], host: str = HOST, named: str = "", *, in_pod: bool = False
) -> tuple[Way, Way]:
    """
    Return the proxy, its port and its login with which requests are sent, and with which a stream is opened.
    """
    configuration = kubernetes.client.Configuration(
        host=f"https://{host}:6443", proxy=named, no_proxy=environment.get("no", "")
    )
    choose_proxy(configuration, environment, in_pod=in_pod)
    pool = kubernetes.client.ApiClient(configuration).rest_client.pool_manager
    request = DIRECT
    if (proxy := pool.proxy) is not None:
        sent = pool.proxy_headers.get("proxy-authorization", "").removeprefix("Basic ")
        login = base64.b64decode(sent).decode().partition(":")
        request = (proxy.host, proxy.port, (login[0], login[2]) if sent else None)
    options = websocket_proxycare({}, configuration, "", {}) if configuration.proxy else {}
    names = {name.removeprefix("http_"): value for name, value in options.items()}
    return request, get_proxy_info(host, True, **names)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        pytest.param({}, DIRECT, id="none"),
        pytest.param({"https": "http://proxy:3128"}, ("proxy", 3128, None), id="with-scheme"),
        pytest.param({"https": "proxy.corp:3128"}, ("proxy.corp", 3128, None), id="without"),
        pytest.param({"https": "http://proxy"}, ("proxy", 80, None), id="without-port"),
        pytest.param(
            {"https": "http://jane:a%40b:c@proxy:3128"}, ("proxy", 3128, ("jane", "a@b:c")), id="login"
        ),
        pytest.param({"http": "http://proxy:3128"}, DIRECT, id="of-http-alone"),
        pytest.param({"all": "socks5://127.0.0.1:1080"}, DIRECT, id="kubectl-reads-no-all"),
        pytest.param({"https": "socks5://p:1", "no": "corp.example"}, DIRECT, id="suffix"),
        pytest.param({"https": "http://p:1", "no": "a, API.corp.example"}, DIRECT, id="blank"),
        pytest.param({"https": "http://p:1", "no": "pi.corp.example"}, ("p", 1, None), id="half-a-name"),
    ],
)
def test_the_environments_proxy(environment: Mapping[str, str], wanted: Way) -> None:
    """Requests and streams go the same way, with the login of the address."""
    assert _ways(environment) == (wanted, wanted)


def test_what_streams_read_themselves_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their client looks into the environment, too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://other:1")
    monkeypatch.setenv("NO_PROXY", "corp.example")

    assert _ways({"https": "http://proxy:3128"}) == (("proxy", 3128, None),) * 2


def test_the_own_cluster_of_a_pod_is_behind_no_proxy() -> None:
    """What `extraEnv` gives pip for a package index is no way to the cluster's own API."""
    assert _ways({"https": "http://proxy:3128"}, "10.96.0.1", in_pod=True) == (DIRECT, DIRECT)


def test_the_kubeconfigs_proxy_is_for_every_host() -> None:
    """Also for one that the environment excepts, and for the loopback address of a tunnel's far end."""
    given = {"https": "http://other:1", "no": "127.0.0.1"}

    assert _ways(given, "127.0.0.1", "https://u:p@tunnel") == (("tunnel", 443, ("u", "p")),) * 2


@pytest.mark.parametrize(
    "named", ["", "socks5://jane:secret@127.0.0.1:1080"], ids=["environment", "kubeconfig"]
)
def test_another_protocol_is_refused(named: str) -> None:
    """No login is shown."""
    environment = {"https": "socks5h://jane:secret@[::1]:1080"}
    told = "127.0.0.1:1080" if named else "[::1]:1080"

    with pytest.raises(
        InputError, match=f"the proxy socks5h?://{re.escape(told)} before the cluster"
    ) as refused:
        _ways(environment, named=named)

    assert "secret" not in str(refused.value)


def test_the_program_tells_it_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As what any input is refused for, with what to do instead."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    config = tmp_path / "config"
    config.write_text(CONFIG.replace("PROXY", ', proxy-url: "socks5://localhost:1080"'), encoding="utf-8")

    code = app.run(["fetch", "--kubeconfig", str(config), "--context", "here"])

    told = capsys.readouterr().err
    assert (code, len(told.strip().splitlines())) == (2, 1)
    assert "error: the proxy socks5://localhost:1080 before the cluster https://api.corp.example:6443" in told
