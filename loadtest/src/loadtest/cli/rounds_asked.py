"""
The rounds of A B B A that a user asks of an alternation.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.results.comparison_result import FEWEST_ROUNDS

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
