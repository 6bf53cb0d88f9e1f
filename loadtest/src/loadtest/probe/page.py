"""
A /metrics page, reduced to the families of the catalogue and read line by line.

It decides which lines are in the catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from loadtest.catalogue import PROCESS_METRICS, Metric, Presence, read_by_sweep
from loadtest.catalogue.metric import ServerVersion, server_version
from loadtest.errors import FamilyAbsentError
from loadtest.probe.exposition import is_same_value, labels_of, name_of, sample

# Text that the server writes for a label value that it was told to leave out.
_OMITTED = "__omitted__"
_CORE = "temporal-core-sdk"
_EXPECTED = {
    "worker": "a worker is measured by SDK metrics in seconds and with suffixes",
    "server": "give the page of a Temporal server, 1.25 or later",
    "injector": "give the page of an injector",
}

# What writes them so, by the label and the value with which an SDK signs its lines; Java's has no such label.
_SIGNED_BY_CORE, _SIGNED_BY_GO = ("service_name", _CORE), ("client_name", "temporal_go")
_WRITTEN_BY = {
    _SIGNED_BY_CORE: "in Python `PrometheusConfig(durations_as_seconds=True, counters_total_suffix=True, unit_suffix=True)`, "
    "in TypeScript `useSecondsForDurations`, `countersTotalSuffix` and `unitSuffix`, in Ruby `durations_as_seconds`, "
    "`counters_total_suffix` and `unit_suffix`, in .NET `UseSecondsForDuration`, `HasCounterTotalSuffix` and `HasUnitSuffix`, in "
    "Rust `use_seconds_for_durations`, `counters_total_suffix` and `unit_suffix`",
    _SIGNED_BY_GO: 'in Go `contrib/tally` with `TimerType: "histogram"` and `NewPrometheusNamingScope`',
}
_WRITTEN_BY_OTHERS = "worker/README.md shows what does it in Python, Go, TypeScript and Java"
_NO_CLIENT = (
    "the worker's client writes nothing to it, by whose requests is known how a page writes times: give the client the meter of the "
    "page too (in Rust `metrics_meter` of its `ConnectionOptions`)"
)
_COUNTED_BY_CLIENT = "temporal_request_total"
_OF_CLIENT = frozenset({_COUNTED_BY_CLIENT, "temporal_request_latency_seconds"})
ROLES: Mapping[str, tuple[Metric, ...]] = {role: read_by_sweep(role) for role in _EXPECTED}


@dataclass(frozen=True, slots=True)
class PageScope:
    """
    The namespace and the task queue under test.
    """

    namespace: str
    task_queue: str

    def holds(self, metric: Metric, labels: Mapping[str, str]) -> bool:
        """
        Tell whether a series of a metric belongs to this namespace and queue, as far as its labels tell.
        """
        namespace = None if metric.of_every_namespace else labels.get("namespace")
        queue = labels.get("task_queue", labels.get("taskqueue"))
        return (namespace is None or is_same_value(namespace, self.namespace)) and (
            queue is None or queue == _OMITTED or is_same_value(queue, self.task_queue)
        )


@dataclass(frozen=True, slots=True)
class Series:
    """
    One line of a page: its name there, its labels, and the metrics that read it.
    """

    name: str
    labels: Mapping[str, str]
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """
    The values of one page.

    Attributes:
        endpoint: Name of the page, for errors.
        values: Value of each series, by the text before the value, which tells series apart.
    """

    endpoint: str
    values: Mapping[str, float]


@cache
def names(role: str) -> frozenset[bytes]:
    """
    Return the beginnings of the lines of a role's families, up to their labels.
    """
    return frozenset(name.encode() for metric in ROLES[role] for name in metric.series)


def cut(body: bytes, role: str) -> str:
    """
    Keep the lines of a page that hold a role's families.

    A server's page has megabytes, so the rest of it is never examined; this is twice as fast as checking the beginning
    of each line.
    """
    wanted = names(role)
    kept = [line for line in body.split(b"\n") if name_of(line) in wanted]
    return b"\n".join(kept).decode(errors="replace")


# The same text is read several times: as the end of one difference and the start of others; room for three looks at 200
# pages.
@lru_cache(maxsize=640)
def read(endpoint: str, text: str) -> Page:
    """
    Read a page that was reduced by ``cut``.

    Where the SDK core's families are on the page under another service's name as well, only the core's are kept. A
    value that is no number, as some libraries write for a gauge whose object has gone, is left out.

    Raises:
        MeasurementError: A line is no sample.
    """
    values: dict[str, float] = {}
    others: list[str] = []
    core = False
    for line in text.splitlines():
        read_line = sample(endpoint, line)
        if read_line is None or math.isnan(read_line.value):
            continue
        identity = read_line.identity
        values[identity] = read_line.value
        if identity.startswith("temporal_"):
            service = _labels(identity).get("service_name", _CORE)
            core = core or service == _CORE
            if service != _CORE:
                others.append(identity)
    if core:
        for identity in others:
            del values[identity]
    return Page(endpoint, values)


# The same few thousand series come at every look, so their meaning is computed once.
@lru_cache(maxsize=65536)
def series(identity: str, role: str, scope: PageScope) -> Series:
    """
    Return what a line stands for, by the part before its value.
    """
    name, labels = identity.partition("{")[0], _labels(identity)
    return Series(
        name,
        labels,
        tuple(
            metric
            for metric in ROLES[role]
            if name in metric.series
            and all(labels.get(label) == value for label, value in metric.where)
            and scope.holds(metric, labels)
        ),
    )


def services_of(page: Page) -> set[str]:
    """
    Return the services of the server that a page belongs to; empty for a page of another role.
    """
    return {_labels(identity)["service_name"] for identity in page.values if identity.startswith("restarts{")}


def versions_of(pages: Iterable[Page]) -> list[tuple[str, ServerVersion]]:
    """
    Return the services of the server on the pages, each with its version; those that tell none are left out.
    """
    builds = [
        _labels(identity)
        for page in pages
        for identity in page.values
        if identity.startswith("build_information{")
    ]
    told = ((build["service_name"], server_version(build["build_version"])) for build in builds)
    return [(service, version) for service, version in told if version is not None]


def younger_than(metric: Metric, versions: Iterable[tuple[str, ServerVersion]]) -> bool:
    """
    Tell whether a metric is younger than a server whose page should have it, so that its absence says nothing.

    A page that does not tell its version is taken to be of a new server.

    Args:
        metric: The metric.
        versions: Services of the server and their versions, by ``versions_of``.
    """
    since = None if metric.role != "server" or metric.since is None else server_version(metric.since)
    return since is not None and any(
        version < since for service, version in versions if metric.service in (None, service)
    )


def refuse_absent(page: Page, role: str) -> None:
    """
    Refuse a page without a family that is always there for every kind of worker.

    A family that only one service of the server writes is required only on the pages of that service. A user's own
    worker may serve the SDK's page alone; then nothing is known of its process but what the SDK counts.

    Raises:
        FamilyAbsentError: A family is missing; the error names the endpoint and the families.
    """
    present = {identity.partition("{")[0] for identity in page.values}
    services = services_of(page)
    own_process = not present.isdisjoint(metric.name for metric in PROCESS_METRICS)
    missing = dict.fromkeys(
        metric.name
        for metric in ROLES[role]
        if metric.presence is Presence.ALWAYS
        and metric.missing_with is None
        and present.isdisjoint(metric.series)
        and (metric.service is None or metric.service in services)
        and (own_process or metric not in PROCESS_METRICS)
    )
    if missing:
        told = f"{_EXPECTED[role]}{f' ({_what_writes(page)})' if role == 'worker' else ''}"
        if _OF_CLIENT.issuperset(missing) and _COUNTED_BY_CLIENT in missing:
            told = _NO_CLIENT
        if role == "worker" and not any(name.startswith("temporal_") for name in present):
            told += "; names with another prefix, as `metric_prefix` gives them, are not read: leave that out"
        raise FamilyAbsentError(f"{page.endpoint}: its /metrics page lacks {', '.join(missing)}; {told}")


def _what_writes(page: Page) -> str:
    """
    Return the settings with which the SDK that wrote a worker's page writes what is read of it.
    """
    signs = {sign for identity in page.values for sign in _labels(identity).items()}
    return next((told for sign, told in _WRITTEN_BY.items() if sign in signs), _WRITTEN_BY_OTHERS)


@lru_cache(maxsize=65536)
def _labels(identity: str) -> Mapping[str, str]:
    return labels_of(identity)
