"""
The one way to a Temporal server: temporalio's own settings, and an error that names what to mend.

It decides nothing of what is asked over the connection.
"""

from __future__ import annotations

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import InputError

DEFAULT_ADDRESS = "127.0.0.1:7233"

# What the SDK's texts say of a failed connect, and how we say it to people.
_CAUSES = {
    "connection refused": "connection refused",
    "failed to lookup address": "no such host",
    "timed out": "it did not answer in time",
    "deadline": "it did not answer in time",
    "certificate": "TLS failed: its certificate is not trusted here",
    "unauthenticated": "the credentials are not accepted",
    "permissiondenied": "the credentials are not accepted",
    "http2 error": "what answers there is no gRPC server",
    "http status code": "what answers there is no gRPC server",
    "broken pipe": "what answers there is no gRPC server",
    "connection closed": "what answers there is no gRPC server",
    "connection reset": "what answers there is no gRPC server",
}


async def connect(address: str | None = None, namespace: str | None = None) -> Client:
    """
    Connect by temporalio's environment variables and profile file, and look that the namespace is there.

    Args:
        address: ``host:port`` that the user gave; ``None`` leaves it to the environment.
        namespace: Likewise.

    Raises:
        InputError: No server answers there, or it has no such namespace.
    """
    settings = ClientConfig.load_client_connect_config()
    named = settings.get("target_host")
    if address:
        where, instead = f"--address {address}", "leave --address out"
    elif named:
        where, instead = f"TEMPORAL_ADDRESS={named}", "unset it"
    else:
        where, instead = DEFAULT_ADDRESS, "give --address HOST:PORT"
    settings["target_host"] = address or named or DEFAULT_ADDRESS
    if namespace:
        settings["namespace"] = namespace
    try:
        client = await Client.connect(**settings)
    except RuntimeError as error:
        raise InputError(
            f"{where}: no Temporal server answers there ({_cause(error)}); start one or {instead}"
        ) from error
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise InputError(
                f"{where}: namespace {client.namespace!r} is not on that server; "
                f"make it with `temporal operator namespace create -n {client.namespace}` or name another"
            ) from None
        raise InputError(
            f"{where}: namespace {client.namespace!r} cannot be read ({error.message})"
        ) from error
    return client


def _cause(error: RuntimeError) -> str:
    text = str(error)
    for sign, meaning in _CAUSES.items():
        if sign in text.lower():
            return meaning
    return text.removeprefix("Failed client connect: ")


async def server_version(client: Client) -> str:
    """
    Return what the server says of its version.
    """
    answer = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return answer.server_version
