"""
The plan that a question makes of a user's plan and flags, and the rounds of A B B A that a user asks of an alternation;
a plan's problems are reported for the flags that were given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Plan, parse_plan
from loadtest.results.comparison_result import FEWEST_ROUNDS
from loadtest.results.plan_setting import value_text

BLOCK_SECONDS = 15.0
CHANGE_OVER_SECONDS = 4.0
MOST_SUSPECTS = 3
RELIEF_ROUNDS, MOST_RELIEF_ROUNDS = 3, 6


@dataclass(frozen=True, slots=True)
class RoundsAsked:
    """
    What the flags say of an alternation; ``None`` where a flag was not given.

    Attributes:
        replicas: Worker replicas; ``None`` takes the plan's first count.
        block_seconds: Counted seconds of a block.
        change_over_seconds: Seconds under load before each block, which are not counted.
        rounds, most_rounds: Number of rounds before the first look, and at most.
    """

    replicas: int | None = None
    block_seconds: float | None = None
    change_over_seconds: float = CHANGE_OVER_SECONDS
    rounds: int | None = None
    most_rounds: int | None = None

    @property
    def window_seconds(self) -> float:
        """
        Counted seconds of a block, as asked or as usual.
        """
        return BLOCK_SECONDS if self.block_seconds is None else self.block_seconds

    def first_and_most(self, usual: int, usual_most: int) -> tuple[int, int]:
        """
        Return the number of rounds before the first look, and at most.

        Args:
            usual, usual_most: Values for flags that were not given; the most is never less than the rounds of the first
                look.

        Raises:
            InputError: A number is too small, or the most is less than the rounds of the first look.
        """
        first = usual if self.rounds is None else self.rounds
        most = max(usual_most, first) if self.most_rounds is None else self.most_rounds
        for flag, number in (("--rounds", first), ("--most-rounds", most)):
            if number < FEWEST_ROUNDS:
                raise InputError(f"{flag} {number}: too few for an interval; write {FEWEST_ROUNDS} or more")
        if most < first:
            raise InputError(
                f"--most-rounds {most}: fewer than the {first} rounds of the first look; write {first} or more"
            )
        return first, most


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
