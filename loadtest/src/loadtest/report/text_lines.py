"""
Sentences and tables as lines that fit a terminal's width.

A sentence is broken between words. A table that is too wide gets its last column of text broken, or is continued below
with the columns that name a row beside the others.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence

# A last column of text that is narrower is not broken: its words would stand one below the other.
_LEAST_TEXT = 20
_GAP = "  "


def fitted(line: str, width: int | None) -> list[str]:
    """
    Return a sentence as lines of a width, each as far from the left as the sentence was.

    Args:
        line: Sentence, with the spaces before it.
        width: Width of the terminal in characters; ``None`` leaves the sentence as it is.
    """
    if width is None or len(line) <= width:
        return [line]
    text = line.lstrip()
    indent = " " * (len(line) - len(text))
    kept = textwrap.wrap(
        text.replace(" %", "\N{NO-BREAK SPACE}%"),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [one.replace("\N{NO-BREAK SPACE}", " ") for one in kept]


def text_table(
    rows: Sequence[Sequence[str]],
    width: int | None,
    *,
    left: Collection[int],
    keys: int = 1,
    ruled_below: int | None = None,
) -> list[str]:
    """
    Return a table as lines of a width.

    Args:
        rows: Texts of each row, the heads first.
        width: Width of the terminal in characters; ``None`` is as wide as needed.
        left: Columns that are set to the left; the others are set to the right.
        keys: Number of columns that name a row; a table that is continued repeats them.
        ruled_below: Number of rows that are heads, with a rule below; ``None`` for no rule.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    last = len(widths) - 1
    room = 0 if width is None else width - sum(widths[:last]) - len(_GAP) * last
    if width is not None and widths[last] > room >= _LEAST_TEXT and last in left:
        rows = [line for row in rows for line in _with_text_broken(row, room)]
        widths[last] = room
    lines: list[str] = []
    for piece in _pieces(widths, keys, width):
        drawn = [_line(row, piece, widths, left) for row in rows]
        if ruled_below is not None:
            drawn.insert(ruled_below, "-" * max(map(len, drawn)))
        lines += [""] * bool(lines) + drawn
    return lines


def _with_text_broken(row: Sequence[str], room: int) -> list[list[str]]:
    *before, text = row
    first, *rest = textwrap.wrap(text, room) or [""]
    return [[*before, first], *([*[""] * len(before), one] for one in rest)]


def _pieces(widths: Sequence[int], keys: int, width: int | None) -> list[list[int]]:
    """
    Return the columns of each piece of a table: those that name a row, and as many others as have room.
    """
    named = list(range(keys))
    pieces = [[*named]]
    for column in range(keys, len(widths)):
        tried = [*pieces[-1], column]
        taken = sum(widths[each] for each in tried) + len(_GAP) * (len(tried) - 1)
        if width is not None and taken > width and len(pieces[-1]) > keys:
            pieces.append([*named, column])
        else:
            pieces[-1] = tried
    return pieces


def _line(row: Sequence[str], piece: Sequence[int], widths: Sequence[int], left: Collection[int]) -> str:
    cells = (
        row[each].ljust(widths[each]) if each in left else row[each].rjust(widths[each]) for each in piece
    )
    return _GAP.join(cells).rstrip()
