"""
A server that cannot be reached is one line that says where, why and what to do.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

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


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        pytest.param(
            {"TEMPORAL_PROFILE": "staging"},
            r"^TEMPORAL_PROFILE=staging: cannot be used \(.*staging.* not found\)",
            id="no such profile",
        ),
        pytest.param(
            {"TEMPORAL_TLS_CLIENT_CERT_PATH": "/no/tls.crt", "TEMPORAL_TLS_CLIENT_KEY_PATH": "/no/tls.key"},
            r"^/no/tls\.crt: cannot be read .*TEMPORAL_TLS_CLIENT_CERT_PATH",
            id="no such certificate",
        ),
        pytest.param(
            {"TEMPORAL_TLS_SERVER_CA_CERT_DATA": "not a certificate"},
            r"^--address 127\.0\.0\.1:1: .*TEMPORAL_TLS_SERVER_CA_CERT_DATA",
            id="no certificate in it",
        ),
        pytest.param(
            {"TEMPORAL_TLS_CLIENT_CERT_DATA": "half of a pair"},
            r"TEMPORAL_TLS_CLIENT_CERT_DATA",
            id="a certificate without its key",
        ),
        pytest.param(
            {"TEMPORAL_CONFIG_FILE": "BROKEN"}, r"TEMPORAL_CONFIG_FILE: cannot be used", id="no TOML"
        ),
    ],
)
async def test_a_setting_that_cannot_be_used_is_one_line(
    environ: dict[str, str], told: str, tmp_path: Path
) -> None:
    """
    Whatever temporalio raises, the line names the variable and the program ends with 2.
    """
    broken = tmp_path / "temporal.toml"
    broken.write_text("[profile", encoding="utf-8")
    given = {name: str(broken) if value == "BROKEN" else value for name, value in environ.items()}

    with pytest.raises(InputError, match=told) as refused:
        await connect("127.0.0.1:1", environ=given)

    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:port", "127.0.0.1:99999", "a b:1"])
async def test_an_address_that_is_none(address: str) -> None:
    """
    It is refused with the address as given.
    """
    with pytest.raises(InputError, match=f"--address {address}: "):
        await connect(address, environ={})


@pytest.mark.server
async def test_a_key_that_turns_tls_on_is_named(server: Any) -> None:
    """
    A server without TLS and a key in the environment: the line names the variable and not its value.
    """
    with pytest.raises(InputError, match=r"speaks no TLS; TEMPORAL_API_KEY had a say") as refused:
        await connect(server.address, environ={"TEMPORAL_API_KEY": "secret-of-the-user"})

    assert "secret-of-the-user" not in str(refused.value)


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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param(
            "InvalidCertificate(BadSignature)",
            "signed by another authority of the same name; TEMPORAL_TLS_SERVER_CA_CERT_PATH",
            id="an-authority-that-was-made-anew",
        ),
        pytest.param(
            'hyper::Error(Io, Custom { kind: BrokenPipe, error: "stream closed because of a broken pipe" })',
            "or it wants TLS or a client certificate that it trusts",
            id="no-client-certificate",
        ),
        pytest.param(
            'Custom { kind: UnexpectedEof, error: "peer closed connection without sending TLS close_notify" }',
            "or it wants TLS or a client certificate that it trusts",
            id="a-strangers-client-certificate",
        ),
    ],
)
async def test_a_server_that_wants_certificates(
    monkeypatch: pytest.MonkeyPatch, said: str, told: str
) -> None:
    """
    The SDK's texts, as seen with a proxy that demands a client certificate, lead to the variable to set.
    """

    async def refuse(*_: Any, **__: Any) -> Client:
        raise RuntimeError(f"Failed client connect: {said}")

    monkeypatch.setattr(Client, "connect", refuse)

    with pytest.raises(InputError) as refused:
        await connect("temporal.example:7233")

    assert told in str(refused.value)


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
