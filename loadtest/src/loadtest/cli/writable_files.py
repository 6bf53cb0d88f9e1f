"""
Files that a verb writes where its user wants them: refused before anything is measured if they cannot be written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from loadtest.errors import InputError

_DEVICES = Path("/dev")


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
    named: dict[Path, str] = {}
    for flag, path in files.items():
        if path is not None and (first := named.setdefault(path.absolute(), flag)) != flag:
            told.append(f"{flag} {path}: {first} names the same file; give each its own")
    if told:
        raise InputError("\n".join(told))


def _why_not(path: Path) -> str | None:
    try:
        if path.is_dir():
            return "it is a folder"
        # It is written under another name that then takes its place: a pipe or a terminal would be gone.
        if path.parent.absolute() == _DEVICES or (path.exists() and not path.is_file()):
            return "it is no regular file"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    except OSError as error:  # such as a name that is too long
        return error.strerror
    return None if os.access(path.parent, os.W_OK | os.X_OK) else f"the folder {path.parent} is closed"
