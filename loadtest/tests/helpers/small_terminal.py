"""
A terminal of a given width, for programs that draw what fits.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Sequence
from pathlib import Path


def shown_on_terminal(command: Sequence[str | Path], columns: int, folder: Path) -> list[str]:
    """
    Return the lines that a program writes to a terminal of so many columns.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    named = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    with subprocess.Popen(command, cwd=folder, env=named, stdin=subprocess.DEVNULL, stdout=theirs):
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(ours, 65536):
                told += piece
        except OSError:  # how Linux tells that the other side is closed
            pass
    os.close(ours)
    return told.decode().replace("\r\n", "\n").splitlines()
