"""
The pod that reads a run from the results' volume, and a copy that breaks off.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import kubernetes
import pytest
from cluster_objects import pod
from fake_cluster import FakeCluster, refusal
from kubernetes.stream.ws_client import ERROR_CHANNEL, STDERR_CHANNEL, STDOUT_CHANNEL
from websocket import ABNF, WebSocketConnectionClosedException, WebSocketTimeoutException

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes import exec_output
from loadtest.target.kubernetes.results_fetch import Volume, reading_pod
from loadtest.target.kubernetes.sweep_job import SweepJob

CONTAINER = {"name": "sweep", "image": "loadtest:1", "imagePullPolicy": "IfNotPresent"}
VOLUMES = [{"name": "plan"}, {"name": "results"}]


@pytest.mark.parametrize("limits", [None, {"cpu": "1", "memory": "1Gi"}], ids=["none", "limits"])
def test_it_has_the_sweeps_limits_and_asks_for_little(limits: dict[str, str] | None) -> None:
    """
    A quota on limits refuses a pod without them, and it must find room beside a sweep.
    """
    resources: dict[str, Any] = {"requests": {"cpu": "2"}} | ({"limits": limits} if limits else {})
    pod = {"containers": [{**CONTAINER, "resources": resources}], "volumes": VOLUMES}

    (container,) = reading_pod("fetch-1", {"spec": pod}, {})["spec"]["containers"]

    assert container["resources"].get("limits") == limits
    assert container["resources"]["requests"] == {"cpu": "50m", "memory": "64Mi"}


def test_it_runs_where_a_sweep_may() -> None:
    """
    The volume may be bound to such a node; a runtime and a scheduler of one's own are part of it, and so is the account,
    without its rights.
    """
    where = {
        "serviceAccountName": "kit-loadtest",
        "nodeSelector": {"pool": "load"},
        "tolerations": [{"operator": "Exists"}],
        "runtimeClassName": "gvisor",
        "schedulerName": "another",
    }

    pod = {**where, "containers": [CONTAINER], "volumes": VOLUMES}
    found = reading_pod("fetch-1", {"spec": pod}, {"a": "b"})

    assert where.items() <= found["spec"].items()
    assert found["spec"]["automountServiceAccountToken"] is False
    assert found["spec"]["volumes"] == [{"name": "results"}]
    assert found["metadata"]["labels"] == {"a": "b", "app.kubernetes.io/component": "fetch"}


def test_it_has_what_the_clusters_rules_ask_of_a_pod() -> None:
    """
    A team's label and the word that keeps it out of a mesh are a sweep's; that of the release and the scrape are not.
    """
    labels = {"team": "shop", "app.kubernetes.io/component": "sweep", "app.kubernetes.io/instance": "kit"}
    annotations = {"sidecar.istio.io/inject": "false", "prometheus.io/scrape": "true"}
    template = {
        "metadata": {"labels": {**labels, "temporal-kit/scrapes": "true"}, "annotations": annotations},
        "spec": {"containers": [CONTAINER], "volumes": VOLUMES},
    }

    found = reading_pod("fetch-1", template, {"a": "b"})["metadata"]

    assert found["labels"] == {"team": "shop", "a": "b", "app.kubernetes.io/component": "fetch"}
    assert found["annotations"] == {"sidecar.istio.io/inject": "false"}


def test_it_waits_for_a_long_copy_and_ends_some_time_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A large run takes its time over a slow line; a copy that was killed leaves a pod for ten minutes.
    """
    found = reading_pod("fetch-1", {"spec": {"containers": [CONTAINER], "volumes": VOLUMES}}, {})["spec"]
    slept: list[float] = []
    # Itself, and for an hour whoever packs; what else stands in /proc is no process.
    monkeypatch.setattr(
        os, "listdir", lambda _: ["1", "self", "stat", *(["7"] if sum(slept) <= 3600 else [])]
    )
    monkeypatch.setattr(time, "sleep", slept.append)

    exec(found["containers"][0]["command"][-1], {})

    assert sum(slept) == 3600 + 600
    assert found["activeDeadlineSeconds"] > 4200


class Packing:
    """
    A stream to which frames arrive one by one; an error among them is raised, and ``None`` closes it.

    After the last one nothing comes any more.
    """

    def __init__(self, *frames: bytes | Exception | None) -> None:
        self.sock = self
        self.frames = list(frames)
        self.closed = False

    def settimeout(self, seconds: float) -> None:
        """
        Say how long to wait for a frame.
        """
        self.seconds = seconds

    def recv_data_frame(self, _: bool) -> tuple[int, ABNF]:
        """
        Give the next frame.
        """
        if not self.frames:
            raise WebSocketTimeoutException("timed out")
        frame = self.frames.pop(0)
        if isinstance(frame, Exception):
            raise frame
        kind = ABNF.OPCODE_CLOSE if frame is None else ABNF.OPCODE_BINARY
        return kind, ABNF(1, 0, 0, 0, kind, 0, frame or b"")

    def close(self) -> None:
        """
        Note that the reader let go of it.
        """
        self.closed = True


def status(**said: Any) -> bytes:
    """
    How the API server ends a stream.
    """
    return bytes([ERROR_CHANNEL]) + json.dumps(said).encode()


def out(words: bytes) -> bytes:
    """
    What the process writes.
    """
    return bytes([STDOUT_CHANNEL]) + words


DONE = status(status="Success")


@pytest.fixture
def volume() -> Volume:
    """
    A release's volume in a cluster whose pods are ready when they are looked at.
    """
    cluster = FakeCluster()
    sweep = {**CONTAINER, "resources": {"requests": {"memory": "256Mi"}}}
    spec = {"containers": [sweep], "volumes": VOLUMES}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"template": {"spec": spec}}}
    cluster.put(
        "cron_job",
        {"metadata": {"name": "sweep"}, "spec": {"schedule": "0 2 * * *", "jobTemplate": template}},
    )

    def run(call: str, name: str) -> None:
        if call == "read_pod":
            cluster.objects["pod", "loadtest", name]["status"] = pod(name)["status"]

    cluster.before = run
    return Volume(SweepJob(cluster.api, "loadtest", "sweep"))


def packing(monkeypatch: pytest.MonkeyPatch, *frames: bytes | Exception | None) -> Packing:
    """
    Let the pod answer so.
    """
    stream = Packing(*frames)
    monkeypatch.setattr(kubernetes.stream, "stream", lambda *_, **__: stream)
    return stream


def pods_left(volume: Volume) -> int:
    """
    How many pods are still there.
    """
    return len(volume.job.api.core.list_namespaced_pod("loadtest").items)


def test_a_run_is_written_with_its_name_and_checksum(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also the part that came with the end, and the pod goes."""
    stream = packing(
        monkeypatch, out(b"ab"), out(b"cd"), out(b"e"), bytes([STDERR_CHANNEL]) + b"r-1 5f\n", DONE, None
    )

    assert volume.fetch("latest", tmp_path / "a") == ("r-1", "5f")
    assert (tmp_path / "a").read_bytes() == b"abcde"
    assert stream.closed
    assert pods_left(volume) == 0


@pytest.mark.parametrize(
    "end",
    [None, WebSocketConnectionClosedException("lost"), ConnectionResetError("reset")],
    ids=["closed", "lost", "reset"],
)
def test_a_copy_that_broke_off_is_told(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: Exception | None
) -> None:
    """The pod was deleted, or the connection went: no exit code comes."""
    packing(monkeypatch, out(b"ab"), end)

    with pytest.raises(TargetError, match="the copy of latest broke off after 2 bytes; fetch it again"):
        volume.fetch("latest", tmp_path / "a")
    assert pods_left(volume) == 0


def test_a_copy_that_stands_still_is_given_up(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A connection whose other end is gone says nothing for ever."""
    monkeypatch.setattr(exec_output, "_SILENT_SECONDS", 0.0)
    packing(monkeypatch, out(b"ab"))

    with pytest.raises(TargetError, match="the copy stands still"):
        volume.fetch("latest", tmp_path / "a")


def test_a_full_disk_here_is_no_cluster_that_is_away(volume: Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is named, and how to name another."""
    packing(monkeypatch, out(b"x" * 100_000), DONE, None)

    with pytest.raises(InputError, match="the run cannot be written there: No space left on device.*TMPDIR"):
        volume.fetch("latest", Path("/dev/full"))


def test_a_pod_that_somebody_took_away_is_no_error_of_its_own(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is told is that the copy broke off."""

    class Taken(Packing):
        def recv_data_frame(self, _: bool) -> tuple[int, ABNF]:
            (made,) = volume.job.api.core.list_namespaced_pod("loadtest").items
            volume.job.api.core.delete_namespaced_pod(made.metadata.name, "loadtest")
            raise WebSocketConnectionClosedException("lost")

    monkeypatch.setattr(kubernetes.stream, "stream", lambda *_, **__: Taken())

    with pytest.raises(TargetError, match="broke off after 0 bytes"):
        volume.fetch("latest", tmp_path / "a")


def test_a_namespace_that_takes_nothing_small(
    volume: Volume, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its LimitRange demands more of a pod than this one asks for; a sweep asks for that."""
    cluster = volume.job.api.core
    asked = []
    create = cluster.create_namespaced_pod

    def admit(namespace: str, body: dict[str, Any], **query: Any) -> Any:
        (container,) = body["spec"]["containers"]
        asked.append(container["resources"].get("requests"))
        if len(asked) == 1:
            raise refusal(403, 'pods "x" is forbidden: minimum memory usage per Container is 128Mi')
        return create(namespace, body, **query)

    cluster.create_namespaced_pod = admit
    packing(monkeypatch, out(b"a"), bytes([STDERR_CHANNEL]) + b"r-1 5f\n", DONE, None)

    assert volume.fetch("latest", tmp_path / "a") == ("r-1", "5f")
    assert asked == [{"cpu": "50m", "memory": "64Mi"}, {"memory": "256Mi"}]
