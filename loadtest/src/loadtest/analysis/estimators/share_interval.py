"""
The interval of a share, from the number of late ones and the number counted.
"""

from __future__ import annotations

from scipy import special

CONFIDENCE = 0.95


def share_ends(late: float, counted: float, together: float = 1.0) -> tuple[float, float]:
    """
    Return the lower and the upper 95 % end of a share, each one-sided.

    Args:
        late: Number of tasks or orders that were late, or failed.
        counted: Number of tasks or orders counted.
        together: Number of them that count as one event, as waits come in bursts; 1 for independent ones.

    Returns:
        0 and 1 where nothing was counted.

    Source:
        Clopper and Pearson, *The use of confidence or fiducial limits*, on ``counted / together`` samples.
    """
    if counted <= 0:
        return 0.0, 1.0
    hits, samples = late / together, counted / together
    low = float(special.betaincinv(hits, samples - hits + 1, 1 - CONFIDENCE)) if hits > 0 else 0.0
    high = float(special.betaincinv(hits + 1, samples - hits, CONFIDENCE)) if hits < samples else 1.0
    return low, high


def samples_to_keep(share: float, together: float = 1.0, late: int = 0) -> int:
    """
    Return how many must be counted, with so many late ones among them, to bring the upper end below a share above 0.
    """
    samples = 1
    while share_ends(late, samples, 1.0)[1] > share:
        samples += max(1, samples // 50)
    return round(samples * together)
