"""
What changed between two looks at a /metrics page, in numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field


@dataclass(frozen=True, slots=True)
class Histogram:
    """
    Counts per bucket as Prometheus keeps them, but not cumulative.

    Attributes:
        bounds: Upper bounds in seconds, increasing; the last is infinity.
        counts: Number of samples in each bucket, as many numbers as bounds.
        sum: Sum of all samples, in seconds.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    sum: float

    @property
    def count(self) -> int:
        """
        Return the number of samples in all buckets.
        """
        return sum(self.counts)

    @property
    def last_bound(self) -> float:
        """
        The largest finite bound, in seconds; 0 where there is none.
        """
        return max((bound for bound in self.bounds if math.isfinite(bound)), default=0.0)

    @property
    def beyond(self) -> int:
        """
        Number of samples above the last bound, whose size is not known.
        """
        return sum(count for bound, count in zip(self.bounds, self.counts, strict=True) if math.isinf(bound))


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What a set of processes counted between two scrapes.

    Attributes:
        seconds: Time between the two scrapes.
        counters: Growth by the catalogue's name, e.g. ``worker.workflow_completed``; absent = not offered by this page.
        histograms: Samples by the catalogue's name, e.g. ``worker.activity_schedule_to_start``.
        by_label: Counter name -> label value -> count, for families that the catalogue splits (failures by type).
    """

    seconds: Annotated[float, Field(gt=0)]
    counters: Mapping[str, float] = field(default_factory=dict)
    histograms: Mapping[str, Histogram] = field(default_factory=dict)
    by_label: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def counter_of(difference: Difference | None, name: str) -> float | None:
    """
    Return the growth of a counter; ``None`` where no page was read or the page does not have the counter.
    """
    return difference.counters.get(name) if difference is not None else None


def histogram_of(difference: Difference | None, name: str) -> Histogram | None:
    """
    Return the samples of a histogram; ``None`` where no page was read or the page does not have the histogram.
    """
    return difference.histograms.get(name) if difference is not None else None
