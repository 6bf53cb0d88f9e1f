"""
CPU of server pods, added up from what metrics.k8s.io says.
"""

from __future__ import annotations

from typing import Any

import pytest
from fake_cluster import FakeCluster, refusal

from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.server_pods import Usage

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
    ("cpu", "memory"),
    [
        pytest.param("250m", "64Mi", id="metrics-server"),
        pytest.param("250000000n", "65536Ki", id="small-units"),
        pytest.param("0.25", "67108864", id="no-units"),
        pytest.param("250000u", "67108864000m", id="parts-of-bytes"),
    ],
)
def test_every_unit_is_read(cpu: str, memory: str) -> None:
    """Adapters other than metrics-server give what they have, thousandths of bytes too."""
    clock = Clock()
    usage = Usage(NO_CLUSTER, "temporal", 60.0, clock)
    usage.take([{"containers": [{"usage": {"cpu": cpu, "memory": memory}}]}])
    clock.now = 8.0

    assert usage.use().cpu_seconds == pytest.approx(2.0)
    assert usage.use().rss_bytes == 64 * 2**20


def test_a_pod_without_containers_uses_nothing() -> None:
    """One that has just begun or ended is listed with null."""
    usage = Usage(NO_CLUSTER, "temporal", 60.0, Clock())

    usage.take([{"containers": None}, *answer("1")])

    assert usage.use().rss_bytes == 64 * 2**20


class MetricsServer:
    """
    A cluster whose metrics-server answers as it is told, for one pod.
    """

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.clock = Clock()
        self.usage = Usage(self.cluster.api, "temporal", 60.0, self.clock)
        self.uses("500m")

    def uses(self, cpu: str) -> None:
        """
        Answer that the pod uses so many cores.
        """
        self.says(containers=[{"usage": {"cpu": cpu, "memory": "64Mi"}}])

    def says(self, **item: Any) -> None:
        """
        Answer this of the pod.
        """
        self.cluster.put("pods", {"metadata": {"name": "p", "namespace": "temporal"}, **item})

    def is_away(self, status: int | None) -> None:
        """
        Refuse with a status, or with none answer again.
        """

        def refuse(_call: str, _name: str) -> None:
            if status is not None:
                raise refusal(status)

        self.cluster.before = refuse

    def look(self, *seconds: float) -> None:
        """
        Sample at these times.
        """
        for at in seconds:
            self.clock.now = at
            self.usage.sample()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_answer_that_fails_is_a_gap(status: int) -> None:
    """A metrics-server that is busy for two looks costs nothing: what was known goes on for so long."""
    server = MetricsServer()
    server.look(0.0, 5.0)
    before = server.usage.use()
    server.is_away(status)
    server.look(10.0, 15.0)
    server.is_away(None)
    server.look(20.0)

    after = server.usage.use()

    assert server.usage.asks
    assert after.cpu_seconds == pytest.approx(10.0)
    assert after.gaps == before.gaps == 0


def test_a_long_gap_is_left_out_and_counted() -> None:
    """Nobody knows what was used meanwhile; an edge in it has no number, and both sides of it are told apart."""
    server = MetricsServer()
    server.look(0.0, 5.0)
    before = server.usage.use()
    server.is_away(503)
    server.look(*range(10, 60, 5))
    within = server.usage.use()
    server.is_away(None)
    server.uses("2")
    server.look(60.0, 65.0)

    after = server.usage.use()

    assert within.cpu_seconds is None
    assert "there is no answer for 50 s: list pods.metrics.k8s.io in temporal: refused (503" in (
        within.why or ""
    )
    assert after.cpu_seconds == pytest.approx(0.5 * 5 + 2 * 5)
    assert (before.gaps, after.gaps) == (0, 1)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        pytest.param(
            {"containers": [{"usage": {"cpu": "much", "memory": "1Gi"}}]}, "cannot be read", id="no-number"
        ),
        pytest.param({"containers": [{}]}, "cannot be read", id="no-usage"),
    ],
)
def test_an_answer_that_cannot_be_read_is_a_gap_too(item: dict[str, Any], why: str) -> None:
    """Its last rate does not go on for ever, and the next answer that can be read counts."""
    server = MetricsServer()
    server.look(0.0)
    server.says(**item)
    server.look(20.0)
    held = server.usage.use()
    server.clock.now = 40.0

    lost = server.usage.use()

    assert held.cpu_seconds == pytest.approx(10.0)
    assert lost.cpu_seconds is None
    assert why in (lost.why or "")
    assert server.usage.asks


def test_a_list_of_no_pod_is_no_zero() -> None:
    """A metrics-server that has just begun knows of none; a namespace that is mistyped has none."""
    usage = Usage(NO_CLUSTER, "temporal", 60.0, Clock())

    usage.take([])

    assert usage.use().cpu_seconds is None
    assert usage.use().why == "metrics.k8s.io knows of no pod in temporal"


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


@pytest.mark.parametrize("status", [403, 404])
def test_an_api_that_has_answered_is_asked_again(status: int) -> None:
    """An API server that has just been started knows no Role yet, and not where metrics-server is."""
    cluster = FakeCluster()
    usage = Usage(cluster.api, "temporal", 60.0)
    usage.take([{"containers": [{"usage": {"cpu": "1", "memory": "1Mi"}}]}])

    def refuse(_call: str, _name: str) -> None:
        raise refusal(status)

    cluster.before = refuse

    usage.sample()

    assert usage.asks
    assert usage.use().cpu_seconds is not None
