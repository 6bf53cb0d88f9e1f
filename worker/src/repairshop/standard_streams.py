"""
Standard output and error of a program whose reader may leave, which neither ends a measurement nor changes the verdict.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# The reader has read enough, like `head`, or the terminal was closed: nobody is left to be told.
_NOBODY_READS = (errno.EPIPE, errno.EIO)


class UnbreakableOutput(io.RawIOBase):
    """
    Writes to a descriptor as long as that is possible; later output is dropped.
    """

    def __init__(self, descriptor: int, name: str) -> None:
        """
        Args:
            descriptor: File descriptor, 1 or 2.
            name: Name of the stream in the message that it cannot be written.
        """
        self._descriptor = descriptor
        self._name = name

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int | None:
        """
        Write what can be written; ``None`` where the descriptor does not wait.
        """
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return None
        except OSError as error:
            self._leave(error)
            return memoryview(data).nbytes

    def _leave(self, error: OSError) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._descriptor)
        os.close(nowhere)
        if error.errno not in _NOBODY_READS and self._descriptor == 1:
            sys.stderr.write(f"{self._name}: cannot be written: {error.strerror}\n")


def take_standard_streams() -> None:
    """
    Make standard output and error streams that no reader can end, even if they were closed when the program began.

    A terminal may lack characters that a report or a path has; others replace them.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:  # begun with it closed: the next file opened would take its number
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = _text(1, "standard output", sys.stdout, "replace")
    sys.stderr = _text(2, "standard error", sys.stderr, "backslashreplace")


def _text(descriptor: int, name: str, before: TextIO | None, errors: str) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(UnbreakableOutput(descriptor, name)),
        encoding=before.encoding if before is not None else "utf-8",
        errors=errors,
        line_buffering=descriptor == 2 or os.isatty(descriptor),
    )
