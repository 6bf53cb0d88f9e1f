"""
The plan that a question makes of a user's plan and flags; its problems are reported for the flags that were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Plan, parse_plan
from loadtest.results.plan_setting import value_text


def parse_asked(document: Mapping[str, Any], verb: str, flags: Mapping[str, str]) -> Plan:
    """
    Check a plan that was made from flags.

    Args:
        document: The plan as plain data.
        verb: Verb whose question makes the plan.
        flags: Keys of the document by their paths -> the flag that has their value.

    Raises:
        InputError: One line for each problem; it begins with the flag where a flag has the problem.
    """
    try:
        return parse_plan(document, verb)
    except InputError as error:
        lines = [_of_flag(line, verb, flags) for line in str(error).splitlines()]
        raise InputError("\n".join(dict.fromkeys(lines))) from None


def _of_flag(line: str, verb: str, flags: Mapping[str, str]) -> str:
    for key, flag in flags.items():
        begins = f"{verb}: {key} = "
        if line.startswith(begins):
            value, _, told = line.removeprefix(begins).partition(": ")
            name = key.rpartition(".")[2]
            return f"{flag} {value.removesuffix('.0')}: {told.replace(f'write {name} = ', f'write {flag} ')}"
    return line


def unvaried(asked: Plan, made: Plan) -> tuple[str, ...]:
    """
    Say which factors of a user's plan a question leaves at their first values; empty where it varies all of them.

    Args:
        asked: The user's plan.
        made: The plan that the question makes of it.
    """
    told = [
        f"{path}={value_text(values[0])} (of {', '.join(map(value_text, values))})"
        for path, values in asked.factors.items()
        if len(values) > 1 and path not in made.factors
    ]
    if not told:
        return ()
    return (f"the plan varies what this run does not: {'; '.join(told)}; --set asks of another value",)
