"""
Runs Docker's command line, which alone knows where the user's Docker is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from loadtest.errors import InputError, TargetError

Docker = Callable[[Sequence[str], float], Awaitable[str]]
"""
Takes the words behind ``docker`` and the seconds that it may take, and returns what was printed.
"""


class DockerError(TargetError):
    """
    Docker refused or did not answer in time.

    Attributes:
        printed: Text that the command printed on standard output in spite of the error.
    """

    def __init__(self, message: str, printed: str = "") -> None:
        super().__init__(message)
        self.printed = printed


async def docker(words: Sequence[str], seconds: float) -> str:
    """
    Run one command of Docker's.

    Args:
        words: Words after ``docker``.
        seconds: Seconds after which the command is killed.

    Returns:
        Standard output of the command.

    Raises:
        InputError: There is no Docker.
        DockerError: The command ended with an error, whose last lines are told, or did not end in time.
    """
    told = f"`docker {' '.join(words[:8])}{' ...' if len(words) > 8 else ''}`"
    try:
        # In a session of its own: Ctrl-C ends the sweep, which then restores the replicas by itself.
        process: Any = await asyncio.create_subprocess_exec(
            "docker",
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise InputError(
            "--target compose: docker: no such program on the PATH; install Docker with its compose plugin"
        ) from None
    try:
        async with asyncio.timeout(seconds):
            printed, complained = await process.communicate()
    except TimeoutError:
        raise DockerError(f"{told} did not end within {seconds:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = complained.decode(errors="replace").strip().splitlines()
        raise DockerError(
            f"{told} ended with {process.returncode}: " + "; ".join(lines[-3:]),
            printed.decode(errors="replace"),
        )
    return str(printed.decode(errors="replace"))
