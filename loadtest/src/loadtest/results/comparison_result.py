"""
The result of comparing two settings that were run in alternation: ``comparison.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

QUANTITY_NAMES = (
    "throughput",
    "late",
    "wait",
    "end-to-end",
    "worker-cpu",
    "server-cpu",
    "worker-memory",
    "actions",
    "state-transitions",
)
MONEY = "money"
"""
The quantity that is compared where the user gave prices.
"""

FEWEST_ROUNDS = 3


class Standing(StrEnum):
    """
    How setting B compares with setting A in one quantity.
    """

    BETTER = "better"
    WORSE = "worse"
    SAME = "the same"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class QuantityComparison:
    """
    The comparison of B with A in one quantity.

    Attributes:
        quantity: Name of the quantity, such as ``throughput``.
        unit: Unit of the quantity's values.
        a, b: Geometric means of the two settings over their blocks; null where no block told the quantity.
        standing: Better, worse, the same within the margin, or cannot tell.
        ratio, low, high: Ratio of B over A with its 95 % interval; null where too few rounds told it.
        rounds: Number of rounds that told the quantity.
        rounds_wanted: Number of rounds in all that would decide; null where it is decided or not known.
        why: Why it cannot be told; empty where it can.
        rounds_are: What a round is called: ``round`` of A B B A, or ``pair`` of steps of two finished runs.
    """

    quantity: str
    unit: str
    a: float | None
    b: float | None
    standing: Standing
    ratio: float | None
    low: float | None
    high: float | None
    rounds: int
    rounds_wanted: int | None
    why: str = ""
    rounds_are: str = "round"


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """
    The result of a comparison.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder; for two finished runs, both names.
        a, b: The two settings as texts.
        gate: The quantities that decide the exit code.
        same_within_ratio: Differences up to this share are "the same".
        quantities: Comparison of each quantity.
        rounds: Number of rounds of A B B A, or of pairs of steps of two finished runs, that are whole and valid.
        warnings: Warnings to read before the numbers.
    """

    schema: Literal[1]
    run: str
    a: str
    b: str
    gate: tuple[str, ...]
    same_within_ratio: float
    quantities: tuple[QuantityComparison, ...]
    rounds: int
    warnings: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """
        1 if B is worse in a quantity of the gate, else 3 if one cannot be told, else 0.
        """
        found = {one.standing for one in self.quantities if one.quantity in self.gate}
        if Standing.WORSE in found:
            return 1
        return 3 if Standing.UNKNOWN in found or not found else 0
