"""
Connects to Temporal as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_TLS_*, TEMPORAL_API_KEY and profiles say.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError

from repairshop.codec import ClientOptions
from repairshop.environment import SettingsError

DEFAULT_ADDRESS = "localhost:7233"


class ConnectionFailed(Exception):
    """
    No server answers as it should; the text is the one line to show.
    """


async def connect(options: ClientOptions, **more: Any) -> Client:
    """
    Return a connected client.

    Args:
        options: Converter and interceptors, from ``codec.client_options``.
        more: Further arguments of ``Client.connect``.

    Raises:
        SettingsError: A TEMPORAL_* variable or the profile's file cannot be used.
        ConnectionFailed: No server answers, or it refuses.
    """
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError((f"TEMPORAL_* variables or the file they name: {reason}",)) from error
    config.setdefault("target_host", DEFAULT_ADDRESS)
    try:
        return await Client.connect(**config, **options, **more)
    except ValueError as error:
        raise SettingsError(
            (f"TEMPORAL_ADDRESS={config['target_host']}: {error}; write host:port",)
        ) from error
    except (RuntimeError, RPCError) as error:
        reason = str(error).splitlines()[0]
        raise ConnectionFailed(
            f"TEMPORAL_ADDRESS={config['target_host']}: no Temporal server answers: {reason}; "
            "start one with `temporal server start-dev`, or name another"
        ) from error
