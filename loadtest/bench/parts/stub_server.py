"""
A Temporal frontend that does nothing, as fast as Python can: it measures the generator, not a server.

It speaks just enough HTTP/2 to answer every gRPC call with the same bytes, which read as a
StartWorkflowExecutionResponse and as a GetSystemInfoResponse alike, so that it need not even look which call
it is.  About 15 us a call, where a gRPC server of Python needs 250.  It can hold all answers for a while,
as a server does that is busy with something else.

    python stub_server.py [--pause-after S --pause-seconds S] [--arrivals FILE]

It prints its port, and at SIGTERM writes the time of each start (unix seconds, one a line) to FILE.
"""

from __future__ import annotations

import argparse
import array
import asyncio
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import cast

import uvloop

_PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _WINDOW = 0x0, 0x1, 0x3, 0x4, 0x6, 0x8
_END_STREAM, _END_HEADERS, _ACK = 0x1, 0x4, 0x1
_WIDEST = 2**31 - 1


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """
    A header field that HPACK leaves as it is.
    """
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


# Field 1 is the run id of a start and the version of a system info; field 3 says that it was started.
_MESSAGE = b"\x0a\x24" + b"0" * 36 + b"\x18\x01"
_BODY = b"\x00" + struct.pack(">I", len(_MESSAGE)) + _MESSAGE
_ANSWER_HEADERS = b"\x88" + _literal(b"content-type", b"application/grpc")
_TRAILERS = _literal(b"grpc-status", b"0")
# All of an answer but its three stream numbers.
_PARTS = (
    _frame(_HEADERS, _END_HEADERS, 0, _ANSWER_HEADERS)[:5],
    _ANSWER_HEADERS + _frame(_DATA, 0, 0, _BODY)[:5],
    _BODY + _frame(_HEADERS, _END_STREAM | _END_HEADERS, 0, _TRAILERS)[:5],
    _TRAILERS,
)


class Pause:
    """
    A span in which nothing is answered; it counts from the first start.
    """

    def __init__(self, after: float, seconds: float) -> None:
        self._after = after
        self._seconds = seconds
        self._first: float | None = None

    def remaining(self, at: float) -> float:
        """
        How long an answer has to wait.
        """
        if not self._seconds:
            return 0.0
        if self._first is None:
            self._first = at
        since = at - self._first
        return (
            self._after + self._seconds - since if self._after <= since < self._after + self._seconds else 0.0
        )


class Connection(asyncio.Protocol):
    """
    One client.
    """

    def __init__(self, pause: Pause, arrivals: array.array[float]) -> None:
        self._pause = pause
        self._arrivals = arrivals
        self._buffer = bytearray()
        self._greeted = False
        self._calls = 0
        self._reset: set[int] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class
        wide = struct.pack(">HI", 0x4, _WIDEST)  # the initial window of a stream
        self._transport.write(
            _frame(_SETTINGS, 0, 0, wide) + _frame(_WINDOW, 0, 0, struct.pack(">I", _WIDEST - 65535))
        )

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        position = 0
        if not self._greeted:
            if len(buffer) < _PREFACE:
                return
            position, self._greeted = _PREFACE, True
        answers: list[bytes] = []
        while len(buffer) - position >= 9:
            length = int.from_bytes(buffer[position : position + 3], "big")
            if len(buffer) - position - 9 < length:
                break
            kind, flags = buffer[position + 3], buffer[position + 4]
            stream = bytes(buffer[position + 5 : position + 9])
            payload = position + 9
            position = payload + length
            if kind == _DATA:
                if flags & _END_STREAM:
                    self._call(stream, answers)
            elif kind == _SETTINGS and not flags & _ACK:
                answers.append(_frame(_SETTINGS, _ACK, 0, b""))
            elif kind == _PING and not flags & _ACK:
                answers.append(_frame(_PING, _ACK, 0, bytes(buffer[payload:position])))
            elif kind == _RESET:
                self._reset.add(int.from_bytes(stream, "big"))
        del buffer[:position]
        if answers:
            self._transport.write(b"".join(answers))

    def _call(self, stream: bytes, answers: list[bytes]) -> None:
        self._calls += 1
        first, second, third, fourth = _PARTS
        answer = b"".join((first, stream, second, stream, third, stream, fourth))
        if self._calls == 1:  # the system info that every client asks for when it connects
            answers.append(answer)
            return
        at = time.time()
        self._arrivals.append(at)
        wait = self._pause.remaining(at)
        if wait > 0:
            asyncio.get_running_loop().call_later(wait, self._late, int.from_bytes(stream, "big"), answer)
        else:
            answers.append(answer)

    def _late(self, stream: int, answer: bytes) -> None:
        if stream not in self._reset and not self._transport.is_closing():
            self._transport.write(answer)


async def serve(pause: Pause, arrivals: array.array[float]) -> None:
    """
    Answer until SIGTERM.
    """
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    server = await loop.create_server(lambda: Connection(pause, arrivals), sock=listener)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with server:
        await ended.wait()


def main() -> None:
    """
    Serve.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pause-after", type=float, default=0.0)
    parser.add_argument("--pause-seconds", type=float, default=0.0)
    parser.add_argument("--arrivals", type=Path)
    options = parser.parse_args()
    arrivals = array.array("d")
    uvloop.run(serve(Pause(options.pause_after, options.pause_seconds), arrivals))
    if options.arrivals is not None:
        options.arrivals.write_text("".join(f"{at:.6f}\n" for at in arrivals))


if __name__ == "__main__":
    main()
