"""
Reads what a process in a pod writes, frame by frame as it arrives.

The client's own method collects all output before it returns any, and keeps it: a large run took minutes and its whole
size in memory.
"""

from __future__ import annotations

import json
import time
from typing import Any, BinaryIO

from kubernetes.stream.ws_client import ERROR_CHANNEL, STDERR_CHANNEL, STDOUT_CHANNEL
from websocket import ABNF, WebSocketConnectionClosedException, WebSocketTimeoutException

from loadtest.errors import TargetError

# A run is packed as fast as it is read, so a stream that is silent for this long has lost its other end.
_SILENT_SECONDS = 60.0
_LOOK_SECONDS = 5.0


def copy_output(stream: Any, file: BinaryIO) -> tuple[bytes, int | None]:
    """
    Write a process's standard output to a file until the process ends or the connection breaks.

    Args:
        stream: Stream of the Kubernetes client, for a process in a pod.
        file: File that takes the output.

    Returns:
        Standard error of the process, and its exit code; ``None`` where the connection broke before the exit code came.

    Raises:
        TargetError: No output came for a long time.
        OSError: The file cannot be written.
    """
    said, ending, heard = bytearray(), bytearray(), time.monotonic()
    stream.sock.settimeout(_LOOK_SECONDS)
    while True:
        channel, data = None, b""
        try:
            kind, frame = stream.sock.recv_data_frame(True)
        except WebSocketTimeoutException:
            kind = None
        except (WebSocketConnectionClosedException, OSError):
            return bytes(said), _exit_code(ending)
        if kind == ABNF.OPCODE_CLOSE:
            return bytes(said), _exit_code(ending)
        if kind in (ABNF.OPCODE_BINARY, ABNF.OPCODE_TEXT) and frame.data:
            channel, data = frame.data[0], frame.data[1:]
        if channel == STDOUT_CHANNEL:
            file.write(data)
        elif channel == STDERR_CHANNEL:
            said.extend(data)
        elif channel == ERROR_CHANNEL:
            ending.extend(data)
        if data:
            heard = time.monotonic()
        elif time.monotonic() - heard > _SILENT_SECONDS:
            raise TargetError(f"the copy stands still for {_SILENT_SECONDS:g} s; fetch it again")


def _exit_code(ending: bytes | bytearray) -> int | None:
    """
    Read the status with which the API server ends a stream: its cause holds the process's exit code.
    """
    try:
        status = json.loads(ending)
        return 0 if status["status"] == "Success" else int(status["details"]["causes"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return None
