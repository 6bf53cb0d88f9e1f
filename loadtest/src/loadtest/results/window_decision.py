"""
What the late tasks of a window decided, and what the decision rests on.
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
    A part of the window: its late tasks as measured, and those of the twins.

    Attributes:
        start: Beginning of the block, in seconds of the window.
        end: End of the block, in seconds of the window.
        late: Late tasks as measured.
        twin_late: Late tasks, mean of the twins.
        twin_low: About 95 % of systems at the edge have more late tasks than this.
        twin_high: About 95 % of systems at the edge have fewer late tasks than this.
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
        seconds: Length of the window that the answer rests on.
        late: Late tasks measured in the window.
        twin_late: Late tasks that a system exactly at the edge would have had.
        twin_deviation: Standard deviation of the difference.
        why: Why it is undecided, as a clause; or that the model answered and the window did not contradict it.
        blocks: Blocks of the window.
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
    The p95 of the activity queue's wait in the long run, estimated from a window.

    Attributes:
        raw: The p95 in the window, in seconds.
        value: Estimate of the p95 in the long run, in seconds; null if not known.
        low: The model's p95 in the long run at 0.95 of the rate, or the value where that is less.
        high: The model's p95 in the long run at 1.05 of the rate, or the value where that is more.
        why: Why there is no value; null where there is one.
        late: Late tasks of the window.
        model_late: Late tasks that the calibrated model expects in the window.
        alarms: What did not fit the model, in words; empty where all did.
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
    A window at one rate, compared with systems whose capacity at the SLO lies below and above that rate.

    Attributes:
        against_slower: Met: the capacity is above that of the slower system; missed: it is below it.
        against_faster: The same decision against the faster system.
    """

    against_slower: Decision
    against_faster: Decision

    @property
    def is_contradicted(self) -> bool:
        """
        Whether the capacity lies outside of the two.
        """
        return self.against_slower.answer is Decided.MISSED or self.against_faster.answer is Decided.MET
