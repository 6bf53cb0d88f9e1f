"""
A Prometheus' API, wherever it runs.
"""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from typing import Any


class Api:
    """
    Asks one Prometheus.

    Attributes:
        address: Its page and API.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def ask(self, path: str, **parameters: object) -> Any:
        """
        Ask its API and return ``data``.

        Args:
            path: Below ``/api/v1/``.
            parameters: Of the query string.

        Raises:
            ValueError: It refused; the text is Prometheus' own.
            OSError: It does not answer.
        """
        query = urllib.parse.urlencode({name: str(value) for name, value in parameters.items()})
        body = query.encode() if query else None
        try:
            with urllib.request.urlopen(f"{self.address}/api/v1/{path}", body, timeout=30) as reply:
                return json.load(reply)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(json.load(error)["error"]) from None

    def series(self, promql: str, start: float, end: float, step: float = 1) -> list[dict[str, Any]]:
        """
        Return the series that answer over a time: those with one finite sample at least.
        """
        found = self.ask("query_range", query=promql, start=start, end=end, step=step)["result"]
        return [one for one in found if any(math.isfinite(float(value)) for _, value in one["values"])]
