"""
Gaps between arrivals for a rate that people change while it runs.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from loadtest.errors import InputError
from loadtest.plan import ArrivalKind


def unit_gaps(kind: ArrivalKind, seed: int) -> Iterator[float]:
    """
    Return endless gaps of mean 1; divided by a rate they are seconds.

    Raises:
        InputError: The shape has an end, as a ramp has; for interactive runs Locust's own shapes and users do that.
    """
    if kind is ArrivalKind.CONSTANT:
        return itertools.repeat(1.0)
    if kind is ArrivalKind.POISSON:
        chance = random.Random(f"{seed}/endless")
        return (chance.expovariate(1.0) for _ in itertools.count())
    raise InputError(
        f"--arrivals {kind.value}: a shape with an end needs a plan; write poisson or constant and let the number "
        "of users, or a LoadTestShape, bend the rate"
    )
