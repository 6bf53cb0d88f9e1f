"""
What limits a planted system from outside of its worker: a slow way to the server, a shared system with room for few calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def slow_way(port: int, seconds: float) -> AsyncIterator[str]:
    """
    Pass bytes on to a port of this machine, each chunk held back by so many seconds; yield where to connect.
    """

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, chunks = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()

        async def pass_on() -> None:
            while True:
                at, data = await chunks.get()
                await asyncio.sleep(at - loop.time())
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as group:
            group.create_task(pass_on())
            try:
                while data := await reader.read(65536):
                    chunks.put_nowait((loop.time() + seconds, data))
            finally:
                chunks.put_nowait((loop.time() + seconds, b""))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back), pump(onward, writer), return_exceptions=True)

    async with _serving(serve) as address:
        yield address


@contextlib.asynccontextmanager
async def shared_system(calls: int, seconds: float) -> AsyncIterator[str]:
    """
    Answer so many calls at a time, each after so many seconds; yield where to connect.
    """
    room = asyncio.Semaphore(calls)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        async with room:
            await asyncio.sleep(seconds)
        writer.write(b"y")
        await writer.drain()
        writer.close()

    async with _serving(serve) as address:
        yield address


@contextlib.asynccontextmanager
async def _serving(serve: object) -> AsyncIterator[str]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)  # type: ignore[arg-type]  # its callback
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
