"""
A submitted sweep: what is made of the template, what refuses it, and what its end says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cluster_objects import evicted, pod
from fake_cluster import FakeCluster, as_model, refusal

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.job_log import JobLog
from loadtest.target.kubernetes.lease import Holder, Lease, lease_of
from loadtest.target.kubernetes.sweep_job import Brought, SweepJob

LABELS = {"batch.kubernetes.io/job-name": "loadtest-sweep"}
BROUGHT = Brought({"plan.toml": 'name = "p"\n'}, ("--replicas=1",))
ARGS = ["sweep", "/plan/plan.toml", "--deployment=shop/workers", "--injector-job=loadtest/template"]


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A load test's namespace with its CronJob, whose pods get a proxy as a first container.
    """
    made = FakeCluster()
    spec = {
        "containers": [{"name": "proxy", "image": "p"}, {"name": "sweep", "image": "i", "args": ARGS}],
        "volumes": [{"name": "plan", "configMap": {"name": "chart's"}}],
    }
    metadata = {"labels": {"a": "b"}, "annotations": {"c": "d"}}
    template = {"metadata": metadata, "spec": {"template": {"spec": spec}}}
    cron = {
        "metadata": {"name": "loadtest-sweep"},
        "spec": {"schedule": "0 2 * * *", "jobTemplate": template},
    }
    made.put("cron_job", cron)
    return made


def sweep(cluster: FakeCluster) -> SweepJob:
    """
    The release's sweep.
    """
    return SweepJob(cluster.api, "loadtest", "loadtest-sweep")


def test_the_job_is_the_template_with_what_was_brought(cluster: FakeCluster) -> None:
    """The sweep's container is found by its name, and the plan's volume holds the files."""
    sweep(cluster).submit(Brought({"plan.toml": "x", "lib/a.py": "y"}, ("--scenario=/plan/s.py",)))

    job = cluster.get("job", "loadtest", "loadtest-sweep")
    assert job is not None
    assert job["spec"]["suspend"] is False
    spec = job["spec"]["template"]["spec"]
    proxy, container = spec["containers"]
    assert "args" not in proxy
    assert container["args"] == [*ARGS, "--scenario=/plan/s.py"]
    (volume,) = spec["volumes"]
    config = cluster.get("config_map", "loadtest", volume["configMap"]["name"])
    assert config is not None
    texts = {item["path"]: config["data"][item["key"]] for item in volume["configMap"]["items"]}
    assert texts == {"plan.toml": "x", "lib/a.py": "y"}
    (owner,) = config["metadata"]["ownerReferences"]
    assert owner["uid"] == job["metadata"]["uid"]
    for metadata in (job["metadata"], config["metadata"]):
        assert (metadata["labels"], metadata["annotations"]) == ({"a": "b"}, {"c": "d"})


def test_workers_that_are_submitted_take_the_place_of_the_charts(cluster: FakeCluster) -> None:
    """The program in the pod refuses a flag with two values."""
    sweep(cluster).submit(Brought({"plan.toml": "x"}, ("--deployment=mine/workers",)))

    job = cluster.get("job", "loadtest", "loadtest-sweep")
    assert job is not None
    _, container = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == [*ARGS[:2], ARGS[3], "--deployment=mine/workers"]


def test_the_job_goes_with_the_release(cluster: FakeCluster) -> None:
    """The CronJob owns it, and is no controller of it: one counts its Jobs and would take a submitted one away."""
    cron = cluster.get("cron_job", "loadtest", "loadtest-sweep")
    assert cron is not None

    sweep(cluster).submit(BROUGHT)

    job = cluster.get("job", "loadtest", "loadtest-sweep")
    assert job is not None
    assert job["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "name": "loadtest-sweep",
            "uid": cron["metadata"]["uid"],
        }
    ]


def test_a_resumed_run_takes_the_place_of_the_plan(cluster: FakeCluster) -> None:
    """The sweep would refuse both."""
    sweep(cluster).submit(Brought({}, ("--resume=/results/r",), resumes=True))

    job = cluster.get("job", "loadtest", "loadtest-sweep")
    assert job is not None
    _, container = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["sweep", *ARGS[2:], "--resume=/results/r"]


def test_a_question_takes_the_place_of_the_sweep(cluster: FakeCluster) -> None:
    """The template's other arguments stay; they say where things are."""
    sweep(cluster).submit(Brought({"plan.toml": "x"}, ("--rate=2.0",), "capacity"))

    job = cluster.get("job", "loadtest", "loadtest-sweep")
    assert job is not None
    _, container = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["capacity", *ARGS[1:], "--rate=2.0"]


def test_a_template_of_another_verb_takes_no_question(cluster: FakeCluster) -> None:
    """Whoever changed it meant it; nothing is made."""
    cron = cluster.get("cron_job", "loadtest", "loadtest-sweep")
    assert cron is not None
    pod_spec = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    pod_spec["containers"][1]["args"] = ["doctor"]
    cluster.put("cron_job", cron)

    with pytest.raises(InputError, match="starts `loadtest doctor`, which no --design limits can replace"):
        sweep(cluster).submit(Brought({"plan.toml": "x"}, (), "limits"))
    assert cluster.get("job", "loadtest", "loadtest-sweep") is None


@pytest.mark.parametrize(
    "guarded", [("shop", "workers"), ("loadtest", "template")], ids=["workers", "release"]
)
def test_a_nightly_sweep_refuses_a_submitted_one(cluster: FakeCluster, guarded: tuple[str, str]) -> None:
    """Its Job has another name; what it holds is the Lease, and nothing is made."""
    night = cluster.put("pod", pod("loadtest-sweep-29400120-x", namespace="loadtest"))
    holder = Holder("loadtest", night["metadata"]["name"], night["metadata"]["uid"])
    Lease(cluster.api, guarded[0], lease_of(*guarded), holder).take()

    with pytest.raises(InputError, match="the sweep of pod loadtest/loadtest-sweep-29400120-x holds Lease"):
        sweep(cluster).submit(BROUGHT)
    assert cluster.get("job", "loadtest", "loadtest-sweep") is None


def test_what_the_user_may_not_look_at_the_sweep_will(cluster: FakeCluster) -> None:
    """A user without rights beside the workers submits all the same; the sweep's own account looks at their Lease."""
    night = cluster.put("pod", pod("night", namespace="loadtest"))
    holder = Holder("loadtest", "night", night["metadata"]["uid"])
    Lease(cluster.api, "shop", lease_of("shop", "workers"), holder).take()

    def refuse(call: str, name: str) -> None:
        if call == "read_lease" and name == lease_of("shop", "workers"):
            raise refusal(403)

    cluster.before = refuse

    sweep(cluster).submit(BROUGHT)

    assert cluster.get("job", "loadtest", "loadtest-sweep") is not None


def test_another_deployment_is_another_lease(cluster: FakeCluster) -> None:
    """A flag of ours comes after the template's and counts."""
    night = cluster.put("pod", pod("night", namespace="loadtest"))
    holder = Holder("loadtest", "night", night["metadata"]["uid"])
    Lease(cluster.api, "shop", lease_of("shop", "workers"), holder).take()

    sweep(cluster).submit(Brought({"plan.toml": "x"}, ("--deployment=other/workers",)))

    assert cluster.get("job", "loadtest", "loadtest-sweep") is not None


def ended(name: str, code: int, reason: str = "Completed") -> dict[str, Any]:
    """
    The status of a container that has ended.
    """
    state = {"terminated": {"exitCode": code, "reason": reason}}
    return {"name": name, "ready": False, "restartCount": 0, "image": "i", "imageID": "", "state": state}


RUNS = {
    "name": "proxy",
    "ready": True,
    "restartCount": 0,
    "image": "i",
    "imageID": "",
    "state": {"running": {"startedAt": "2026-01-02T03:04:05Z"}},
}


def test_the_verdict_is_the_sweeps_and_not_the_sidecars(cluster: FakeCluster) -> None:
    """A proxy stands first and runs on."""
    cluster.put(
        "pod",
        pod(
            "s",
            labels=LABELS,
            namespace="loadtest",
            containers=("proxy", "sweep"),
            statuses=[RUNS, ended("sweep", 1)],
        ),
    )

    assert JobLog(sweep(cluster)).exit_code() == 1


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param(evicted("s"), "s: Evicted: the node was low on memory", id="evicted"),
        pytest.param(
            pod("s", containers=("sweep",), ready=False, statuses=[ended("sweep", 137, "OOMKilled")]),
            "s: sweep: OOMKilled, exit code 137",
            id="out-of-memory",
        ),
        pytest.param(
            pod("s", containers=("sweep",), ready=False, phase="Pending", statuses=[], conditions=[]),
            "s: Pending",
            id="unscheduled",
        ),
    ],
)
def test_a_sweep_that_did_not_end_by_itself(cluster: FakeCluster, made: dict[str, Any], said: str) -> None:
    """What was done to its pod is told, though the node has said nothing of its containers."""
    made["metadata"] |= {"namespace": "loadtest", "labels": LABELS}
    cluster.put("pod", made)

    with pytest.raises(TargetError, match=f"did not end by itself:\n{said}"):
        JobLog(sweep(cluster)).exit_code()


def test_a_pod_that_was_evicted_before_its_start_is_told(cluster: FakeCluster) -> None:
    """At once, and not after the time for its start."""
    cluster.put("pod", evicted("s") | {"metadata": {"name": "s", "namespace": "loadtest", "labels": LABELS}})

    with pytest.raises(TargetError, match="ended before it started:\ns: Evicted"):
        list(JobLog(sweep(cluster)).lines())


class Streams:
    """
    Answers to the log calls, one for each; an error in one breaks it off.
    """

    def __init__(self, *answers: list[bytes | Exception]) -> None:
        self.answers = iter(answers)

    def __call__(self, *_: Any, **query: Any) -> Any:
        assert query["container"] == "sweep"
        answer = next(self.answers)

        class Response:
            def stream(self) -> Iterator[bytes]:
                for part in answer:
                    if isinstance(part, Exception):
                        raise part
                    yield part

        return Response()


def test_a_log_is_taken_up_where_it_broke(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the lines' times: the node has thrown the first line away meanwhile, and none is lost or told twice."""
    name = pod(
        "s",
        labels=LABELS,
        namespace="loadtest",
        containers=("proxy", "sweep"),
        statuses=[RUNS, ended("sweep", 0)],
    )
    cluster.put("pod", name)
    first = [b"2026-01-02T03:04:05.1Z a\n2026-01-02T03:04:05.12Z b", b"\n", OSError("reset")]
    second = [b"2026-01-02T03:04:05.12Z b\n2026-01-02T03:04:06Z c\n"]
    monkeypatch.setattr(cluster, "read_namespaced_pod_log", Streams(first, second), raising=False)

    assert list(JobLog(sweep(cluster)).lines()) == ["a", "b", "c"]


def test_a_refused_log_is_not_asked_for_ever(cluster: FakeCluster) -> None:
    """What the API refuses is told, and not taken for a connection that broke."""
    cluster.put("pod", pod("s", labels=LABELS, namespace="loadtest", containers=("sweep",)))

    def refused(*_: Any, **__: Any) -> Any:
        raise refusal(400, "a container name must be specified")

    cluster.read_namespaced_pod_log = refused  # type: ignore[method-assign]

    with pytest.raises(TargetError, match="a container name must be specified"):
        list(JobLog(sweep(cluster)).lines())


def test_models_are_the_clients_own() -> None:
    """The fake answers as the real client does, an absent list as None."""
    assert as_model(evicted("s"), "V1Pod").status.container_statuses is None
