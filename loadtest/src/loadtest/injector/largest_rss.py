"""
How much memory a process of Locust took.
"""

from __future__ import annotations

import resource
import sys


def largest_rss_bytes() -> int:
    """
    Return the largest resident size that this process has had.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
