"""
A followed sweep of which the cluster tells nothing for a while, or nothing any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import urllib3
from cluster_objects import not_made, pod
from fake_cluster import FakeCluster, refusal

from loadtest.cli import app, kubeconfig
from loadtest.target.kubernetes.job_log import JobLog, OutOfSightError
from loadtest.target.kubernetes.sweep_job import SweepJob

LABELS = {"batch.kubernetes.io/job-name": "loadtest-sweep"}
NO_LOG = 'pods "s" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "loadtest"'


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> FakeCluster:
    """
    A cluster in which a sweep runs, on a clock that only waits move.
    """
    found = FakeCluster()
    found.put("job", {"metadata": {"name": "loadtest-sweep"}})
    found.put("pod", pod("s", labels=LABELS, namespace="loadtest", containers=("sweep",)))
    slept = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: slept[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: slept.append(slept.pop() + seconds))
    return found


def _log(cluster: FakeCluster) -> JobLog:
    return JobLog(SweepJob(cluster.api, "loadtest", "loadtest-sweep"))


def _refusing(status: int, message: str) -> Callable[[str, str], None]:
    def refuse(call: str, _name: str) -> None:
        if call == "read_log":
            raise refusal(status, message)

    return refuse


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        pytest.param(401, "Unauthorized", "the cluster does not know who asks (Unauthorized)", id="login"),
        pytest.param(403, NO_LOG, f"not allowed ({NO_LOG})", id="no-right"),
    ],
)
def test_who_may_not_look_any_more_is_told_that_the_sweep_may_go_on(
    cluster: FakeCluster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    message: str,
    told: str,
) -> None:
    """A login ends in mid-sweep; whoever submits again would be refused, as it runs."""
    cluster.before = _refusing(status, message)
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: cluster.api)

    code = app.run(["submit", "--attach", "--kubeconfig", "f", "--context", "c"])

    error = capsys.readouterr().err
    assert code == 2
    assert f"error: get pods/log loadtest/s: {told}" in error
    assert error.endswith(
        "the sweep may go on: `loadtest submit --attach --kubeconfig f --context c` follows it again\n"
    )


@pytest.mark.parametrize("refused", [True, False], ids=["not-made", "no-node"])
def test_a_sweep_that_begins_later_is_told_of(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], refused: bool
) -> None:
    """The Job stays: a quota that has room again, or a new node, would begin a load that nobody expects any more."""
    cluster.objects.clear()
    made = cluster.put(
        "job", {"metadata": {"name": "loadtest-sweep"}, "spec": {"template": {"spec": {"containers": []}}}}
    )
    if refused:
        uid = made["metadata"]["uid"]
        cluster.put("event", not_made("Job", "loadtest-sweep", "exceeded quota: small", "loadtest", uid))
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: cluster.api)

    code = app.run(["submit", "--attach"])

    error = capsys.readouterr().err
    assert code == 2
    assert ("exceeded quota: small" in error) is refused
    assert error.endswith(
        "it begins by itself once nothing keeps it: `loadtest submit --attach` follows it then, "
        "`kubectl -n loadtest delete job loadtest-sweep` takes it back\n"
    )


def test_a_cluster_may_be_away_while_the_pod_waits_for_its_node(cluster: FakeCluster) -> None:
    """The wait for a node takes minutes, in which an API server may be started anew."""
    waits = [urllib3.exceptions.ProtocolError("refused"), refusal(429), refusal(503)]

    def away(call: str, _name: str) -> None:
        if call == "list_pod" and waits:
            raise waits.pop()
        if call == "read_log":
            raise refusal(401)

    cluster.before = away

    with pytest.raises(OutOfSightError, match="get pods/log"):
        list(_log(cluster).lines())

    assert not waits


def test_a_cluster_that_stays_away_is_told(cluster: FakeCluster) -> None:
    """After two minutes, in which the pod may have started."""

    def away(_call: str, _name: str) -> None:
        raise refusal(503, "no")

    cluster.before = away

    with pytest.raises(OutOfSightError, match="the cluster does not answer for 120 s"):
        list(_log(cluster).lines())
