"""
Gets a /metrics page over HTTP.

It decides how long a page may take and which error its absence is.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from loadtest.errors import MeasurementError

TIMEOUT_SECONDS = 5.0
# A page of this machine or of a pod is never behind a proxy, whatever the environment says.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch_once(endpoint: str, url: str, timeout_seconds: float) -> bytes:
    """
    Return the body of a page, with one try only; blocks, so call it in a thread.

    Raises:
        MeasurementError: The page did not answer in time, or its address is no URL.
    """
    try:
        return _once(url, timeout_seconds)
    except (ValueError, OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MeasurementError(f"{endpoint}: {url} does not answer ({reason})") from error


def fetch(endpoint: str, url: str) -> bytes:
    """
    Return the body of a page, with a second try if the first fails; blocks, so call it in a thread.

    Args:
        endpoint: Name of the page, for the error.
        url: Address of the page.

    Raises:
        MeasurementError: The page did not answer twice, or its address is no URL.
    """
    try:
        return _once(url)
    except ValueError as error:
        raise MeasurementError(
            f"{endpoint}: {url} is no URL ({error}); write http://HOST:PORT/metrics"
        ) from None
    except (OSError, http.client.HTTPException):
        pass  # the second try says what is wrong
    try:
        return _once(url)
    except urllib.error.HTTPError as error:
        raise MeasurementError(f"{endpoint}: {url} answers {error.code} instead of a /metrics page") from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MeasurementError(f"{endpoint}: {url} does not answer ({reason})") from error


def _once(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    with _DIRECT.open(url, timeout=timeout_seconds) as response:
        body: bytes = response.read()
        return body
