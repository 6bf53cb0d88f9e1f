"""
A server that cannot be reached is one line that says where, why and what to do.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from loadtest.connection import connect
from loadtest.errors import InputError


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        pytest.param("127.0.0.1:1", "connection refused", id="nobody listens"),
        pytest.param("no-such-host.invalid:7233", "no such host", id="no such host"),
    ],
)
async def test_nobody_there(address: str, cause: str) -> None:
    """
    The line names the flag, the address, the cause and the way out.
    """
    with pytest.raises(InputError) as refused:
        await connect(address)

    assert str(refused.value) == (
        f"--address {address}: no Temporal server answers there ({cause}); start one or leave --address out"
    )


async def test_an_address_from_the_environment_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    What came from TEMPORAL_ADDRESS is not blamed on a flag, and the way out is the variable.
    """
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    with pytest.raises(InputError, match=r"^TEMPORAL_ADDRESS=127\.0\.0\.1:1: no .*; start one or unset it$"):
        await connect()


async def test_something_else_answers() -> None:
    """
    A port where no gRPC server listens is told apart from one where nobody does.
    """

    async def http_only(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(http_only, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener:
        with pytest.raises(
            InputError, match=rf"--address 127\.0\.0\.1:{port}: .*\(what answers there is no gRPC"
        ):
            await connect(f"127.0.0.1:{port}")


@pytest.mark.server
async def test_a_namespace_that_is_not_there(server: Any) -> None:
    """
    An unknown namespace is named, with the command that makes it.
    """
    with pytest.raises(InputError, match="namespace 'nowhere' is not on that server; make it with `temporal"):
        await connect(server.address, "nowhere")


@pytest.mark.server
async def test_connected(server: Any) -> None:
    """
    A client for the namespace comes back.
    """
    client = await connect(server.address)

    assert client.namespace == "default"
