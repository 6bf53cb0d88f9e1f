"""
Which flags a user gave, and the refusal of those that would have no effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import typer

from loadtest.errors import InputError


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
