"""
How some pages write the value of a label.
"""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def plain_spelling(value: str) -> str:
    """
    Return a label's value as some servers write it, and workers in Go whose page is made as the SDK shows it.

    Every character but letters and digits becomes an underscore.
    """
    return re.sub(r"[^0-9A-Za-z]", "_", value)
