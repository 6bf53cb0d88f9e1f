"""
How often a replica is called silent, on workers of known answer; `make truth-silent` tries many more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from polling_workers import PolledWorker, Silence, is_named, looks_at, seconds_to_name

HALF_BUSY = PolledWorker()
WORKERS = {
    "long-polls-of-60-s": PolledWorker(arrivals_per_second=0.02),
    "half-busy": HALF_BUSY,
    "95-percent-busy": PolledWorker(arrivals_per_second=15.2),
    "overloaded": PolledWorker(arrivals_per_second=20.0),
    "limited-to-one-a-second": PolledWorker(2.0, slots=100, limit_per_second=1.0),
    "a-look-in-twenty-fails": PolledWorker(lost_looks=0.05),
}


@pytest.mark.parametrize("worker", WORKERS.values(), ids=WORKERS)
def test_a_replica_that_works_is_hardly_ever_called_silent(worker: PolledWorker) -> None:
    """In no minute of thirty, whatever its load, its own rate limit and the gaps of its page."""
    named = [is_named(looks_at(worker, 60.0, np.random.default_rng((3, draw)))) for draw in range(30)]

    assert not any(named)


@pytest.mark.parametrize("silence", Silence)
@pytest.mark.parametrize("worker", WORKERS.values(), ids=WORKERS)
def test_a_replica_that_falls_silent_is_named_within_ten_seconds(
    worker: PolledWorker, silence: Silence
) -> None:
    """From the second of its silence, at whatever moment between two looks that is."""
    draws = [np.random.default_rng((4, draw)) for draw in range(20)]
    silent_at = [30.0 + draw.uniform(0, 2) for draw in draws]

    seconds = [
        seconds_to_name(looks_at(worker, at + 20, draw, silence=silence, silent_at=at), at)
        for draw, at in zip(draws, silent_at, strict=True)
    ]

    assert all(each is not None and each <= 10 for each in seconds), seconds


def test_a_worker_that_the_rule_cannot_tell_from_a_silent_one_is_called_so() -> None:
    """One that takes a task every ten seconds by a limit of its own polls for none of them in between."""
    slow = replace(HALF_BUSY, slots=100, arrivals_per_second=0.2, limit_per_second=0.1)

    assert is_named(looks_at(slow, 60.0, np.random.default_rng(5)))
