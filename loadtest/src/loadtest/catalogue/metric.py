"""
What one metric is: its name on the page, how it is read, what it means and when it is on the page; which programs write
it, and how they write the values of labels and their own versions.

Names of the SDK's families are those of a runtime that writes seconds and suffixes; a page with other names belongs to
a foreign worker and is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial


class MetricKind(StrEnum):
    """
    The metric's type, as its page states it.
    """

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Presence(StrEnum):
    """
    When the family is on the page.

    ``always``: from the moment its process is ready, so that its absence is an error.
    ``on event``: after the first event of its kind; absent before that, and an absent family counts as 0.
    """

    ALWAYS = "always"
    ON_EVENT = "on event"


class MetricReading(StrEnum):
    """
    What is read of a family: its value, the number of its samples, or all its buckets.
    """

    VALUE = "value"
    COUNT = "count"
    BUCKETS = "buckets"


@dataclass(frozen=True, slots=True)
class Writer:
    """
    The program that writes a family.

    Attributes:
        name: Name of the program, as people know it.
        since: Oldest version of the program in which its families were seen, where a family tells no other.
        service: The one service of the server that writes the family; ``None`` where all services do, or the program is
            not the server.
        may_omit_total: Whether some of its versions write a counter without ``_total``, whatever they are told.
    """

    name: str
    since: str
    service: str | None = None
    may_omit_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """
    One reading of one metric family; made by ``counter``, ``gauge`` or ``histogram``.

    Attributes:
        key: The kit's short name, ``<role>.<what>``; the key in a ``Difference``.
        name: The family's name on the page, without ``_bucket``, ``_sum`` or ``_count``.
        kind: Type of the metric.
        unit: ``seconds``, ``bytes`` or what is counted.
        labels: All labels that its series carry on the page.
        meaning: One sentence for people.
        writer: The program that writes it.
        since: Oldest version of the writer in which it was seen; ``None`` where that is the writer's own oldest version.
        event: The event after which it appears; ``None`` where it is always there.
        missing_with: Setting of a worker whose page lacks the metric, although other workers always show it; ``None``
            where all show it.
        where: Labels and values; only series with these values are read.
        split: Label by which a counter is also read separately.
        reading: What is read of the family.
        read_by_sweep: Whether a reading of a step is made from it; otherwise only people and rules use it.
        of_every_namespace: Whether series of every namespace count, as the metric describes the whole server.
    """

    key: str
    name: str
    kind: MetricKind
    unit: str
    labels: tuple[str, ...]
    meaning: str
    writer: Writer
    since: str | None = None
    event: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    split: str | None = None
    reading: MetricReading = MetricReading.VALUE
    read_by_sweep: bool = True
    of_every_namespace: bool = False
    missing_with: str | None = None

    @property
    def oldest_version(self) -> str:
        """
        Oldest version of the writer that has it.
        """
        return self.since or self.writer.since

    @property
    def presence(self) -> Presence:
        """
        When the family is on the page, that is whether its absence is an error.
        """
        return Presence.ALWAYS if self.event is None else Presence.ON_EVENT

    @property
    def source(self) -> str:
        """
        Name of the program that writes the metric.
        """
        return self.writer.name

    @property
    def service(self) -> str | None:
        """
        The one service of the server that writes it; ``None`` if there is no single one.
        """
        return self.writer.service

    @property
    def role(self) -> str:
        """
        The process whose page it is on: ``worker``, ``server``, ``injector``, ``sweep`` or ``monitoring``.
        """
        return self.key.split(".", 1)[0]

    @property
    def series(self) -> tuple[str, ...]:
        """
        The names that its lines begin with on a page; the last is that of the newest version.
        """
        if self.kind is MetricKind.COUNTER and self.writer.may_omit_total:
            return (self.name.removesuffix("_total"), self.name)
        if self.kind is not MetricKind.HISTOGRAM:
            return (self.name,)
        if self.reading is MetricReading.COUNT:
            return (f"{self.name}_count",)
        return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")


# A metric that only grows while its process lives; one that shows a current state; one with a sample for each event.
counter = partial(Metric, kind=MetricKind.COUNTER)
gauge = partial(Metric, kind=MetricKind.GAUGE)
histogram = partial(Metric, kind=MetricKind.HISTOGRAM, reading=MetricReading.BUCKETS)


@lru_cache(maxsize=4096)
def plain_spelling(value: str) -> str:
    """
    Return a label's value as some servers write it, and workers in Go whose page is made as the SDK shows it.

    Every character but letters and digits becomes an underscore.
    """
    return re.sub(r"[^0-9A-Za-z]", "_", value)


ServerVersion = tuple[int, int]
"""
Major and minor number.
"""


def server_version(text: str) -> ServerVersion | None:
    """
    Read a version as ``1_31_2`` of a page, ``1.31.2`` of an answer, or ``Temporal server 1.31`` of the catalogue.

    Returns:
        ``None`` for a text without a version, as a build of one's own may have.
    """
    found = re.search(r"(\d+)[._](\d+)", text)
    return None if found is None else (int(found[1]), int(found[2]))


# The core that all Temporal SDKs but two share. Of Python's SDK 1.15 to 1.32 write no `_total`, although they are told to.
SDK_CORE = Writer("SDK core", since="temporalio 1.35.0", may_omit_total=True)
PER_TASK_QUEUE = ("namespace", "service_name", "task_queue")
PER_WORKFLOW_TYPE = (*PER_TASK_QUEUE, "workflow_type")
PER_ACTIVITY_TYPE = (*PER_TASK_QUEUE, "activity_type", "workflow_type")

# Found in the server's source, tag by tag; 1.19 stands for "or older".
_SINCE = "Temporal server 1.19"

EVERY_SERVICE = Writer("server, every service", since=_SINCE)
FRONTEND = Writer("server, frontend", since=_SINCE, service="frontend")
HISTORY = Writer("server, history", since=_SINCE, service="history")
MATCHING = Writer("server, matching", since=_SINCE, service="matching")
PER_NAMESPACE = ("service_name", "namespace", "operation")
