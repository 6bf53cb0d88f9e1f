"""
Values of the workers' chart that render.
"""

from __future__ import annotations

from typing import Any

CHART = "repair-worker"
TAG = {"image": {"repository": "repair-worker", "tag": "0123abc"}}


def values(**more: Any) -> dict[str, Any]:
    """
    Values that render, with some changed.
    """
    return {**TAG, **more}
