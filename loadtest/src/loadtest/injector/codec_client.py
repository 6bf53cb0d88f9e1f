"""
The client of one step: the injector's own, or one on the same connection that does not encrypt.
"""

from __future__ import annotations

import os

from temporalio.client import Client

from loadtest.child_environment import CODEC_KEYS, without_encryption
from loadtest.errors import InputError
from repairshop.codec import client_options


def client_of_step(client: Client, codec: bool | None) -> Client:
    """
    Return a client that encrypts as the step asks.

    Args:
        client: Client of the injector, which encrypts where its environment has keys.
        codec: Whether the step's payloads are encrypted; ``None`` leaves it to the injector.

    Raises:
        InputError: The step's payloads must be encrypted and this injector has no keys.
    """
    if codec is None or codec is (client.data_converter.payload_codec is not None):
        return client
    if codec:
        raise InputError(f"codec = true: the injectors have no keys; set {' or '.join(CODEC_KEYS)}")
    options = client.config()
    options["plugins"] = []  # they have put in their part already
    options["data_converter"] = client_options(without_encryption(os.environ))["data_converter"]
    return Client(**options)
