"""
A process beside this one that ends this one's process groups when it is gone, in whatever way it went.

What the kernel does for a child it does not do for what a child has started: of a SIGKILL a launcher's worker (``sh -c``,
``npm``, ``uv run``) would never hear.  So a guard in a session of its own holds the other end of a pipe, which closes
when this process ends, and kills the groups that are left.  It needs nothing of Linux.  What has left its group for a
session of its own is not found.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import signal
import subprocess
import sys

_END_SECONDS = 5.0
# What an interpreter may need to start; variables that tell what a process is would be false of this one.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def start_guard() -> None:
    """
    Start the guard, unless it was started before.

    Raises:
        OSError: The machine has no process or descriptor left.
    """
    _guard()


def hold_group(group: int) -> None:
    """
    Let a process group end with this process.
    """
    _tell(f"+{group}\n")


def release_group(group: int) -> None:
    """
    Forget a group that has been killed: its number may become another program's.
    """
    _tell(f"-{group}\n")


def _tell(line: str) -> None:
    with contextlib.suppress(
        BrokenPipeError
    ):  # somebody has ended the guard, and groups end without it but for SIGKILL
        os.write(_guard(), line.encode())


@functools.cache
def _guard() -> int:
    """
    Start the guard and return the descriptor that it hears on, which no child inherits.
    """
    heard, told = os.pipe()
    try:
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=heard,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            start_new_session=True,
        )
    except OSError:
        os.close(told)
        raise
    finally:
        os.close(heard)
    atexit.register(_end, guard, told)
    return told


def _end(guard: subprocess.Popen[bytes], told: int) -> None:
    os.close(told)
    try:
        guard.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:  # it kills, and waits for nobody
        guard.kill()
        guard.wait()


def _watch() -> None:
    groups = set[int]()
    for line in sys.stdin.buffer:
        (groups.add if line.startswith(b"+") else groups.discard)(int(line[1:]))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # all have ended
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    _watch()
