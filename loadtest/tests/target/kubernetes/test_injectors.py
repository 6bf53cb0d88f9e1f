"""
The injectors' Job: what a sweep makes of the chart's template, and that nothing of it stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import pytest
import yaml
from cluster_objects import pod, until
from fake_cluster import FakeCluster

from loadtest.errors import InjectorError, InputError, TargetError
from loadtest.target.kubernetes.injectors import InjectorJob, open_injectors
from loadtest.target.kubernetes.own_pod import OwnPod
from loadtest.target.kubernetes.user_files import UserFilesMount, user_files_mounted

ENVIRONMENT = {"TEMPORAL_ADDRESS": "frontend:7233", "TEMPORAL_NAMESPACE": "orders"}
TEMPLATE = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "loadtest-injectors"},
    "spec": {
        "parallelism": 1,
        "completions": 1,
        "template": {
            "spec": {
                "containers": [
                    {"name": "proxy", "image": "p"},
                    {
                        "name": "injector",
                        "image": "i",
                        "env": [
                            {"name": "TEMPORAL_NAMESPACE", "value": "default"},
                            {"name": "OTHER", "value": "kept"},
                        ],
                    },
                ]
            }
        },
    },
}
OWNER = OwnPod("loadtest", "loadtest-sweep-x", "uid-of-pod", {})


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A load test's namespace with the chart's template.
    """
    made = FakeCluster()
    made.put("config_map", {"metadata": {"name": "template"}, "data": {"job.yaml": yaml.safe_dump(TEMPLATE)}})
    return made


def injectors(cluster: FakeCluster) -> InjectorJob:
    """
    As a sweep has them.
    """
    return InjectorJob(cluster.api, "loadtest", "template")


def made(cluster: FakeCluster) -> dict[str, Any]:
    """
    The Job that is there now.
    """
    found = cluster.get("job", "loadtest", "loadtest-injectors")
    assert found is not None
    return found


async def test_as_many_as_the_plan_asks_for_with_what_the_plan_names(cluster: FakeCluster) -> None:
    """Indexed, owned by the sweep's pod, and connected to the plan's address and namespace, not the release's."""
    async with open_injectors(injectors(cluster), 16, ENVIRONMENT, OWNER, None):
        job = made(cluster)

    assert job["spec"]["parallelism"] == job["spec"]["completions"] == 16
    assert job["spec"]["completionMode"] == "Indexed"
    (owner,) = job["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Pod", "loadtest-sweep-x", "uid-of-pod")
    _, injector = job["spec"]["template"]["spec"]["containers"]
    assert len(injector["env"]) == 3, "a name that stands twice is not left to the cluster"
    assert {one["name"]: one["value"] for one in injector["env"]} == {"OTHER": "kept", **ENVIRONMENT}
    assert cluster.get("job", "loadtest", "loadtest-injectors") is None


async def test_they_go_although_the_sweep_fails(cluster: FakeCluster) -> None:
    """The error of the sweep is what is told."""
    with pytest.raises(ZeroDivisionError):
        async with open_injectors(injectors(cluster), 1, ENVIRONMENT, OWNER, None):
            _ = 1 / 0

    assert cluster.get("job", "loadtest", "loadtest-injectors") is None


async def test_a_job_that_a_killed_sweep_left_is_removed_first(cluster: FakeCluster) -> None:
    """Its injectors would join this sweep and vanish in its midst."""
    left = cluster.put("job", TEMPLATE)

    async with open_injectors(injectors(cluster), 2, ENVIRONMENT, OWNER, None):
        assert made(cluster)["metadata"]["uid"] != left["metadata"]["uid"]


@pytest.mark.parametrize("slow", ["read_job", "create_job"], ids=["before", "while"])
async def test_a_sweep_that_is_interrupted_as_it_makes_them_leaves_none(
    cluster: FakeCluster, slow: str
) -> None:
    """The thread that makes the Job is not waited for, and must not have the last word."""
    began, answers = threading.Event(), threading.Event()

    def wait(call: str, _name: str) -> None:
        if call == slow and not began.is_set():
            began.set()
            assert answers.wait(30)

    cluster.before = wait

    async def sweep() -> None:
        async with open_injectors(injectors(cluster), 1, ENVIRONMENT, OWNER, None):
            raise AssertionError("it was interrupted before")

    running = asyncio.create_task(sweep())
    await until(began.is_set)
    running.cancel()
    # Time in which the end of the sweep would overtake what is on its way.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await until(lambda: ("delete_job", "loadtest-injectors") in cluster.calls)
    answers.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    # The thread that makes it ends when it likes.
    await asyncio.get_running_loop().shutdown_default_executor()

    assert cluster.get("job", "loadtest", "loadtest-injectors") is None


async def test_injectors_of_an_earlier_sweep_may_take_so_long(cluster: FakeCluster) -> None:
    """They would join this sweep; whose node is slow to end them writes a longer wait into the plan."""
    labels = {"batch.kubernetes.io/job-name": "loadtest-injectors"}
    cluster.put("pod", pod("loadtest-injectors-0-x", labels=labels, namespace="loadtest"))
    impatient = InjectorJob(cluster.api, "loadtest", "template", gone_seconds=0.25)

    with pytest.raises(
        TargetError,
        match=r"still run in loadtest after 0\.25 s \(waits\.injectors_ready_seconds\); delete the pods of Job",
    ):
        async with open_injectors(impatient, 1, ENVIRONMENT, OWNER, None):
            pass

    assert cluster.get("job", "loadtest", "loadtest-injectors") is None


async def test_injectors_that_do_not_start_are_named(cluster: FakeCluster) -> None:
    """What is told ends with how their pods fare."""
    labels = {"batch.kubernetes.io/job-name": "loadtest-injectors"}
    status = {"name": "injector", "ready": False, "restartCount": 0, "image": "i", "imageID": ""}
    status["state"] = {"waiting": {"reason": "ImagePullBackOff"}}

    with pytest.raises(
        InjectorError,
        match=r"0 of 1 injector was ready\nloadtest-injectors-0-x: injector: ImagePullBackOff",
    ):
        async with open_injectors(injectors(cluster), 1, ENVIRONMENT, OWNER, None):
            cluster.put(
                "pod",
                pod(
                    "loadtest-injectors-0-x",
                    labels=labels,
                    namespace="loadtest",
                    containers=("injector",),
                    ready=False,
                    statuses=[status],
                ),
            )
            raise InjectorError("0 of 1 injector was ready")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(None, "there is no such ConfigMap", id="absent"),
        pytest.param({}, "is no Job with a container 'injector'", id="no-key"),
        pytest.param({"job.yaml": "a: ["}, "is no Job with a container 'injector'", id="no-yaml"),
        pytest.param(
            {"job.yaml": "spec: {template: {spec: {containers: [{name: x}]}}}"},
            "is no Job with a container 'injector'",
            id="another-container",
        ),
    ],
)
async def test_a_template_that_is_none_is_refused(data: dict[str, str] | None, said: str) -> None:
    """By the flag that names it, before anything is made."""
    cluster = FakeCluster()
    if data is not None:
        cluster.put("config_map", {"metadata": {"name": "template"}, "data": data})

    with pytest.raises(InputError, match=f"--injector-job loadtest/template: .*{said}"):
        async with open_injectors(injectors(cluster), 1, ENVIRONMENT, OWNER, None):
            pass
    assert not any(call.startswith("create") for call, _ in cluster.calls)


def sweep_pod(*, packages: bool) -> dict[str, Any]:
    """
    A sweep's pod that has a user's own scenario in /plan.
    """
    spec: dict[str, Any] = {
        "containers": [
            {"name": "sweep", "image": "i", "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]},
        ],
        "volumes": [{"name": "plan", "configMap": {"name": "chart's"}}],
    }
    volume = {"name": "plan", "configMap": {"name": "brought", "items": [{"key": "a", "path": "a.py"}]}}
    UserFilesMount(volume, packages).add_to(spec, "sweep")
    return spec


@pytest.mark.parametrize("packages", [False, True], ids=["files", "files-and-packages"])
async def test_injectors_get_the_files_that_the_sweep_has(cluster: FakeCluster, packages: bool) -> None:
    """The same ConfigMap at the same place, and the same packages, installed by their own init container."""
    code = user_files_mounted(sweep_pod(packages=packages), "/plan/a.py")

    async with open_injectors(injectors(cluster), 1, ENVIRONMENT, OWNER, code):
        spec = made(cluster)["spec"]["template"]["spec"]

    _, injector = spec["containers"]
    assert {"name": "plan", "mountPath": "/plan", "readOnly": True} in injector["volumeMounts"]
    assert spec["volumes"][0]["configMap"]["name"] == "brought"
    assert ("initContainers" in spec) is packages
    if packages:
        (install,) = spec["initContainers"]
        assert install["command"][-2:] == ["--requirement", "/plan/requirements.txt"]
        assert {"name": "LOADTEST_PACKAGES", "value": "/packages"} in injector["env"]


def test_a_scenario_of_the_image_needs_no_files() -> None:
    """It is named and not found by a path."""
    assert user_files_mounted(sweep_pod(packages=False), "repair") is None
    assert user_files_mounted(sweep_pod(packages=False), "/plans/a.py") is None
