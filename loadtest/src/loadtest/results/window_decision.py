"""
What the late tasks of a window decided, and what that rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Decided(StrEnum):
    """
    What is known of an SLO at a load.
    """

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Block:
    """
    A stretch of the window: late tasks as measured, and those of the twins.

    Attributes:
        start: Its beginning, in seconds of the window.
        end: Its end.
        late: Measured.
        twin_late: Mean of the twins.
        twin_low: About 95 % of systems at the edge have more than this.
        twin_high: And less than this.
    """

    start: float
    end: float
    late: float
    twin_late: float
    twin_low: float
    twin_high: float


@dataclass(frozen=True, slots=True)
class Decision:
    """
    An answer and what it rests on.

    Attributes:
        answer: Met, missed or undecided.
        seconds: Length of the window that it rests on.
        late: Late tasks measured in it.
        twin_late: Late tasks that a system just at the edge would have had.
        twin_deviation: Standard deviation of the difference.
        why: What keeps it undecided, as a clause; or that the model answered and the window did not contradict it.
        blocks: The window piece by piece.
    """

    answer: Decided
    seconds: float
    late: float
    twin_late: float
    twin_deviation: float
    why: str | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class LongRunP95:
    """
    What the p95 of the activity queue's wait is about in the long run, of which a window shows a piece.

    Attributes:
        raw: As the window showed it, in seconds.
        value: The long run's; null if not known.
        low: The model's long run at 0.95 of the rate, or the value where that is less.
        high: And at 1.05 of it, or the value where that is more.
        why: Why there is no value; null where there is one.
        late: Late tasks of the window.
        model_late: What the calibrated model expects of them.
        alarms: What of the model did not fit; empty where all did.
    """

    raw: float | None
    value: float | None
    low: float | None
    high: float | None
    why: str | None
    late: float
    model_late: float
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProbeDecision:
    """
    A window at one rate, held against systems whose capacity at the SLO lies below and above that rate.

    Attributes:
        against_slower: Met: the capacity is above the lower of the two; missed: it is below it.
        against_faster: The same of the higher one.
    """

    against_slower: Decision
    against_faster: Decision

    @property
    def is_contradicted(self) -> bool:
        """
        Whether the capacity lies outside of the two.
        """
        return self.against_slower.answer is Decided.MISSED or self.against_faster.answer is Decided.MET
