"""
What a rate needs, from the steps of a run: the answer of ``loadtest size``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from loadtest.results.sweep_result import Interval


class Basis(StrEnum):
    """
    What an answer rests on: steps on both sides of it, steps below it alone, or nothing.
    """

    MEASURED = "measured"
    BEYOND = "beyond"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sized:
    """
    One quantity at the asked rate.

    Attributes:
        quantity: Name of the quantity, such as ``worker cores``.
        unit: Unit of the value.
        needed: The value with its interval; at 95 % all intervals of the answer hold at the same time; null where the
            value is refused.
        basis: Whether the value lies inside the measured range.
        why: How far it lies beyond the range, or why it is refused and which step to add; empty inside the range.
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
        idle_cores: Cores of one idle replica, or of the idle server; null where it is not known.
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
        item: Key of the price table.
        per_month: Money for a month of 730 hours at the rate; null where the quantity is not known.
        why: Why it is not known; empty where it is.
    """

    item: str
    per_month: Interval | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SizingResult:
    """
    The answer on what a rate needs.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        setting: Values of the plan's factors; empty where it has none.
        arrival_rate: Orders per second that the answer is for.
        slo: The bounds that the replicas keep, in words.
        replicas, quantities: Replicas and other quantities that the rate needs.
        costs: CPU cost of each part.
        contention: How much of a replica's throughput is lost to other replicas, in words.
        actions_per_order: Actions of one order by kind, from the server's counter; empty where it has none.
        currency: Currency of the prices; null without a price table.
        prices: Cost for each price of the user's table; the last is the sum.
        notes: Notes to read before the numbers.
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
