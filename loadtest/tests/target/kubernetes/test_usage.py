"""
CPU of server pods, added up from what metrics.k8s.io says.
"""

from __future__ import annotations

from typing import Any

import pytest
from fake_cluster import FakeCluster, refusal

from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.usage import Usage, cores, size

NO_CLUSTER = Api(None, None, None, None, None, None, "nowhere")


class Clock:
    """
    A clock that stands still until it is set.
    """

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def answer(*cpus: str) -> list[dict[str, Any]]:
    """
    What the API says of pods with one container each.
    """
    return [{"containers": [{"usage": {"cpu": cpu, "memory": "64Mi"}}]} for cpu in cpus]


@pytest.mark.parametrize(
    ("text", "value"),
    [("250m", 0.25), ("1234567n", 0.001234567), ("12u", 0.000012), ("2", 2.0), ("1k", 1000.0)],
)
def test_cores_are_read(text: str, value: float) -> None:
    """Every unit in which the API gives CPU."""
    assert cores(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"), [("64Mi", 64 * 2**20), ("1Gi", 2**30), ("10k", 10_000), ("123", 123), ("5Ki", 5120)]
)
def test_sizes_are_read(text: str, value: int) -> None:
    """Every unit in which the API gives memory."""
    assert size(text) == value


def test_seconds_add_up_over_all_pods() -> None:
    """Two pods at a quarter of a core for 20 s and at half for 10 s used 20 CPU seconds; what came last goes on."""
    clock = Clock()
    usage = Usage(NO_CLUSTER, "temporal", 60.0, clock)
    usage.take(answer("250m", "250m"))
    clock.now = 20.0
    usage.take(answer("500m", "500m"))
    clock.now = 30.0

    use = usage.use()

    assert use.cpu_seconds == pytest.approx(20.0)
    assert use.rss_bytes == 2 * 64 * 2**20
    assert use.why is None


@pytest.mark.parametrize(
    ("namespace", "window", "why"),
    [
        pytest.param("temporal", 59.9, "which says nothing of a window of 59.9 s", id="short-window"),
        pytest.param(None, 60.0, "the server's namespace was not given", id="no-namespace"),
    ],
)
def test_what_cannot_be_said_has_a_reason(namespace: str | None, window: float, why: str) -> None:
    """A short window or an unknown namespace gives no number and the reason, and nothing is asked."""
    usage = Usage(NO_CLUSTER, namespace, window)

    assert not usage.asks
    assert usage.use().cpu_seconds is None
    assert why in (usage.use().why or "")


def test_a_window_of_a_minute_is_asked() -> None:
    """Sixty seconds are long enough."""
    usage = Usage(NO_CLUSTER, "temporal", 60.0)

    assert usage.asks
    assert usage.use().why == "metrics.k8s.io was not asked yet"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        pytest.param(404, "the cluster has no metrics-server", id="none"),
        pytest.param(403, "list pods.metrics.k8s.io in temporal", id="not-allowed"),
    ],
)
def test_an_api_that_gives_nothing_is_asked_once(status: int, why: str) -> None:
    """The reason is its own: only a kind that the cluster does not know says that metrics-server is missing."""
    cluster = FakeCluster()

    def refuse(_call: str, _name: str) -> None:
        raise refusal(status)

    cluster.before = refuse
    usage = Usage(cluster.api, "temporal", 60.0)

    usage.sample()

    assert not usage.asks
    assert why in (usage.use().why or "")
