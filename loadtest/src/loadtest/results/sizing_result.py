"""
What a rate needs, told from the steps of a run: the answer of ``loadtest size``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from loadtest.results.sweep_result import Interval


class Basis(StrEnum):
    """
    What an answer stands on: steps on both sides of it, steps below it alone, or nothing.
    """

    MEASURED = "measured"
    BEYOND = "beyond"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sized:
    """
    One quantity at the asked rate.

    Attributes:
        quantity: Its name, such as ``worker cores``.
        unit: Of the value.
        needed: The value with its interval, which at 95 % holds at once with those of the whole answer; null where it is refused.
        basis: Whether it lies inside what was measured.
        why: How far beyond it lies, or why it is refused and which step to add; empty inside.
    """

    quantity: str
    unit: str
    needed: Interval | None
    basis: Basis
    why: str = ""


@dataclass(frozen=True, slots=True)
class SizedCost:
    """
    What a part takes when idle, and what one more order adds.

    Attributes:
        part: ``worker`` or ``server``.
        idle_cores: Of one replica, or of the server; null where it is not known.
        marginal_seconds: CPU seconds of one more order; null where it is not known.
        why: Why it is not known; empty where it is.
    """

    part: str
    idle_cores: Interval | None
    marginal_seconds: Interval | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Priced:
    """
    What one quantity costs with the user's own prices.

    Attributes:
        item: Which key of the price table.
        per_month: Money of a month of 730 hours at the rate; null where the quantity is not known.
        why: Why it is not known; empty where it is.
    """

    item: str
    per_month: Interval | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SizingResult:
    """
    Everything that is said of a rate.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        setting: Values of the plan's factors; empty where it has none.
        arrival_rate: Orders per second that are asked for.
        slo: The bounds that the replicas keep, in words.
        replicas, quantities: What the rate needs.
        costs: CPU of each part.
        contention: How much of a replica's throughput others take, in words.
        actions_per_order: By kind, of the server's counter; empty where it has none.
        currency: Of the prices; null without a price table.
        prices: One for each price of the user's table; the last is the sum.
        notes: What a reader should know before the numbers.
    """

    schema: Literal[1]
    run: str
    setting: str
    arrival_rate: float
    slo: str
    replicas: Sized
    quantities: tuple[Sized, ...]
    costs: tuple[SizedCost, ...]
    contention: str
    actions_per_order: dict[str, float]
    currency: str | None
    prices: tuple[Priced, ...]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """
        3 where the replicas cannot be told, else 0.
        """
        return 3 if self.replicas.basis is Basis.REFUSED else 0
