"""
The command line that starts one worker on this machine: the kit's own, or the user's.
"""

from __future__ import annotations

import shlex
import shutil
import sys

from loadtest.errors import InputError

# A file of the current folder, such as a user's own `queue.py`, is no module of the kit's.
OWN_WORKER: tuple[str, ...] = (sys.executable, "-P", "-m", "repairshop")


def parse_worker_command(text: str | None) -> tuple[str, ...]:
    """
    Split ``--worker-command`` as a shell does; ``None`` is the kit's own worker.

    Raises:
        InputError: The text is empty, cannot be split, or names a program that does not exist.
    """
    if text is None:
        return OWN_WORKER
    try:
        command = tuple(shlex.split(text))
    except ValueError as error:
        raise InputError(f"--worker-command {text!r}: {error}; quote it as for a shell") from None
    if not command or shutil.which(command[0]) is None:
        raise InputError(
            f"--worker-command {text!r}: no such program; give a command line that starts one worker"
        )
    return command
