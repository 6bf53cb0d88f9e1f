"""
Writes text in a visibility query.
"""

from __future__ import annotations


def quoted(text: str) -> str:
    """
    Return a text as a literal of a visibility query, whatever characters it has.
    """
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
