"""
Which flags a user gave, and the refusal of those that would have no effect, such as the first of two values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import typer

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


def given_flags(context: typer.Context) -> dict[str, str]:
    """
    Return the flags on the command line: name of the parameter -> how the flag is written.
    """
    written: dict[str, str] = {}
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name) if parameter.name else None
        if parameter.name and source is not None and source.name == "COMMANDLINE":
            option = max(parameter.opts, key=len)
            written[parameter.name] = (
                option if option.startswith("-") else str(context.params[parameter.name])
            )
    return written


def refuse_idle(given: Mapping[str, str], idle: Collection[str], reason: str) -> None:
    """
    Refuse flags that would have no effect.

    Args:
        given: Flags as ``given_flags`` returns them.
        idle: Names of parameters without effect here.
        reason: Why, and what to do instead.

    Raises:
        InputError: At least one was given; one line for each.
    """
    told = [f"{flag}: {reason}" for name, flag in given.items() if name in idle]
    if told:
        raise InputError("\n".join(told))


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
