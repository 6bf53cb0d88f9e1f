"""
Which workers' pages the look of each second reads, so that looks stay cheap with any number of workers.

The edges of a step read every page; in the seconds between, a sample stands for all workers, as the workers of one queue
take its late tasks as they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.results.scrape import Scrape

# Reading a page costs 2.5 ms of CPU, and 7 ms on a machine that is busy with other work; the limit is a tenth of a
# core.
MOST_PAGES = 14


@dataclass(frozen=True, slots=True)
class PageSample:
    """
    The pages that are read each second.

    Attributes:
        endpoints: URLs of the pages by name.
        of: Number of all pages.
    """

    endpoints: Mapping[str, str]
    of: int

    @property
    def seen_ratio(self) -> float:
        """
        The share of all pages that are read each second.
        """
        return len(self.endpoints) / self.of if self.of else 1.0

    @property
    def note(self) -> str | None:
        """
        What a reader of the seconds must know; ``None`` where every page is read.
        """
        if len(self.endpoints) == self.of:
            return None
        return (
            f"the seconds between the edges are drawn from {len(self.endpoints)} of {self.of} workers' pages and scaled up; "
            "the edges of the window are exact over all"
        )

    def scaled(self, count: float) -> float:
        """
        Return an estimate of what all pages together counted when the sample counted *count*.
        """
        return count / self.seen_ratio

    def within(self, scrape: Scrape) -> Scrape:
        """
        Return a look at all pages without those that are not in the sample.
        """
        pages = {name: text for name, text in scrape.pages.items() if name in self.endpoints}
        return Scrape(scrape.at, pages, scrape.cost_seconds)


def sample_pages(endpoints: Mapping[str, str]) -> PageSample:
    """
    Take at most ``MOST_PAGES``, evenly spread over their names, and the same ones for a whole step.
    """
    names = sorted(endpoints)
    count = min(MOST_PAGES, len(names))
    taken = [names[number * len(names) // count] for number in range(count)]
    return PageSample({name: endpoints[name] for name in taken}, len(names))
