"""
The values of ``--progress``.
"""

from __future__ import annotations

from enum import StrEnum


class Progress(StrEnum):
    """
    How progress is shown.
    """

    AUTO = "auto"
    LIVE = "live"
    PLAIN = "plain"
    JSON = "json"
