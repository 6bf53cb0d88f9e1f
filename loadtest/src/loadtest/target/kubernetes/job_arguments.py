"""
The command line of a Job: what its chart says, and in its place what was submitted.
"""

from __future__ import annotations

from collections.abc import Sequence

# Flags that may be repeated; those of the first line give a key its value, of which there is one.
_OF_KEYS = ("--set", "--factor")
_LISTS = ("--a", "--b", "--gate")


def with_submitted(template: Sequence[str], submitted: Sequence[str]) -> list[str]:
    """
    Return the chart's arguments without those that are submitted with another value, and the submitted ones after
    them, as the program takes each flag once.

    Args:
        template: Arguments of the chart, as ``--flag=value`` or as two words.
        submitted: Arguments that were submitted, as ``--flag=value``.
    """
    replaced = {name for one in submitted if (name := _name(one)) is not None}
    kept: list[str] = []
    is_value = False
    for one, following in zip(template, [*template[1:], "--"], strict=True):
        if is_value:
            is_value = False
            continue
        two_words = one.startswith("--") and "=" not in one and not following.startswith("--")
        if _name(f"{one}={following}" if two_words else one) in replaced:
            is_value = two_words
        else:
            kept.append(one)
    return [*kept, *submitted]


def _name(argument: str) -> str | None:
    """
    Return what an argument gives a value to; ``None`` for one that may stand beside others.
    """
    flag, _, value = argument.partition("=")
    if flag in _OF_KEYS:
        return f"{flag}={value.partition('=')[0]}"
    return None if flag in _LISTS or not flag.startswith("--") else flag
