"""
Readiness is by sets of identities with a poll since their start.
"""

from __future__ import annotations

import pytest

from loadtest.experiment.readiness import missing
from loadtest.results.measured import Replica

STARTED = 1000.0
OURS = Replica("worker-1@host", None, 41, STARTED)
FOREIGN = Replica("42@host", None, 42, STARTED)


@pytest.mark.parametrize(
    ("replicas", "pollers", "expected"),
    [
        pytest.param([OURS], {}, ("worker-1@host",), id="nobody-polls"),
        pytest.param([OURS], {"worker-1@host": STARTED + 1}, (), id="polls"),
        pytest.param(
            [OURS], {"worker-1@host": STARTED - 30}, ("worker-1@host",), id="polled-before-its-start"
        ),
        pytest.param(
            [OURS], {"worker-9@host": STARTED + 1}, ("worker-1@host",), id="only-a-killed-one-is-listed"
        ),
        pytest.param(
            [OURS, FOREIGN],
            {"worker-1@host": STARTED, "worker-9@host": STARTED},
            ("42@host",),
            id="right-count-wrong-set",
        ),
        pytest.param([FOREIGN], {"42@host@queue": STARTED + 2}, (), id="a-go-worker-adds-its-queue"),
        pytest.param([FOREIGN], {"421@host": STARTED + 2}, ("42@host",), id="a-longer-pid-is-another"),
        pytest.param(
            [OURS], {"worker-1@host": STARTED + 1, "x": STARTED}, (), id="extra-identities-are-ignored"
        ),
    ],
)
def test_missing_is_decided_by_identity_and_time(
    replicas: list[Replica], pollers: dict[str, float], expected: tuple[str, ...]
) -> None:
    """Neither a count nor a stale entry makes a replica ready."""
    assert missing(replicas, pollers) == expected
