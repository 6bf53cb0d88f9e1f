"""
What one metric is: its name on the page, how it is read, what it means and when it is there.

It knows nothing of pages, of Prometheus or of who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """
    The metric's type, as its page states it.
    """

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Presence(StrEnum):
    """
    When the family stands on the page.

    ``always``: from the moment its process is ready, so that its absence is an error.
    ``on event``: after the first event of its kind; absent before that, and then it counts 0.
    """

    ALWAYS = "always"
    ON_EVENT = "on event"


class Reading(StrEnum):
    """
    What is taken of a family: its value, the number of its samples, or all its buckets.
    """

    VALUE = "value"
    COUNT = "count"
    BUCKETS = "buckets"


@dataclass(frozen=True, slots=True)
class Metric:
    """
    One reading of one metric family.

    Attributes:
        key: Our short name, ``<role>.<what>``; the name in a ``Difference``.
        name: The family's name on the page, without ``_bucket``, ``_sum`` or ``_count``.
        kind: Its type.
        unit: ``seconds``, ``bytes`` or what is counted.
        labels: All labels that its series carry.
        meaning: One sentence for people.
        source: Which part writes it.
        presence: Whether its absence is an error.
        event: With ``on event``: what makes it appear.
        since: Oldest version of its source in which it was seen.
        where: Only series whose labels have these values are read.
        split: The label by which a counter is also read apart.
        reading: What is taken of it.
        service: The one service of the server that writes it; ``None``: all do, or it is not the server's.
    """

    key: str
    name: str
    kind: Kind
    unit: str
    labels: tuple[str, ...]
    meaning: str
    source: str
    presence: Presence
    since: str
    event: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    split: str | None = None
    reading: Reading = Reading.VALUE
    service: str | None = None

    @property
    def role(self) -> str:
        """
        Whose page it is on: ``worker``, ``server`` or ``injector``.
        """
        return self.key.split(".", 1)[0]

    @property
    def series(self) -> tuple[str, ...]:
        """
        The names that its lines begin with on a page.
        """
        if self.kind is not Kind.HISTOGRAM:
            return (self.name,)
        if self.reading is Reading.COUNT:
            return (f"{self.name}_count",)
        return (f"{self.name}_bucket", f"{self.name}_sum", f"{self.name}_count")
