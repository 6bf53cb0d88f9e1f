"""
URLs of a server's /metrics pages, as ``--server-metrics`` names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from loadtest.errors import InputError

HTTPS_PORT = 443
_FORM = "write http://HOST:PORT/metrics or https://HOST/metrics, and several with commas between"


def demand_page_urls(text: str) -> None:
    """
    Refuse URLs that cannot be those of pages, and those that hold a password, which the run would keep.

    Raises:
        InputError: One cannot be used; no password is in the error.
    """
    for url in text.split(","):
        try:
            parts = urlsplit(url.strip())
            _ = parts.port  # a port that is none is told here
        except ValueError as error:
            raise InputError(f"--server-metrics: holds a URL that is none ({error}); {_FORM}") from None
        if "@" in parts.netloc:
            raise InputError(
                f"--server-metrics: the URL of {parts.hostname} holds a name or a password, and a run keeps its URLs; "
                "leave them out: LOADTEST_SERVER_METRICS_TOKEN_FILE gives a token"
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(f"--server-metrics {url}: no URL of a page; {_FORM}")


def pages_by_name(text: str | None) -> Mapping[str, str]:
    """
    Return the pages of one server's processes by name; none where no page is named.
    """
    urls = [url.strip() for url in (text or "").split(",") if url.strip()]
    if len(urls) == 1:
        return {"server": urls[0]}
    return {f"server-{number}": url for number, url in enumerate(urls, 1)}


def at_address(url: str, address: str) -> str:
    """
    Return a URL of one address of its host.

    Over HTTPS the host's name stays the one that the certificate must be for: it is the fragment, which no server gets.
    """
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    named = str(parts.hostname) if parts.scheme == "https" else ""
    return parts._replace(
        netloc=host if parts.port is None else f"{host}:{parts.port}", fragment=named
    ).geturl()
