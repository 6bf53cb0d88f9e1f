"""
Connects to Temporal as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS_*, TEMPORAL_API_KEY and profiles say.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.service import RPCError, RPCStatusCode

from repairshop.codec import ClientOptions
from repairshop.environment import SettingsError
from repairshop.usable_client_config import told_in_one_line, with_usable_headers

DEFAULT_ADDRESS = "localhost:7233"
# Default of the SDK.
DEFAULT_NAMESPACE = "default"
ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]+):\d{1,5}")
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0


# Texts of the SDK on a failed connect to something that answers, and what is to be done.
_MENDS = {
    "notvalidforname": "write the name in its certificate into TEMPORAL_TLS_SERVER_NAME",
    "invalidcertificate": "name the authority that signed its certificate by TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "hyper::error(": "something answers there and ends the connection, as a server does that wants "
    "TLS or a client certificate that it trusts: see TEMPORAL_TLS and TEMPORAL_TLS_CLIENT_CERT_PATH",
}
_OTHERWISE = "start one with `temporal server start-dev`, or name another"


class ConnectionFailed(Exception):
    """
    No server answers as it should; the text is the one line to show.
    """


class TemporalConnection:
    """
    How this process is connected, so that it can connect again when a certificate or a key was renewed.
    """

    def __init__(self, options: ClientOptions, **more: Any) -> None:
        """
        Prepare to connect.

        Args:
            options: Converter and interceptors, from ``codec.client_options``.
            more: Further arguments of ``Client.connect``.
        """
        self._options = options
        self._more = more
        self._config: ClientConnectConfig = {}

    async def connect(self) -> Client:
        """
        Return a connected client.

        Raises:
            SettingsError: A TEMPORAL_* variable, or a file that one of them names, cannot be used.
            ConnectionFailed: No server answers, or the server refuses.
        """
        return await self._connect(_read_config())

    async def connect_when_there(self, tell: Callable[[str], None]) -> Client:
        """
        Return a client connected to a server that has the namespace; waits for that as long as it takes.

        Files are read again for each try, so that a certificate may come later than the process.

        Args:
            tell: Gets the reason why there is no connection yet, each reason once.

        Raises:
            SettingsError: A TEMPORAL_* variable, or a file that one of them names, cannot be used.
        """
        told, wait_seconds = "", FIRST_WAIT_SECONDS
        while True:
            try:
                client = await self.connect()
                await _check_namespace(client)
            except ConnectionFailed as error:
                if str(error) != told:
                    told = str(error)
                    tell(told)
            else:
                return client
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)

    async def renew(self) -> Client | None:
        """
        Return a new client if the content of the variables and their files has changed, else ``None``.

        Raises:
            SettingsError, ConnectionFailed: The new content cannot be used, or names another namespace; the earlier
                client still works.
        """
        config = _read_config()
        if config == self._config:
            return None
        kept, asked = _namespace(self._config), _namespace(config)
        if asked != kept:
            raise SettingsError(
                (f"TEMPORAL_NAMESPACE={asked}: a running worker stays in its namespace, {kept}; restart it",)
            )
        return await self._connect(config)

    async def _connect(self, config: ClientConnectConfig) -> Client:
        address = config.get("target_host", DEFAULT_ADDRESS)
        if not ADDRESS.fullmatch(address):
            raise SettingsError(
                (
                    f"TEMPORAL_ADDRESS={address}: must be a host and a port, an IPv6 address in brackets; "
                    f"write {DEFAULT_ADDRESS} or [::1]:7233",
                )
            )
        try:
            client = await Client.connect(**{"target_host": address, **config, **self._options, **self._more})
        except ValueError as error:
            raise SettingsError((f"TEMPORAL_ADDRESS={address}: {error}; write host:port",)) from error
        except (RuntimeError, RPCError) as error:
            reason = str(error).splitlines()[0]
            mend = next((mend for text, mend in _MENDS.items() if text in reason.lower()), _OTHERWISE)
            raise ConnectionFailed(
                f"TEMPORAL_ADDRESS={address}: no Temporal server answers: {reason}; {mend}"
            ) from error
        self._config = config
        return client


def _namespace(config: ClientConnectConfig) -> str:
    return config.get("namespace", DEFAULT_NAMESPACE)


def _read_config() -> ClientConnectConfig:
    try:
        return with_usable_headers(ClientConfig.load_client_connect_config())
    except (RuntimeError, OSError, ValueError) as error:
        raise SettingsError(
            (f"TEMPORAL_* variables or the file they name: {told_in_one_line(error)}",)
        ) from None


async def _check_namespace(client: Client) -> None:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise ConnectionFailed(
                f"TEMPORAL_NAMESPACE={client.namespace}: the server has no such namespace; make it, or name another"
            ) from error
        raise ConnectionFailed(
            f"TEMPORAL_NAMESPACE={client.namespace}: cannot be used: {error.status.name.lower()}: {error.message}"
        ) from error
