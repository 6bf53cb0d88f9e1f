"""
A followed sweep whose connection falls silent, and an end that its process did not choose.
"""

from __future__ import annotations

from typing import Any

import pytest
import urllib3
from cluster_objects import pod
from fake_cluster import FakeCluster

from loadtest.errors import TargetError
from loadtest.target.kubernetes.job_log import JobLog
from loadtest.target.kubernetes.sweep_job import SweepJob

LABELS = {"batch.kubernetes.io/job-name": "loadtest-sweep"}


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A cluster with nothing in it.
    """
    return FakeCluster()


def sweep(cluster: FakeCluster) -> SweepJob:
    """
    The release's sweep.
    """
    return SweepJob(cluster.api, "loadtest", "loadtest-sweep")


def ended(code: int, why: str, **status: Any) -> dict[str, Any]:
    """
    The sweep's pod, whose container has ended.
    """
    state = {"terminated": {"exitCode": code, "reason": why}}
    told = {"name": "sweep", "ready": False, "restartCount": 0, "image": "i", "imageID": "", "state": state}
    return pod(
        "s",
        labels=LABELS,
        namespace="loadtest",
        containers=("sweep",),
        ready=False,
        statuses=[told],
        **status,
    )


def test_a_connection_that_fell_silent_is_made_anew(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have gone without a word, as behind a balancer that forgets it; a sweep that says nothing goes on."""
    cluster.put("pod", pod("s", labels=LABELS, namespace="loadtest", containers=("sweep",)))
    limits = []

    class Response:
        def stream(self) -> Any:
            yield b"2026-01-02T03:04:05Z a\n"
            if len(limits) == 1:
                raise urllib3.exceptions.ReadTimeoutError(urllib3.HTTPConnectionPool("h"), "/", "silent")
            cluster.put("pod", ended(0, "Completed"))
            yield b"2026-01-02T03:04:06Z b\n"

    def log(*_: Any, _request_timeout: Any = None, **__: Any) -> Any:
        limits.append(_request_timeout)
        return Response()

    monkeypatch.setattr(cluster, "read_namespaced_pod_log", log, raising=False)

    assert list(JobLog(sweep(cluster)).lines()) == ["a", "b"]
    assert all(limit is not None for limit in limits), "without a limit a silent connection is read for ever"


def test_lines_of_one_time_are_all_told_and_none_twice(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CRI-O gives one time to all lines that it reads at once, and a clock may be set back; the last line is the verdict."""
    cluster.put("pod", pod("s", labels=LABELS, namespace="loadtest", containers=("sweep",)))
    first = [
        f"2026-01-02T03:04:05.{part}Z {text}\n".encode()
        for part, text in (("1", "a"), ("2", "b"), ("2", "c"))
    ]
    second = [
        *first,
        b"2026-01-02T03:04:05.2Z d\n",
        b"2026-01-02T03:04:05.3Z e\n",
        b"2026-01-02T03:04:04.9Z f\n",
    ]
    asked = []

    class Response:
        def stream(self) -> Any:
            asked.append(True)
            if len(asked) == 1:
                yield from first
                raise urllib3.exceptions.ProtocolError("gone")
            cluster.put("pod", ended(0, "Completed"))
            yield from second

    monkeypatch.setattr(cluster, "read_namespaced_pod_log", lambda *_, **__: Response(), raising=False)

    assert list(JobLog(sweep(cluster)).lines()) == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(ended(137, "Error"), "s: sweep: Error, exit code 137", id="killed"),
        pytest.param(
            ended(143, "Error", phase="Failed", reason="Evicted", message="the node was low on memory"),
            "s: Evicted: the node was low on memory",
            id="evicted",
        ),
        pytest.param(ended(128, "StartError"), "s: sweep: StartError, exit code 128", id="no-such-program"),
    ],
)
def test_an_end_that_was_not_its_own_is_no_verdict(
    cluster: FakeCluster, made: dict[str, Any], said: str
) -> None:
    """The node still says an exit code; what it did stands beside it."""
    cluster.put("pod", made)

    with pytest.raises(TargetError, match=f"did not end by itself:\n{said}"):
        JobLog(sweep(cluster)).exit_code()


@pytest.mark.parametrize(
    ("job", "said"),
    [
        pytest.param(None, "the Job was deleted while it ran", id="with-its-job"),
        pytest.param(
            {"metadata": {"name": "loadtest-sweep"}}, "the sweep's pod was deleted while it ran", id="alone"
        ),
    ],
)
def test_it_is_told_what_was_deleted(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch, job: dict[str, Any] | None, said: str
) -> None:
    """A pod goes alone with its node, and nobody has deleted a Job then; the run can be finished either way."""
    if job is not None:
        cluster.put("job", job)
    cluster.put("pod", pod("s", labels=LABELS, namespace="loadtest", containers=("sweep",)))

    class Response:
        def stream(self) -> Any:
            cluster.objects.clear()
            if job is not None:
                cluster.put("job", job)
            yield b"2026-01-02T03:04:05Z a\n"

    monkeypatch.setattr(cluster, "read_namespaced_pod_log", lambda *_, **__: Response(), raising=False)

    with pytest.raises(TargetError) as told:
        list(JobLog(sweep(cluster)).lines())

    assert said in str(told.value)
    assert "`loadtest submit --resume RUN` finishes it" in str(told.value)
