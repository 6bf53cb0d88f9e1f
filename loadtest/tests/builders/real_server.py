"""
The dev server of all tests.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """
    A running dev server.
    """

    address: str
    metrics_url: str
    pid: int
