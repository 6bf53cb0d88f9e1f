"""
The number of rounds of A B B A that a user asks of an alternation.
"""

from __future__ import annotations

from loadtest.errors import InputError
from loadtest.results.comparison_result import FEWEST_ROUNDS

CHANGE_OVER_SECONDS = 4.0
MOST_SUSPECTS = 3


def rounds_asked(rounds: int | None, most_rounds: int | None, usual: int, usual_most: int) -> tuple[int, int]:
    """
    Return the number of rounds before the first look, and at most.

    Args:
        rounds, most_rounds: Values of ``--rounds`` and ``--most-rounds``; ``None`` where the flag was not given.
        usual, usual_most: Values for flags that were not given; the most is never less than the rounds of the first
            look.

    Raises:
        InputError: A number is too small, or the most is less than the rounds of the first look.
    """
    first = usual if rounds is None else rounds
    most = max(usual_most, first) if most_rounds is None else most_rounds
    for flag, number in (("--rounds", first), ("--most-rounds", most)):
        if number < FEWEST_ROUNDS:
            raise InputError(f"{flag} {number}: too few for an interval; write {FEWEST_ROUNDS} or more")
    if most < first:
        raise InputError(
            f"--most-rounds {most}: fewer than the {first} rounds of the first look; write {first} or more"
        )
    return first, most
