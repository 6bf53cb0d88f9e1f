"""
The upper bounds of the kit's own latency histograms, on injectors and on workers.
"""

from __future__ import annotations

import itertools

_FIRST_SECONDS, _LAST_SECONDS, _RATIO = 0.001, 60.0, 1.2

# From 1 ms to 60 s, each bound 1.2 times the one before, to four digits: the resolution of every percentile.
LATENCY_BOUNDS_SECONDS: tuple[float, ...] = (
    *(
        float(f"{bound:.4g}")
        for bound in itertools.takewhile(
            lambda bound: bound < _LAST_SECONDS,
            itertools.accumulate(
                itertools.repeat(_RATIO), lambda bound, ratio: bound * ratio, initial=_FIRST_SECONDS
            ),
        )
    ),
    _LAST_SECONDS,
)
