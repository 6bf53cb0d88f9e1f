"""
So many /metrics pages of workers on loopback, each on a port of its own, with counters that grow each second.

``python growing_metrics_pages.py COUNT PAGE_FILE SECONDS`` prints the ports in one line of JSON and serves until it is ended.
A page is real, as a worker served it once; its counters grow by themselves each second, so that buckets stay cumulative.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path

_COUNTED = re.compile(r"(_total|_bucket|_sum|_count|_completed|_succeeded)(\{|$)|process_cpu_seconds")


def grown(page: str, second: int) -> bytes:
    """
    Return the page as it is so many seconds later.
    """
    lines = []
    for line in page.splitlines():
        identity, _, value = line.rpartition(" ")
        if line and not line.startswith("#") and _COUNTED.search(identity):
            line = f"{identity} {float(value) * (1 + second):.17g}"
        lines.append(line)
    return "\n".join(lines).encode() + b"\n"


async def serve(count: int, page: str, seconds: int) -> None:
    pages = [grown(page, second) for second in range(seconds)]
    started = time.monotonic()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = pages[min(int(time.monotonic() - started), seconds - 1)]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    servers = [await asyncio.start_server(answer, "127.0.0.1", 0) for _ in range(count)]
    sys.stdout.write(json.dumps([server.sockets[0].getsockname()[1] for server in servers]) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8"), int(sys.argv[3])))
