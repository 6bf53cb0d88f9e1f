"""
Refuses keys of a plan that a command line gives more than one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError


@dataclass(frozen=True, slots=True)
class GivenKey:
    """
    A key of a plan with the value that a flag gives it.

    Attributes:
        flag: The flag with its value, as it was written.
        path: Path of the key.
        value: The value.
    """

    flag: str
    path: tuple[str, ...]
    value: Any


def refuse_repeated_keys(given: Sequence[GivenKey]) -> None:
    """
    Refuse flags of which a later one would undo an earlier one; saying the same thing twice does no harm.

    A later flag that sets a key within an earlier one's table adds to it, and undoes nothing.

    Raises:
        InputError: One line for each flag that would have no effect.
    """
    told = [
        f"{first.flag} and {later.flag}: both set {'.'.join(later.path)}, and only the last would count; leave one of the two out"
        for index, first in enumerate(given)
        for later in given[index + 1 :]
        if first.path[: len(later.path)] == later.path
        and (first.path, first.value) != (later.path, later.value)
    ]
    if told:
        raise InputError("\n".join(told))
