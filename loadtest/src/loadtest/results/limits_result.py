"""
The result of a search for what limits a setting: ``limits.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from loadtest.results.comparison_result import QuantityComparison
from loadtest.results.suspect import Suspect


class LimitsAnswer(StrEnum):
    """
    How sure the answer is.
    """

    PROVED = "proved"
    NAMED = "named, not relieved here"
    NOT_FOUND = "not found"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class TriedRelief:
    """
    One suspect that was relieved alone.

    Attributes:
        suspect: Suspect that was relieved.
        relief: Change that relieved it, such as ``6 activity slots``.
        throughput: Throughput of the relieved blocks (B) against that of the others (A).
    """

    suspect: Suspect
    relief: str
    throughput: QuantityComparison


@dataclass(frozen=True, slots=True)
class LimitsResult:
    """
    The result of a search for the limit.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        answer: How sure the answer is: proved by relief, named by its readings alone, not found, or cannot tell.
        limits: The suspects that the answer names; two or more are "A or B".
        why_not_relieved: Why the kit relieved none of them; null where one was relieved.
        tried: Suspects that were relieved, in order.
        ranking: Suspects of the first step, the likeliest first.
        next: First suspect once the limit is relieved; null where there is none or no limit was proved.
        problem: Why the limit cannot be told; null where it can.
        warnings: Warnings to read before the numbers.
    """

    schema: Literal[1]
    run: str
    answer: LimitsAnswer
    limits: tuple[Suspect, ...]
    why_not_relieved: str | None
    tried: tuple[TriedRelief, ...]
    ranking: tuple[Suspect, ...]
    next: Suspect | None
    problem: str | None
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """
        0 if the limit is proved, or named where the kit cannot relieve it; else 3.
        """
        return 0 if self.answer in (LimitsAnswer.PROVED, LimitsAnswer.NAMED) else 3
