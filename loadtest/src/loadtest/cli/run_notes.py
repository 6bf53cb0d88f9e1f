"""
What the ending of a run says beside its answer: where its page is, and what was left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def from_here(path: Path) -> Path:
    """
    Return a path as seen from the current folder, where it lies below it.
    """
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def left_out(problems: Sequence[Sequence[str]], kept: int, what: str) -> list[str]:
    """
    Say how many steps are left out and why, once for each reason; nothing where none is.

    Args:
        problems: Why, of each that is left out.
        kept: How many there are.
        what: Their name, such as ``blocks``.
    """
    if not problems:
        return []
    return [f"{len(problems)} of {kept} {what} are not valid and left out: {reasons_once(problems)}"]


def reasons_once(problems: Sequence[Sequence[str]]) -> str:
    """
    Write down each reason once.
    """
    return "; ".join(dict.fromkeys(reason for reasons in problems for reason in reasons))
