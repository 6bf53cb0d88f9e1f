"""
Gets one page over HTTPS, with its certificate verified and the token that it wants.

No redirect is followed, so that the token reaches the named host alone.
"""

from __future__ import annotations

import email.message
import http.client
import ssl
import urllib.error
from urllib.parse import SplitResult, urlsplit

_OK = 200


class _NamedConnection(http.client.HTTPSConnection):
    """
    A connection to one address of a host: the certificate must be for the host's name, which the URL's fragment holds.
    """

    def __init__(self, parts: SplitResult, tls: ssl.SSLContext, timeout_seconds: float) -> None:
        super().__init__(str(parts.hostname), parts.port, timeout=timeout_seconds)
        self.named = parts.fragment or str(parts.hostname)
        self._tls = tls

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.named)


def secured_page(url: str, tls: ssl.SSLContext, token: str | None, timeout_seconds: float) -> bytes:
    """
    Return the body of an HTTPS page; blocks, so call it in a thread.

    Raises:
        OSError: The page did not answer, its certificate is not trusted, or it answered with another status than 200
            (an ``HTTPError``).
        HTTPException: What answered speaks no HTTP.
        ValueError: The URL is none.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("it has no host")
    connection = _NamedConnection(parts, tls, timeout_seconds)
    port = "" if parts.port is None else f":{parts.port}"
    headers = {"Host": f"{_in_brackets(connection.named)}{port}"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(
            "GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), None, headers
        )
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != _OK:
        raise urllib.error.HTTPError(url, response.status, response.reason, email.message.Message(), None)
    return body


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host
