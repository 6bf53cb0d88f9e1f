"""
The newest body of each page, so that one look serves all who ask in the same second.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PageBody:
    """
    A page as it was got.

    Attributes:
        at: Unix time of the question.
        body: The whole answer.
    """

    at: float
    body: bytes


@dataclass(frozen=True, slots=True)
class NewestPages:
    """
    What the last look at each URL brought; kept from any thread.
    """

    _by_url: dict[str, PageBody] = field(default_factory=dict)

    def keep(self, url: str, page: PageBody) -> None:
        """
        Put a page in place of the one before it.
        """
        self._by_url[url] = page

    def since(self, url: str, at: float) -> PageBody | None:
        """
        Return the newest page of a URL, ``None`` if it was asked for before a unix time.
        """
        page = self._by_url.get(url)
        return page if page is not None and page.at >= at else None
