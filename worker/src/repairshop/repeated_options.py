"""
Options of a command line that are given more than once with different values, of which a parser would silently take
the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def repeated_options(program: Any, arguments: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """
    Return each option that takes one value and was given several: how it is written -> its values, in the order given.

    An option that may be repeated, one that takes no value, and one that says the same thing twice are not among them.

    Args:
        program: Program of typer, with its verbs.
        arguments: Words of the command line, without the program's name.
    """
    command, words = program, list(arguments)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    takes_value = {
        written: param
        for param in command.params
        if param.param_type_name == "option" and not param.is_flag and not param.count
        for written in param.opts
    }
    found: dict[str, list[str]] = {}
    while words and (word := words.pop(0)) != "--":
        written, equals, value = word.partition("=")
        param = takes_value.get(written)
        if param is None:
            continue
        if not equals:
            value = words.pop(0) if words else ""
        if not param.multiple and value not in found.setdefault(written, []):
            found[written].append(value)
    return {written: tuple(values) for written, values in found.items() if len(values) > 1}
