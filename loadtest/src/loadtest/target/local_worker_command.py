"""
The command line that starts one worker on this machine, the kit's own or the user's, and the environment variables that
give it the plan's worker settings.
"""

from __future__ import annotations

import shlex
import shutil
import sys

from loadtest.errors import InputError
from loadtest.plan import WorkerSetup

# A file of the current folder, such as a user's own `queue.py`, is no module of the kit's.
OWN_WORKER: tuple[str, ...] = (sys.executable, "-P", "-m", "repairshop")
# Shorter than any step, so that the server knows the slots of the workers that a step uses.
HEARTBEAT_SECONDS = 5


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


def plan_variables(setup: WorkerSetup, *, own_worker: bool) -> dict[str, str]:
    """
    Return ``REPAIRSHOP_*`` variables; a user's program keeps its own slots where the plan names none.

    Args:
        setup: Worker settings of the plan.
        own_worker: Whether it is the kit's own worker, which gets the kit's slots where the plan names none.
    """
    values = setup.model_dump()
    values["activity_slots"] = setup.slots if own_worker else setup.activity_slots
    return {
        "REPAIRSHOP_WORKER_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
        **{
            f"REPAIRSHOP_{name.upper()}": str(value).lower()
            for name, value in values.items()
            if value is not None
        },
    }
