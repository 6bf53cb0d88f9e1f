"""
What pages counted between two looks, exactly.

It decides what a counter means that is new, gone or lower.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loadtest.catalogue import Metric, MetricKind, MetricReading, Presence
from loadtest.errors import CounterResetError, MeasurementError
from loadtest.probe.page import (
    ROLES,
    Page,
    PageScope,
    refuse_absent,
    series,
    services_of,
    versions_of,
    younger_than,
)
from loadtest.results.metric_difference import Difference, Histogram

_START_TIME = "process_start_time_seconds"


@dataclass(slots=True)
class _Sums:
    """
    Growth over all series and pages so far, by the catalogue's key.

    Attributes:
        counters, by_label: Of counters, whole and by the label that the catalogue splits them by.
        buckets: Cumulative samples of histograms by bound.
        series: How many series have each bound.
        sums: Sums of the samples of histograms.
    """

    counters: dict[str, float] = field(default_factory=dict)
    by_label: dict[str, dict[str, float]] = field(default_factory=dict)
    buckets: dict[str, dict[float, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    series: dict[str, Counter[float]] = field(default_factory=lambda: defaultdict(Counter))
    sums: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, metric: Metric, name: str, labels: Mapping[str, str], growth: float) -> None:
        if metric.reading is MetricReading.BUCKETS:
            if name.endswith("_bucket"):
                bound = float(labels["le"])
                self.buckets[metric.key][bound] += growth
                self.series[metric.key][bound] += 1
            elif name.endswith("_sum"):
                self.sums[metric.key] += growth
            return
        self.counters[metric.key] = self.counters.get(metric.key, 0.0) + growth
        if metric.split is not None and growth:
            parts = self.by_label.setdefault(metric.key, {})
            value = labels.get(metric.split, "")
            parts[value] = parts.get(value, 0.0) + growth


def difference(
    seconds: float, before: Sequence[Page], after: Sequence[Page], role: str, scope: PageScope
) -> Difference:
    """
    Add up what all pages of a role counted between two looks.

    A counter that is absent at the start counts from 0, as its process is known to be the same: its start time has not
    changed, and no other counter of its page is gone or lower.

    Args:
        seconds: Time between the looks.
        before, after: Pages of the same endpoints at the two looks, in any order.
        role: Role of the pages.
        scope: Namespace and task queue under test.

    Returns:
        Every counter that these pages can have, 0 for a counter whose event never came; histograms only once they have
        been seen. Without what one of the servers is too old to have: the others' would be a part of it.

    Raises:
        FamilyAbsentError: A family that is always there is missing.
        CounterResetError: A counter is lower or gone, or a process started in between.
        MeasurementError: The endpoints are not the same.
    """
    first = {page.endpoint: page for page in before}
    last = {page.endpoint: page for page in after}
    if first.keys() != last.keys():
        odd = ", ".join(sorted(first.keys() ^ last.keys()))
        raise MeasurementError(f"{odd}: looked at only once, so what it counted in between is not known")
    versions = versions_of(after)
    young = {metric.key for metric in ROLES[role] if younger_than(metric, versions)}
    sums = _Sums(counters=dict.fromkeys(_offered(after, role), 0.0))
    for endpoint in first:
        refuse_absent(first[endpoint], role)
        refuse_absent(last[endpoint], role)
        _grow(sums, first[endpoint], last[endpoint], role, scope)
    return Difference(
        seconds=seconds,
        counters={key: number for key, number in sums.counters.items() if key not in young},
        histograms={key: _histogram(key, sums) for key in sums.buckets if key not in young},
        by_label={key: parts for key, parts in sums.by_label.items() if key not in young},
    )


def _offered(pages: Sequence[Page], role: str) -> list[str]:
    """
    Return the keys of the counters that these pages show only after their event has come.
    """
    services = {service for page in pages for service in services_of(page)}
    return [
        metric.key
        for metric in ROLES[role]
        if metric.presence is Presence.ON_EVENT
        and metric.kind is not MetricKind.GAUGE
        and metric.reading is not MetricReading.BUCKETS
        and (metric.service is None or metric.service in services)
    ]


def _grow(sums: _Sums, before: Page, after: Page, role: str, scope: PageScope) -> None:
    started = before.values.get(_START_TIME), after.values.get(_START_TIME)
    if started[0] != started[1]:
        raise CounterResetError(f"{after.endpoint}: its process started anew between two looks")
    for identity in before.values.keys() - after.values.keys():
        line = series(identity, role, scope)
        if any(metric.kind is not MetricKind.GAUGE for metric in line.metrics):
            raise CounterResetError(
                f"{after.endpoint}: {line.name} is gone, so its process started anew between two looks"
            )
    for identity, value in after.values.items():
        line = series(identity, role, scope)
        for metric in line.metrics:
            if metric.kind is MetricKind.GAUGE:
                continue
            growth = value - before.values.get(identity, 0.0)
            # A sum of samples may fall when a sample is below zero; that is no reset.
            if growth < 0 and not line.name.endswith("_sum"):
                raise CounterResetError(
                    f"{after.endpoint}: {line.name} fell from {before.values[identity]:g} to {value:g}, "
                    "so its process started anew between two looks"
                )
            sums.add(metric, line.name, line.labels, growth)


def _histogram(key: str, sums: _Sums) -> Histogram:
    cumulative, series = sums.buckets[key], sums.series[key]
    bounds = sorted(cumulative)
    counts, below = [], 0.0
    for bound in bounds:
        counts.append(round(cumulative[bound] - below))
        below = cumulative[bound]
    # A bound that not every series has lacks the samples of the others.
    if not math.isinf(bounds[-1]) or len(set(series.values())) > 1:
        raise MeasurementError(
            f"{key}: its buckets are of different bounds, so they cannot be added; give all workers the same "
            "(histogram_bucket_overrides)"
        )
    if min(counts) < 0:
        raise MeasurementError(f"{key}: its buckets are not cumulative")
    return Histogram(tuple(bounds), tuple(counts), sums.sums[key])
