"""
How a reader types a path: from the current folder, or from the root.
"""

from __future__ import annotations

from pathlib import Path


def path_from_here(path: Path) -> Path:
    """
    Return a path relative to the current folder where it is below it, else from the root.
    """
    whole = path.resolve() if ".." in path.parts else path.absolute()
    here = Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole
