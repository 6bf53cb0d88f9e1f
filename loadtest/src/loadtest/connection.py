"""
The one way to connect to a Temporal server: by temporalio's own settings, with errors that say what to correct.

It decides nothing of what is sent over the connection.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.connection_settings import (
    as_profile_keys,
    connect_settings,
    credential_variables,
    variables_in_force,
    without_secrets,
)
from loadtest.errors import InputError

DEFAULT_ADDRESS = "127.0.0.1:7233"

_ENDED = "what answers there is no gRPC server, or it wants TLS or a client certificate that it trusts"
# Texts of the SDK on a failed connect, and the kit's words for people.
_CAUSES = {
    "connection refused": "connection refused",
    "failed to lookup address": "no such host",
    "timed out": "it did not answer in time",
    "deadline": "it did not answer in time",
    "unknownissuer": "TLS failed: its certificate is signed by none that is trusted here; "
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH names a CA",
    "badsignature": "TLS failed: its certificate is signed by another authority of the same name; "
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
    "broken pipe": _ENDED,
    "close_notify": _ENDED,
    "connection closed": _ENDED,
    "connection reset": _ENDED,
    "connection was not ready": _ENDED,  # it closed before the first request
}
_REFUSED = {RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.PERMISSION_DENIED}


async def connect(
    address: str | None = None,
    namespace: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    demand_namespace: bool = True,
    by_plan: bool = False,
    profile: str | None = None,
    **options: Any,
) -> Client:
    """
    Connect by temporalio's environment variables and profile file, and check that the namespace exists.

    Args:
        address: ``host:port`` that the user gave; ``None`` leaves it to the environment.
        namespace: Namespace that the user gave; ``None`` leaves it to the environment.
        environ: Environment variables to read; by default this process's environment.
        demand_namespace: Whether to check the namespace; the sweep has already checked that of an injector.
        by_plan: Whether a plan named the address, not ``--address``.
        profile: Name of the profile that led to the address, where a plan named one; *environ* names it as well.
        options: Further arguments of ``Client.connect``, such as converters and plugins.

    Raises:
        InputError: A variable or the profile cannot be used, no server answers at the address, or the server has no
            such namespace.
    """
    given = dict(os.environ if environ is None else environ)
    settings = connect_settings(given)
    named = settings.get("target_host")
    where, instead = _asked_server(address, named, profile, by_plan=by_plan)
    settings["target_host"] = address or named or DEFAULT_ADDRESS
    if namespace:
        settings["namespace"] = namespace
    try:
        client = await Client.connect(**settings, **options)
        if demand_namespace:
            await _demand_namespace(client, where)
    except ValueError as error:
        mended = "the profile" if profile is not None else variables_in_force(given)
        told = f"{where}: {_one_line(error)}; write HOST:PORT, or mend {mended}"
    except (RuntimeError, RPCError) as error:
        is_said = profile is None and credential_variables(given)
        said = f"; {variables_in_force(given)} had a say" if is_said else ""
        told = f"{where}: no Temporal server answers there ({_cause(error)}{said}); start one or {instead}"
    except InputError as error:
        told = str(error)
    else:
        return client
    told = without_secrets(told, settings)
    raise InputError(told if profile is None else as_profile_keys(told)) from None


def _asked_server(
    address: str | None, named: str | None, profile: str | None, *, by_plan: bool
) -> tuple[str, str]:
    """
    Return who asked for which server, and what to write to ask for another; *named* comes from the environment or the
    profile.
    """
    if profile is not None:
        return f"profile {profile} ({address or named})", "name another profile"
    if address and by_plan:
        return f"address {address}", "name another server"
    if address:
        return f"--address {address}", "leave --address out"
    if named:
        return f"TEMPORAL_ADDRESS={named}", "unset it"
    return DEFAULT_ADDRESS, "give --address HOST:PORT"


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
                f"({_one_line(error)}); set TEMPORAL_API_KEY, or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH"
            ) from None
        raise InputError(
            f"{where}: namespace {client.namespace!r} cannot be read ({_one_line(error)}); "
            "see that server's log or name another namespace"
        ) from error


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
    Return the version that the server reports.
    """
    answer = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return answer.server_version


async def namespace_id(client: Client) -> str:
    """
    Return the id of a client's namespace; it differs between servers, unless they replicate each other's namespaces.
    """
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(asked)
    return answer.namespace_info.id


def configured_address(environ: Mapping[str, str]) -> str:
    """
    Return the ``host:port`` that variables or a profile name, else that of this machine's server.

    Raises:
        InputError: A variable or the profile cannot be used.
    """
    return connect_settings(environ).get("target_host") or DEFAULT_ADDRESS


def is_shared(address: str, environ: Mapping[str, str]) -> bool:
    """
    Tell whether others may use the server at an address, as it belongs neither to this machine nor to the cluster.

    Addresses of the cluster are SERVICE.NAMESPACE.svc... and, in a pod, SERVICE.

    Args:
        address: ``host:port``.
        environ: Environment variables of this process.
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
