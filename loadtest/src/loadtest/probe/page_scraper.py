"""
Reads sets of /metrics pages and tells what changed between two looks; one read serves all who ask in the same second.

It decides that every page is fetched at the same moment and in a thread; the catalogue decides what is read of a page.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from loadtest.catalogue import BY_KEY
from loadtest.probe.http_page import fetch
from loadtest.probe.page import Page, PageScope, cut, read, refuse_absent, series
from loadtest.probe.page_access import PageAccess
from loadtest.probe.page_difference import difference
from loadtest.results.metric_difference import Difference
from loadtest.results.scrape import Scrape


@dataclass(frozen=True, slots=True)
class PageBody:
    """
    The answer to one request for a page.

    Attributes:
        at: Unix time of the request.
        body: The whole answer.
    """

    at: float
    body: bytes


@dataclass(frozen=True, slots=True)
class PageCache:
    """
    The last answer of each URL; may be used from any thread.
    """

    _by_url: dict[str, PageBody] = field(default_factory=dict)

    def keep(self, url: str, page: PageBody) -> None:
        """
        Replace the URL's page with a newer one.
        """
        self._by_url[url] = page

    def since(self, url: str, at: float) -> PageBody | None:
        """
        Return the newest page of a URL, ``None`` if it was requested before a Unix time.
        """
        page = self._by_url.get(url)
        return page if page is not None and page.at >= at else None


# Pages that are fetched at the same time; they are read after all have come, so that all show the same moment.
_THREADS = 64


class PageScraper:
    """
    Exact differences of worker and server /metrics in one namespace and task queue.
    """

    def __init__(
        self,
        namespace: str,
        task_queue: str,
        cache: PageCache | None = None,
        now: Callable[[], float] = time.time,
        access: PageAccess | None = None,
    ) -> None:
        """
        Args:
            namespace, task_queue: Namespace and task queue whose series count.
            cache: Gets each worker's page, for others to read.
            now: Unix time of a look, between which differences are taken.
            access: Authorities and token of the server's pages; ``None`` where they ask for none.
        """
        self._scope = PageScope(namespace, task_queue)
        self._cache = cache
        self._now = now
        self._access = access
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="scrape")

    async def scrape(self, endpoints: Mapping[str, str], role: str) -> Scrape:
        """
        Read every endpoint (name -> URL) of one role, ``worker``, ``server`` or ``injector``.

        Raises:
            FamilyAbsentError: A page lacks a family that is always there: it belongs to another kind of worker.
            MeasurementError: A page did not answer twice.
        """
        loop = asyncio.get_running_loop()
        at, started = self._now(), time.perf_counter()
        bodies = await asyncio.gather(
            *(
                loop.run_in_executor(self._threads, self._fetch, name, url, role)
                for name, url in endpoints.items()
            )
        )
        texts = await loop.run_in_executor(self._threads, _cut_all, list(endpoints), bodies, role)
        return Scrape(at, dict(zip(endpoints, texts, strict=True)), time.perf_counter() - started)

    def _fetch(self, name: str, url: str, role: str) -> bytes:
        at = time.time()
        body = fetch(name, url, self._access if role == "server" else None)
        if self._cache is not None and role == "worker":
            self._cache.keep(url, PageBody(at, body))
        return body

    def difference(self, before: Scrape, after: Scrape, role: str) -> Difference:
        """
        Return what all endpoints together counted between two looks.

        Raises:
            FamilyAbsentError: A family that is always there is missing; the error names the endpoint.
            CounterResetError: A counter fell or is gone.
            MeasurementError: The two looks have different endpoints.
        """
        return difference(after.at - before.at, _pages(before), _pages(after), role, self._scope)

    def gauge(self, scrape: Scrape, name: str) -> float | None:
        """
        Return the sum of a gauge over all endpoints of one look, or ``None`` where no endpoint has it.
        """
        values = self.gauge_by(scrape, name)
        return sum(values.values()) if values else None

    def gauge_by(self, scrape: Scrape, name: str) -> dict[str, float]:
        """
        Return a gauge over all endpoints by the label that the catalogue splits it by; by endpoint without such a
        label.
        """
        metric = BY_KEY[name]
        values: dict[str, float] = {}
        for page in _pages(scrape):
            for identity, value in page.values.items():
                line = series(identity, metric.role, self._scope)
                if metric in line.metrics:
                    part = page.endpoint if metric.split is None else line.labels.get(metric.split, "")
                    values[part] = values.get(part, 0.0) + value
        return values

    def close(self) -> None:
        """
        End the threads that fetch the pages.
        """
        self._threads.shutdown(wait=False, cancel_futures=True)


def _cut_all(endpoints: Sequence[str], bodies: Sequence[bytes], role: str) -> list[str]:
    texts = []
    for endpoint, body in zip(endpoints, bodies, strict=True):
        text = cut(body, role)
        refuse_absent(read(endpoint, text), role)
        texts.append(text)
    return texts


def _pages(scrape: Scrape) -> list[Page]:
    return [read(endpoint, text) for endpoint, text in scrape.pages.items()]
