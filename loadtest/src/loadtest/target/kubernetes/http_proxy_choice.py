"""
Which proxy stands before a cluster's API, chosen as kubectl chooses it.

The client's own choice differs: it takes an address without a scheme, and one of SOCKS, for a defect, sends no password
and asks the environment's proxy for the cluster of its own pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

import kubernetes
import urllib3
from kubernetes.client.rest import should_bypass_proxies

from loadtest.errors import InputError

_DEFAULT_PORTS = {"http": 80, "https": 443}
# No host has this name. An empty list of hosts without a proxy would be read from the environment.
_NO_HOST = "none.invalid"


def choose_proxy(
    configuration: kubernetes.client.Configuration, environment: Mapping[str, str], *, in_pod: bool
) -> None:
    """
    Set a client's proxy, its password and the hosts that are reached without it.

    Args:
        configuration: Has the cluster's address, the kubeconfig's proxy, none of the environment, and the hosts that the
            environment excepts.
        environment: Its proxies by the scheme for which they are.
        in_pod: Whether the cluster is the one of the pod of this process.

    Raises:
        InputError: The proxy speaks something else than HTTP.
    """
    server = urlsplit(configuration.host)
    host, named = server.hostname or "", configuration.proxy
    found = named or environment.get(server.scheme, "")
    if not found:
        return
    if not named and (
        in_pod
        or _is_loopback(host)
        or should_bypass_proxies(configuration.host, configuration.no_proxy or "")
    ):
        # The client of streams matches names otherwise, and without a proxy here asks the environment for one.
        configuration.proxy, configuration.no_proxy = f"http://{_NO_HOST}", host
        return
    proxy = _as_url(found)
    if proxy.scheme not in _DEFAULT_PORTS:
        raise InputError(
            f"the proxy {proxy.scheme}://{_place(proxy)} before the cluster {configuration.host}: only proxies that speak "
            "HTTP can be used; give a copy of the kubeconfig that names what `kubectl proxy --reject-paths=^$` opens, "
            "http://127.0.0.1:8001, as its server"
        )
    # As kubectl does, the kubeconfig's proxy is used for whatever host; that of the environment is for this one by now.
    configuration.no_proxy = _NO_HOST
    configuration.proxy = f"{proxy.scheme}://{_place(proxy)}"
    if proxy.username is not None:
        login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        configuration.proxy_headers = urllib3.make_headers(proxy_basic_auth=login)


def _as_url(proxy: str) -> SplitResult:
    """
    Read an address of a proxy, which may be written without its scheme.
    """
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")


def _place(proxy: SplitResult) -> str:
    host = proxy.hostname or ""
    port = proxy.port or _DEFAULT_PORTS.get(proxy.scheme)
    return (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
