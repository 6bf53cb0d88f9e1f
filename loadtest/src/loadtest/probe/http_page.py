"""
Gets a /metrics page over HTTP or HTTPS; over HTTPS with its certificate verified and the token that it wants.

It decides how long a page may take and which error its absence is.  No redirect is followed over HTTPS, so that the token
reaches the named host alone.
"""

from __future__ import annotations

import email.message
import http.client
import ssl
import urllib.error
import urllib.request
from urllib.parse import SplitResult, urlsplit

from loadtest.errors import InputError, MeasurementError
from loadtest.probe.page_access import CA_FILE, TOKEN, TOKEN_FILE, PageAccess

TIMEOUT_SECONDS = 5.0
# A page of this machine or of a pod is never behind a proxy, whatever the environment says.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# Answers of a page that wants to know who asks.
_WANTS_A_TOKEN = (401, 403)
_OK = 200


def fetch_once(endpoint: str, url: str, timeout_seconds: float) -> bytes:
    """
    Return the body of a page, with one try only; blocks, so call it in a thread.

    Raises:
        MeasurementError: The page did not answer in time, or its address is no URL.
    """
    try:
        return _once(url, PageAccess(), None, timeout_seconds)
    except (ValueError, OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MeasurementError(f"{endpoint}: {url} does not answer ({reason})") from error


def fetch(endpoint: str, url: str, access: PageAccess | None = None) -> bytes:
    """
    Return the body of a page, with a second try if the first fails; blocks, so call it in a thread.

    Args:
        endpoint: Name of the page, for the error.
        url: Address of the page.
        access: Authorities and token of an HTTPS page; ``None`` trusts the system's authorities and sends none.

    Raises:
        MeasurementError: The page did not answer twice, its address is no URL, or its token's file cannot be read.
    """
    access = access or PageAccess()
    try:
        token = access.bearer()
    except InputError as error:
        raise MeasurementError(f"{endpoint}: {error}") from None
    try:
        return _once(url, access, token)
    except ssl.SSLCertVerificationError as error:
        raise MeasurementError(f"{endpoint}: {url}: {_why_untrusted(error, access)}") from None
    except ValueError as error:
        raise MeasurementError(
            f"{endpoint}: {url} is no URL ({error}); write http://HOST:PORT/metrics"
        ) from None
    except (OSError, http.client.HTTPException):
        pass  # the second try says what is wrong
    try:
        return _once(url, access, token)
    except urllib.error.HTTPError as error:
        raise MeasurementError(f"{endpoint}: {url} answers {_answer(error.code, url, access)}") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MeasurementError(f"{endpoint}: {url} does not answer ({reason})") from error


def _once(url: str, access: PageAccess, token: str | None, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    if url.startswith("https:"):
        return _secured_page(url, access.tls, token, timeout_seconds)
    with _DIRECT.open(url, timeout=timeout_seconds) as response:
        body: bytes = response.read()
        return body


def _answer(code: int, url: str, access: PageAccess) -> str:
    if code not in _WANTS_A_TOKEN:
        return f"{code} instead of a /metrics page"
    if not url.startswith("https:"):
        return f"{code}: it wants to know who asks, and a token is sent over HTTPS alone; name its https:// address"
    if access.setting is None:
        return f"{code}: it wants a token; set {TOKEN} or {TOKEN_FILE}"
    return f"{code}: it does not accept the token; {access.setting} gives it"


def _why_untrusted(error: ssl.SSLCertVerificationError, access: PageAccess) -> str:
    """
    Return why a page's certificate is not trusted, and which setting changes that.
    """
    if "mismatch" in error.verify_message or "not valid for" in error.verify_message:
        return f"its certificate is for another name ({error.verify_message}); name the page by that"
    trusted = (
        f"{CA_FILE}={access.ca_file} does" if access.ca_file is not None else "the system's authorities do"
    )
    return f"its certificate is not trusted ({error.verify_message}), as {trusted} not vouch for it; {CA_FILE} names a file of others"


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


def _secured_page(url: str, tls: ssl.SSLContext, token: str | None, timeout_seconds: float) -> bytes:
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
