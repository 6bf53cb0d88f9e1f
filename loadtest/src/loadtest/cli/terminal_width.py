"""
How wide lines of text may be where they are read.
"""

from __future__ import annotations

import shutil
import sys


def terminal_width() -> int | None:
    """
    Return the width of the terminal in characters; ``None`` where standard output is none, as a program that reads
    lines wants them whole.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns
