"""
How far a step usually lies from what the other steps of its run say, and how sure an answer of many rows is.

The few steps of one run know their own scatter badly, and sometimes luckily little of it: other runs know it too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# So often every row of an answer holds at once.
CONFIDENCE = 0.95
# Seven quantities and the replicas; a row alone must hold more often, so that all of them hold as often as stated.
ROWS = 8
ROW_CONFIDENCE = 1 - (1 - CONFIDENCE) / ROWS


@dataclass(frozen=True, slots=True)
class Scatter:
    """
    How far a step lies from its run's line or mean.

    Attributes:
        ratio: Standard deviation, as a share of the value.
        freedom: Degrees of freedom it is known with.
    """

    ratio: float
    freedom: float


# Pooled over the fits of four recorded sweeps with 27 steps.  Machines and loads differ, so the four count as much as one
# of them does.  docs/size.md shows the numbers, and a test holds these to the recorded steps.
USUAL_SCATTER: Mapping[str, Scatter] = {
    "slots in use": Scatter(0.0210, 5.75),
    "worker cores": Scatter(0.0510, 4.75),
    "server cores": Scatter(0.0833, 4.75),
    "worker memory": Scatter(0.0259, 5.75),
    "database requests": Scatter(0.1299, 4.75),
}


@dataclass(frozen=True, slots=True)
class Sureness:
    """
    What the width of a row stands on beside the run.

    Attributes:
        usual: Scatter of other runs, by quantity.
        confidence: How often one row holds, whatever the others do.
    """

    usual: Mapping[str, Scatter]
    confidence: float


STATED = Sureness(USUAL_SCATTER, ROW_CONFIDENCE)


def with_usual(own: Scatter, usual: Scatter | None) -> Scatter:
    """
    Return what a run's own scatter and the usual one make together: never less than its own.

    Args:
        own: Of the run's steps.
        usual: Of other runs; ``None`` where a step has no scatter but what its run shows.
    """
    if usual is None:
        return own
    both = pooled([own, usual])
    return Scatter(max(own.ratio, both.ratio), both.freedom)


def pooled(found: Sequence[Scatter], count_as: float = 1) -> Scatter:
    """
    Return one scatter of several, known with their degrees of freedom over *count_as*.
    """
    freedom = math.fsum(one.freedom for one in found)
    squares = math.fsum(one.freedom * one.ratio**2 for one in found)
    return Scatter(math.sqrt(squares / freedom), freedom / count_as)
