"""
A step's payloads are encrypted or not as the step asks, whatever the injector's keys.
"""

from __future__ import annotations

import base64

import pytest
from temporalio.client import Client
from temporalio.converter import DataConverter

from loadtest.errors import InputError
from loadtest.injector.injector import client_of_step
from repairshop.codec import client_options

KEYS = {"REPAIRSHOP_CODEC_KEYS": f"k1={base64.b64encode(bytes(32)).decode()}"}


async def connected(*, keys: bool) -> Client:
    """
    Return an injector's client that connects to nobody.
    """
    return await Client.connect("127.0.0.1:1", lazy=True, **client_options(KEYS if keys else {}))


async def encoding(converter: DataConverter) -> str:
    """
    Return how a value travels.
    """
    (payload,) = await converter.encode(["a broken camera"])
    return payload.metadata["encoding"].decode()


@pytest.mark.parametrize(
    ("keys", "codec", "expected"),
    [
        pytest.param(True, None, "binary/encrypted", id="left-out-with-keys"),
        pytest.param(True, True, "binary/encrypted", id="on"),
        pytest.param(True, False, "json/plain", id="off"),
        pytest.param(False, None, "json/plain", id="left-out-without-keys"),
        pytest.param(False, False, "json/plain", id="off-without-keys"),
    ],
)
async def test_a_step_encrypts_as_it_asks(
    keys: bool, codec: bool | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Both kinds of steps may follow each other in one run, on one connection.
    """
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    injector = await connected(keys=keys)

    client = client_of_step(injector, codec)

    assert await encoding(client.data_converter) == expected
    assert client.service_client is injector.service_client
    assert client.namespace == injector.namespace


async def test_a_step_that_encrypts_needs_keys() -> None:
    """
    An injector without keys says so and sends nothing.
    """
    with pytest.raises(InputError, match="the injectors have no keys; set REPAIRSHOP_CODEC_KEYS"):
        client_of_step(await connected(keys=False), codec=True)
