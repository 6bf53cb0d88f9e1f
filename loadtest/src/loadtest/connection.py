"""
The one way to a Temporal server: temporalio's own settings, and an error that names what to mend.

It decides nothing of what is asked over the connection.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from loadtest.empty_profile import EMPTY_PROFILE
from loadtest.errors import InputError

DEFAULT_ADDRESS = "127.0.0.1:7233"

# What the SDK's texts say of a failed connect, and how we say it to people.
_CAUSES = {
    "connection refused": "connection refused",
    "failed to lookup address": "no such host",
    "timed out": "it did not answer in time",
    "deadline": "it did not answer in time",
    "unknownissuer": "TLS failed: its certificate is signed by none that is trusted here; "
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH names a CA",
    "notvalidforname": "TLS failed: its certificate is for another name; TEMPORAL_TLS_SERVER_NAME sets it",
    "certificaterequired": "TLS failed: it wants a client certificate; "
    "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH name one",
    "handshakefailure": "TLS failed: it does not accept the client certificate",
    "unknownca": "TLS failed: it does not trust the client certificate",
    "invalidcontenttype": "it speaks no TLS",
    "certificate": "TLS failed: its certificate is not trusted here",
    "unauthenticated": "the credentials are not accepted",
    "permissiondenied": "the credentials are not accepted",
    "http2 error": "what answers there is no gRPC server, or it wants TLS",
    "http status code": "what answers there is no gRPC server",
    "broken pipe": "what answers there is no gRPC server",
    "connection closed": "what answers there is no gRPC server",
    "connection reset": "what answers there is no gRPC server",
    "connection was not ready": "what answers there is no gRPC server",  # it closed before the first request
}
_REFUSED = {RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED}


async def connect(
    address: str | None = None,
    namespace: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    demand_namespace: bool = True,
    by_plan: bool = False,
    **options: Any,
) -> Client:
    """
    Connect by temporalio's environment variables and profile file, and look that the namespace is there.

    Args:
        address: ``host:port`` that the user gave; ``None`` leaves it to the environment.
        namespace: Likewise.
        environ: Where the variables are read from; by default this process's environment.
        demand_namespace: Whether to look; an injector's namespace has been looked for by its sweep.
        by_plan: Whether a plan named the address, not ``--address``.
        options: Further arguments of ``Client.connect``, such as converters and plugins.

    Raises:
        InputError: A variable or the profile cannot be used, no server answers there, or it has no such namespace.
    """
    given = dict(os.environ if environ is None else environ)
    settings = _settings(given)
    named = settings.get("target_host")
    if address and by_plan:
        where, instead = f"address {address}", "name another server"
    elif address:
        where, instead = f"--address {address}", "leave --address out"
    elif named:
        where, instead = f"TEMPORAL_ADDRESS={named}", "unset it"
    else:
        where, instead = DEFAULT_ADDRESS, "give --address HOST:PORT"
    settings["target_host"] = address or named or DEFAULT_ADDRESS
    if namespace:
        settings["namespace"] = namespace
    try:
        client = await Client.connect(**settings, **options)
    except ValueError as error:
        raise InputError(
            f"{where}: {_one_line(error)}; write HOST:PORT, or mend {_in_force(given)}"
        ) from None
    except (RuntimeError, RPCError) as error:
        said = f"; {_in_force(given)} had a say" if _credentials(given) else ""
        raise InputError(
            f"{where}: no Temporal server answers there ({_cause(error)}{said}); start one or {instead}"
        ) from error
    if demand_namespace:
        await _demand_namespace(client, where)
    return client


def _settings(environ: dict[str, str]) -> ClientConnectConfig:
    try:
        return ClientConfig.load_client_connect_config(override_env_vars=environ)
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read ({error.strerror}); {_in_force(environ)} or the profile names it: "
            "give a file that can be read or unset the variable"
        ) from None
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"{_in_force(environ)}: cannot be used ({_one_line(error)}); mend or unset what is wrong"
        ) from None


async def _demand_namespace(client: Client, where: str) -> None:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise InputError(
                f"{where}: namespace {client.namespace!r} is not on that server; "
                f"make it with `temporal operator namespace create -n {client.namespace}` or name another"
            ) from None
        if error.status in _REFUSED:
            raise InputError(
                f"{where}: namespace {client.namespace!r}: the credentials are not accepted "
                f"({_one_line(error)}); set TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_CERT_PATH and _KEY_PATH"
            ) from None
        raise InputError(
            f"{where}: namespace {client.namespace!r} cannot be read ({_one_line(error)}); "
            "see that server's log or name another with --namespace"
        ) from error


def _credentials(environ: Mapping[str, str]) -> list[str]:
    return sorted(
        name
        for name in environ
        if name.startswith(("TEMPORAL_TLS", "TEMPORAL_API_KEY", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"))
        and environ[name] != EMPTY_PROFILE
    )


def _in_force(environ: Mapping[str, str]) -> str:
    """
    Name the variables that say how to connect; never their values, which may be secrets.
    """
    profile = environ.get("TEMPORAL_PROFILE")
    names = [f"{name}={profile}" if name == "TEMPORAL_PROFILE" else name for name in _credentials(environ)]
    return ", ".join(names) or "the TEMPORAL_* variables"


def _cause(error: Exception) -> str:
    text = str(error)
    for sign, meaning in _CAUSES.items():
        if sign in text.lower():
            return meaning
    return _one_line(error).removeprefix("Failed client connect: ")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


async def server_version(client: Client) -> str:
    """
    Return what the server says of its version.
    """
    answer = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return answer.server_version


async def namespace_id(client: Client) -> str:
    """
    Return the id of a client's namespace: another one on each server, unless servers replicate each other's.
    """
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(asked)
    return answer.namespace_info.id


def configured_address(environ: Mapping[str, str]) -> str:
    """
    Return the ``host:port`` that variables or a profile name, else this machine's own.

    Raises:
        InputError: A variable or the profile cannot be used.
    """
    return _settings(dict(environ)).get("target_host") or DEFAULT_ADDRESS


def is_shared(address: str, environ: Mapping[str, str]) -> bool:
    """
    Tell whether others may use the server of an address: it is neither this machine's nor the cluster's own.

    A cluster's own are SERVICE.NAMESPACE.svc... and, in a pod, SERVICE.

    Args:
        address: ``host:port``.
        environ: Of this process.
    """
    host = address.rpartition(":")[0] if ":" in address.rpartition("]")[2] else address
    host = host.strip("[]").rstrip(".").lower()
    labels = host.split(".")
    if host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        in_pod = "KUBERNETES_SERVICE_HOST" in environ
        return not (labels[2:3] == ["svc"] or (in_pod and len(labels) == 1))
