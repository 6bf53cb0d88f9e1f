"""
Refuses flags that take one value and were given several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.errors import InputError
from repairshop.repeated_options import repeated_options

# What somebody means who gives such a flag several times to a verb that measures.
_INSTEAD: Mapping[str, str] = {
    "--scenario": "a run measures one scenario: run each by itself",
    "--replicas": "several counts have commas between, such as --replicas 1,2,4, where a verb measures several",
    "--rate": "a run has one rate; `loadtest capacity PLAN` searches the highest",
    "--address": "`loadtest compare` measures two servers, by --a-address and --b-address",
    "--worker-command": "`loadtest compare` measures two, by --a-worker-command and --b-worker-command",
    "--server-metrics": "several pages have commas between",
    "--server-services": "several services have commas between",
}


def refuse_repeated_flags(program: Any, arguments: Sequence[str]) -> None:
    """
    Refuse a command line that gives a flag two values, of which only the last would count.

    Args:
        program: Program of typer, with its verbs.
        arguments: Words of the command line.

    Raises:
        InputError: One line for each such flag, with its values.
    """
    measures = arguments[:1] != ["clean"]
    told = []
    for flag, values in repeated_options(program, arguments).items():
        written = " ".join(f"{flag} {value}" for value in values)
        instead = _INSTEAD.get(flag) if measures else None
        told.append(f"{written}: this flag takes one value; {instead or 'leave all but one out'}")
    if told:
        raise InputError("\n".join(told))
