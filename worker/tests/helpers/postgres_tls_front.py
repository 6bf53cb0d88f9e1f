"""
TLS before a PostgreSQL that was built without it: the driver's own negotiation and handshake, and its bytes handed on.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tls_proxy import Party

# Length and code of the driver's first message, by which it asks for TLS.
_ASKS_FOR_TLS = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@asynccontextmanager
async def tls_before(socket: Path, shown: Party) -> AsyncIterator[int]:
    """
    Serve on a port of loopback, which is given, for as long as the block lasts.

    Args:
        socket: Unix socket of the PostgreSQL.
        shown: The server's certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown.certificate, shown.key)

    served: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.create_task(serve(reader, writer)))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A driver that refuses the certificate, or asks in clear text, is gone again.
        with suppress(OSError, EOFError):
            if await reader.readexactly(len(_ASKS_FOR_TLS)) == _ASKS_FOR_TLS:
                writer.write(b"S")
                await writer.start_tls(context)
                behind_reader, behind_writer = await asyncio.open_unix_connection(socket)
                await asyncio.gather(_hand_on(reader, behind_writer), _hand_on(behind_reader, writer))
        await _close(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        server.close()
        await asyncio.gather(*served)


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(65536):
            writer.write(content)
            await writer.drain()
    await _close(writer)


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
