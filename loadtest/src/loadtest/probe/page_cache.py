"""
The newest body of each page, so that one read serves all who ask in the same second.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
