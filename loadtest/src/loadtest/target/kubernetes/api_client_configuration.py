"""
How the Kubernetes client is told what kubectl finds by itself: the proxy before a cluster's API, and the certificates
and private key that a kubeconfig holds as data.

The client's own choice of a proxy differs: it takes an address without a scheme, and one of SOCKS, for a defect, sends no
password and asks the environment's proxy for the cluster of its own pod. It wants certificates as files, and leaves
these to the interpreter's own exit. Here they lie in a folder that goes with this process, and have no name any more
once they are there.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import kubernetes
import urllib3
import yaml
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


_FILES = ("ssl_ca_cert", "cert_file", "key_file")


def load_kubeconfig(
    kubeconfig: Path, context: str | None, configuration: kubernetes.client.Configuration
) -> None:
    """
    Fill a client's configuration from a file.

    Args:
        kubeconfig: The file.
        context: One of its contexts; ``None`` takes its current one.
        configuration: Gets address and credentials.

    Raises:
        ConfigException: The file or the context cannot be used.
        InputError: The context's user acts for another, which the client does not.
        OSError: The file cannot be read, or there is no place for temporary files.
    """
    folder = Path(tempfile.mkdtemp(prefix="loadtest-kubeconfig-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kubernetes.config.load_kube_config(
        config_file=str(kubeconfig),
        context=context,
        client_configuration=configuration,
        temp_file_path=str(folder),
    )
    _demand_no_other_user(kubeconfig, context)
    _take_names(configuration, folder)


def _demand_no_other_user(kubeconfig: Path, context: str | None) -> None:
    """
    Refuse a user who acts for another: the client would send requests as the first one, whose rights are others.
    """
    paths = [path for one in str(kubeconfig).split(os.pathsep) if (path := Path(one)).is_file()]
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    # Of several files the first that has a name decides, as for kubectl.
    contexts, users = (
        {one["name"]: one[kind[:-1]] for file in reversed(files) for one in file.get(kind) or []}
        for kind in ("contexts", "users")
    )
    current = context or next(named for file in files if (named := file.get("current-context")))
    user = contexts[current].get("user")
    other = (users.get(user) or {}).get("as")
    if other:
        raise InputError(
            f"--kubeconfig {kubeconfig}: user {user} of context {current} acts for {other} (`as`), which is not supported, "
            f"as every request would be sent as {user}; name a context whose user has the rights"
        )


def _take_names(configuration: kubernetes.client.Configuration, folder: Path) -> None:
    """
    Let the copies end with this process in whatever way, SIGKILL too, where the kernel opens files without a name.
    """
    nameless: dict[str, str] = {}

    def take(renewed: kubernetes.client.Configuration) -> None:
        for name in _FILES:
            path = getattr(renewed, name)
            if path in nameless:
                setattr(renewed, name, nameless[path])
            elif path is not None and Path(path).parent == folder:
                nameless[path] = _nameless(path)
                setattr(renewed, name, nameless[path])

    take(configuration)
    renew = configuration.refresh_api_key_hook
    if renew is None:
        if not any(folder.iterdir()):
            folder.rmdir()
        return

    # A login that is renewed sets the paths anew, and may put other copies there.
    def renew_and_take(renewed: kubernetes.client.Configuration) -> None:
        renew(renewed)
        take(renewed)

    configuration.refresh_api_key_hook = renew_and_take


def _nameless(path: str) -> str:
    """
    Return the path of a copy that has no name any more; its own path where the kernel opens none such.
    """
    descriptor = os.open(path, os.O_RDONLY)
    nameless = Path(f"/proc/self/fd/{descriptor}")
    if not nameless.exists():
        os.close(descriptor)
        return path
    Path(path).unlink()
    return str(nameless)
