"""
The API of a Prometheus, wherever it runs.
"""

from __future__ import annotations

import json
import math
from typing import Any

import urllib3

_TIMEOUT_SECONDS = 30.0


class PrometheusError(Exception):
    """
    A Prometheus did not answer a question; the text is one line that names its address.
    """


class PrometheusUnreachableError(PrometheusError):
    """
    No Prometheus answers at the address.
    """


class PrometheusRefusedError(PrometheusError):
    """
    The Prometheus refused the request; the text has its own words.
    """


class PrometheusApi:
    """
    Asks one Prometheus.

    Attributes:
        address: Base of its page and of its API.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False)

    def ask(self, path: str, **parameters: object) -> Any:
        """
        Ask its API and return ``data``.

        Args:
            path: Path below ``/api/v1/``.
            parameters: Parameters of the query string.

        Raises:
            PrometheusRefusedError: The Prometheus refused; the text has its own words.
            PrometheusUnreachableError: Nothing answers at the address, or the answer is not JSON as Prometheus sends
                it.
        """
        if not self.address.startswith(("http://", "https://")):
            raise PrometheusUnreachableError(
                f"{self.address!r}: no Prometheus answers there, as it is no address; write http://127.0.0.1:9090"
            )
        fields = {name: str(value) for name, value in parameters.items()}
        try:
            url = f"{self.address}/api/v1/{path}"
            reply = (
                self._pool.request_encode_body("POST", url, fields, encode_multipart=False)
                if fields
                else self._pool.request("GET", url)
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise PrometheusUnreachableError(
                f"{self.address}: no Prometheus answers there: {error}"
            ) from None
        try:
            answer = json.loads(reply.data)
            if reply.status == 200:
                return answer["data"]
            refusal = answer["error"]
        except (ValueError, KeyError, TypeError):
            raise PrometheusUnreachableError(
                f"{self.address}: answers with status {reply.status} and not as a Prometheus does; "
                "give the address of a Prometheus, e.g. http://127.0.0.1:9090"
            ) from None
        raise PrometheusRefusedError(f"{self.address}: {path} was refused: {refusal}")

    def is_ready(self) -> bool:
        """
        Tell whether it answers already.
        """
        try:
            return self._pool.request("GET", f"{self.address}/-/ready", timeout=2.0).status == 200
        except (urllib3.exceptions.HTTPError, OSError):
            return False

    def series(self, promql: str, start: float, end: float, step: float = 1) -> list[dict[str, Any]]:
        """
        Return the series that have at least one finite sample in a span of time.
        """
        found = self.ask("query_range", query=promql, start=start, end=end, step=step)["result"]
        return [one for one in found if any(math.isfinite(float(value)) for _, value in one["values"])]
