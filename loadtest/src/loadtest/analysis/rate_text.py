"""
How a rate reads, whatever its size: orders of minutes are thousandths a second, and small ones thousands.
"""

from __future__ import annotations

import math


def rate_text(per_second: float) -> str:
    """
    Write a rate with three digits that count, without trailing zeros.
    """
    if per_second == 0:
        return "0"
    if not 1e-9 <= abs(per_second) < 1e12:  # no rate of this world, and nobody counts so many zeros
        return f"{per_second:.3g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(per_second))))
    text = f"{per_second:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
