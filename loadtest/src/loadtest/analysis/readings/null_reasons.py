"""
Why readings are null: one reason for each, kept while a step is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

NO_SERVER = (
    "the server's /metrics page could not be read; name it with --server-metrics where the server has one"
)
NO_WORKER = "the workers offer no metrics of ours; serve the SDK's page, in seconds and with suffixes, at METRICS_PORT"


class NullReasons(dict[str, str]):
    """
    Why readings are null, by key.
    """

    def of(self, key: str, value: T | None, reason: str) -> T | None:
        """
        Pass a reading on and keep the reason if it is null.
        """
        if value is None:
            self[key] = reason
        return value

    def under(self, key: str, reasons: Mapping[str, str]) -> None:
        """
        Keep the reasons of a nested reading.
        """
        self.update({f"{key}.{inner}": reason for inner, reason in reasons.items()})
