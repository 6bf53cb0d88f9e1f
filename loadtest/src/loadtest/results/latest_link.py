"""
The link ``latest`` in a folder of runs, which points at the run that kept a step last.
"""

from __future__ import annotations

import os
from pathlib import Path

from loadtest.errors import InputError

LATEST = "latest"


def demand_latest(output: Path) -> None:
    """
    Refuse a folder of runs in which the link cannot be made, before a step is measured for it.

    Args:
        output: The existing folder of runs.

    Raises:
        InputError: Something else has the link's name, as in a copy that followed links, or links cannot be made there.
    """
    link, probe = output / LATEST, _beside(output)
    if not link.is_symlink() and link.exists():
        raise InputError(
            f"{link}: no link, and runs make one of that name to the latest of them; rename it, or name another folder "
            "with --output"
        )
    try:
        probe.unlink(missing_ok=True)
        probe.symlink_to(LATEST)
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"{output}: no link can be made in it ({error.strerror or error}), and runs make one to the latest of them; "
            "name another folder with --output"
        ) from None


def point_latest(run: Path) -> None:
    """
    Point the link beside a run's folder at that folder; a reader sees the old target or the new one.

    Raises:
        OSError: The folder of runs cannot be written.
    """
    temporary = _beside(run.parent)
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(run.name)
    try:
        temporary.replace(run.with_name(LATEST))
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def why_no_run(path: Path) -> str:
    """
    Say why a path leads to no folder, and what to name instead; for a link, also where it leads.

    Args:
        path: Path as the user gave it.
    """
    if path.is_symlink():
        return f"it points at {path.readlink()}, which is gone; name the folder of another run"
    if path.name == LATEST:
        return "there is no such folder; `loadtest sweep PLAN` makes it, or name the folder of a run"
    return f"there is no such folder; name one that `loadtest sweep` made, such as results/{LATEST}"


def _beside(output: Path) -> Path:
    return output / f".{LATEST}.{os.getpid()}"
