"""
Files that a verb writes where its user wants them: refused before anything is measured if they cannot be written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from loadtest.errors import InputError


def demand_writable(files: Mapping[str, Path | None]) -> None:
    """
    Refuse files that cannot be written.

    Args:
        files: Flag -> the file that it names; ``None`` where it was not given.

    Raises:
        InputError: At least one cannot be written; one line for each.
    """
    told = [
        f"{flag} {path}: cannot be written: {why}; name a file in a folder that you may write to"
        for flag, path in files.items()
        if path is not None and (why := _why_not(path)) is not None
    ]
    if told:
        raise InputError("\n".join(told))


def _why_not(path: Path) -> str | None:
    try:
        if path.is_dir():
            return "it is a folder"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    except OSError as error:  # such as a name that is too long
        return error.strerror
    return None if os.access(path.parent, os.W_OK | os.X_OK) else f"the folder {path.parent} is closed"
