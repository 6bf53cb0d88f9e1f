"""
How a reader types a path: from the current folder, or from the root.
"""

from __future__ import annotations

from pathlib import Path

from loadtest.errors import InputError


def path_from_here(path: Path) -> Path:
    """
    Return a path relative to the current folder where it is below it, else from the root.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:  # taken away since the program began
        return path
    whole = path.resolve() if ".." in path.parts else path.absolute()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def current_folder() -> str:
    """
    Return the current folder as the files of a run name it.

    Raises:
        InputError: Its name is no text, which no file could keep.
    """
    here = str(Path.cwd())
    try:
        here.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{here}: the current folder's name is no text; work in a folder of another name"
        ) from None
    return here
