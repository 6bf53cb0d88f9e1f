"""
What the chart of the load test renders, and what it refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, Object, of_kind, only
from restricted import violations

pytestmark = pytest.mark.process

CHART = "loadtest"
TAG = {"image": {"repository": "temporal-kit/loadtest", "tag": "0123abc"}}


def named(objects: list[Object], kind: str, name: str) -> Object:
    """
    The object of a kind and name.
    """
    return next(found for found in of_kind(objects, kind) if found["metadata"]["name"] == name)


def job_of(objects: list[Object]) -> dict[str, Any]:
    """
    The Job that the CronJob would make.
    """
    job: dict[str, Any] = only(objects, "CronJob")["spec"]["jobTemplate"]["spec"]
    return job


def injectors_of(objects: list[Object]) -> dict[str, Any]:
    """
    The Job that a sweep would make of its template.
    """
    template = named(objects, "ConfigMap", "kit-loadtest-injector-job")
    job: dict[str, Any] = yaml.safe_load(template["data"]["job.yaml"])
    return job


def test_the_cron_job_is_a_template(charts: Charts) -> None:
    """The CronJob is suspended; its Job is tried once and has two minutes to drain, restore and report."""
    objects = charts.render(CHART, TAG)
    job, pod = job_of(objects), job_of(objects)["template"]["spec"]

    assert only(objects, "CronJob")["spec"]["suspend"] is True
    assert job["backoffLimit"] == 0
    assert (pod["restartPolicy"], pod["terminationGracePeriodSeconds"]) == ("Never", 120)


def test_only_the_sweep_writes_results(charts: Charts) -> None:
    """No pod that loads mounts the claim, and no pod but the sweep's may ask the Kubernetes API."""
    objects = charts.render(CHART, {**TAG, "interactive": {"enabled": True}})
    others = [found["spec"]["template"]["spec"] for found in of_kind(objects, "Deployment")]
    others.append(injectors_of(objects)["spec"]["template"]["spec"])

    assert {"persistentVolumeClaim": {"claimName": "kit-loadtest-results"}, "name": "results"} in job_of(
        objects
    )["template"]["spec"]["volumes"]
    assert len(others) == 3
    for pod in others:
        assert not any("persistentVolumeClaim" in volume for volume in pod["volumes"])
        assert pod["automountServiceAccountToken"] is False
        assert pod["serviceAccountName"] == "kit-loadtest-injector"


def test_nothing_stands_at_none(charts: Charts) -> None:
    """There is no Deployment at rest that an upgrade or a self-heal could reset while a sweep runs."""
    assert of_kind(charts.render(CHART, TAG), "Deployment") == []


@pytest.mark.parametrize("given", [TAG, {**TAG, "podSecurityContext": {"runAsUser": None}}])
def test_the_injectors_job_is_one(charts: Charts, given: dict[str, Any]) -> None:
    """The template is an indexed Job that the API takes, restricted, whose container is called injector."""
    job = injectors_of(charts.render(CHART, given))

    demand_known_to_the_api([job])
    assert violations(job["spec"]["template"]) == []
    assert job["spec"]["completionMode"] == "Indexed"
    assert job["metadata"]["name"] == "kit-loadtest-injectors"
    assert [container["name"] for container in job["spec"]["template"]["spec"]["containers"]] == ["injector"]


def test_injectors_know_the_master(charts: Charts) -> None:
    """Their master is the headless Service that selects the sweep's pod, by a name that needs no cluster domain."""
    objects = charts.render(CHART, TAG, "--namespace", "loadtest")
    service = only(objects, "Service")
    labels = job_of(objects)["template"]["metadata"]["labels"]

    arguments = injectors_of(objects)["spec"]["template"]["spec"]["containers"][0]["args"]
    assert arguments[arguments.index("--master-host") + 1] == service["metadata"]["name"]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"].items() <= labels.items()


def test_jobs_are_not_taken_for_the_releases_objects(charts: Charts) -> None:
    """A Job that a user or a sweep makes has no label by which Argo CD tracks, which would prune it as it runs."""
    objects = charts.render(CHART, TAG)
    submitted = only(objects, "CronJob")["spec"]["jobTemplate"]["metadata"]["labels"]

    for labels in (submitted, injectors_of(objects)["metadata"]["labels"]):
        assert "app.kubernetes.io/instance" not in labels
        assert labels["app.kubernetes.io/part-of"] == "temporal-kit"


def test_jobs_that_come_later_have_what_every_object_has(charts: Charts) -> None:
    """A cluster's rules may ask each Job for its team; what says that an object is the release's is not among it."""
    tracks = {"app.kubernetes.io/instance": "mine", "argocd.argoproj.io/instance": "mine"}
    given = {"commonLabels": {"team": "shop", **tracks}, "commonAnnotations": {"example.org/cost": "42"}}
    objects = charts.render(CHART, {**TAG, **given})

    for metadata in (
        only(objects, "CronJob")["spec"]["jobTemplate"]["metadata"],
        injectors_of(objects)["metadata"],
    ):
        assert metadata["labels"]["team"] == "shop"
        assert not tracks.keys() & metadata["labels"].keys()
        assert metadata["annotations"] == {"example.org/cost": "42"}


def test_the_cluster_leaves_a_sweep_alone(charts: Charts) -> None:
    """Neither sweep nor injectors are evicted to save a node."""
    objects = charts.render(CHART, TAG)

    for pod in (job_of(objects)["template"], injectors_of(objects)["spec"]["template"]):
        annotations = pod["metadata"]["annotations"]
        assert annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"
        assert annotations["karpenter.sh/do-not-disrupt"] == "true"


def test_the_sweep_may_scale_one_deployment_and_no_more(charts: Charts) -> None:
    """Writing is scaling the one named Deployment and holding its Lease, and a Lease and the injectors' Job in its own namespace."""
    objects = charts.render(CHART, {**TAG, "workers": {"namespace": "shop", "deployment": "bench"}})
    writes = {
        (role["metadata"]["namespace"], resource, *rule.get("resourceNames", ["any"]), *rule["verbs"])
        for role in of_kind(objects, "Role")
        for rule in role["rules"]
        for resource in rule["resources"]
        if set(rule["verbs"]) - {"get", "list", "watch"}
    }

    assert writes == {
        ("shop", "deployments/scale", "bench", "get", "patch"),
        ("shop", "leases", "any", "create"),
        ("shop", "leases", "shop.bench", "get", "update", "delete"),
        ("default", "leases", "any", "create"),
        ("default", "leases", "default.kit-loadtest-injector-job", "get", "update", "delete"),
        ("default", "jobs", "any", "create"),
        ("default", "jobs", "kit-loadtest-injectors", "get", "delete"),
    }
    assert of_kind(objects, "ClusterRole") == of_kind(objects, "ClusterRoleBinding") == []
    assert all(
        "*" not in rule["resources"] + rule["verbs"]
        for role in of_kind(objects, "Role")
        for rule in role["rules"]
    )


def test_a_worker_deployment_is_scaled_by_its_own_field(charts: Charts) -> None:
    """The worker controller's object is named to the sweep, which may change that one."""
    objects = charts.render(CHART, {**TAG, "workers": {"kind": "WorkerDeployment", "namespace": "shop"}})
    named = {
        rule["resources"][0]: (rule["resourceNames"], rule["verbs"])
        for role in of_kind(objects, "Role")
        if role["metadata"]["namespace"] == "shop"
        for rule in role["rules"]
        if "resourceNames" in rule
    }

    assert named == {
        "workerdeployments": (["repair-worker"], ["get", "patch"]),
        "leases": (["shop.workerdeployment.repair-worker"], ["get", "update", "delete"]),
    }
    assert (
        "--deployment=shop/workerdeployment/repair-worker"
        in job_of(objects)["template"]["spec"]["containers"][0]["args"]
    )


def test_no_role_outside_the_release_unless_named(charts: Charts) -> None:
    """With nothing named, every object is in the release's namespace."""
    objects = charts.render(CHART, TAG, "--namespace", "loadtest")

    assert {found["metadata"]["namespace"] for found in objects} == {"loadtest"}


def test_no_role_speaks_of_secrets(charts: Charts) -> None:
    """The sweep cannot read a Secret."""
    roles = of_kind(charts.render(CHART, TAG), "Role")

    assert not any("secrets" in rule["resources"] for role in roles for rule in role["rules"])


def test_each_role_is_bound_to_the_sweep(charts: Charts) -> None:
    """Each Role has its binding in its namespace, to the one account of the release."""
    given = {**TAG, "workers": {"namespace": "repair-shop"}, "server": {"namespace": "temporal"}}
    objects = charts.render(CHART, given, "--namespace", "loadtest")
    roles = {
        (found["metadata"]["namespace"], found["metadata"]["name"]) for found in of_kind(objects, "Role")
    }
    bound = {
        (found["metadata"]["namespace"], found["roleRef"]["name"])
        for found in of_kind(objects, "RoleBinding")
        if found["subjects"] == [{"kind": "ServiceAccount", "name": "kit-loadtest", "namespace": "loadtest"}]
    }

    assert roles == bound
    assert {namespace for namespace, _ in roles} == {"repair-shop", "loadtest", "temporal"}


def test_a_foreign_deployment_is_named_to_the_sweep(charts: Charts) -> None:
    """Namespace and name of the workers, the server's pages and more arguments reach the command line."""
    given = {
        **TAG,
        "workers": {"namespace": "payments", "deployment": "payment-worker"},
        "server": {"metrics": ["http://a:9090/metrics", "https://b:9090/metrics"]},
        "sweep": {"extraArgs": ["--repetitions=3"]},
    }
    arguments = job_of(charts.render(CHART, given))["template"]["spec"]["containers"][0]["args"]

    assert "--deployment=payments/payment-worker" in arguments
    assert "--server-metrics=http://a:9090/metrics,https://b:9090/metrics" in arguments
    assert arguments[-1] == "--repetitions=3"


def test_waits_reach_the_plan(charts: Charts) -> None:
    """A wait that is given as a value overrides the plan's."""
    arguments = job_of(charts.render(CHART, {**TAG, "sweep": {"waits": {"workers_ready_seconds": 600}}}))[
        "template"
    ]["spec"]["containers"][0]["args"]

    assert "--set=waits.workers_ready_seconds=600" in arguments


def test_the_interactive_locust_has_injectors_of_its_own(charts: Charts) -> None:
    """The interactive master and its injectors share no Service with a sweep."""
    objects = charts.render(CHART, {**TAG, "interactive": {"enabled": True, "injectors": 3}})
    injector = named(objects, "Deployment", "kit-loadtest-interactive-injector")

    assert injector["spec"]["replicas"] == 3
    assert "kit-loadtest-interactive" in injector["spec"]["template"]["spec"]["containers"][0]["args"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"codec": {"existingSecret": "s"}}, "no key would encrypt", id="codec-without-key"),
        pytest.param(
            {"metrics": {"podMonitor": {"enabled": True}}}, "scrape every injector twice", id="scraped-twice"
        ),
        pytest.param(
            {"workers": {"namespace": "default", "deployment": "kit-loadtest-interactive-injector"}},
            "a sweep would scale what loads instead of what is loaded",
            id="scales-itself",
        ),
        pytest.param(
            {"sweep": {"suspended": False, "plan": ""}}, "every night would fail", id="nightly-without-plan"
        ),
        pytest.param(
            {"networkPolicy": {"temporalNamespace": "elsewhere"}},
            "which is in namespace temporal: the load test's own policy would cut it off",
            id="policy-against-address",
        ),
        pytest.param(
            {"serviceAccount": {"create": False}},
            "the sweep needs an account with its rights; name it",
            id="no-account",
        ),
    ],
)
def test_preflight_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """Values that cannot work are refused with one sentence that says why and what to write."""
    assert said in charts.refusal(CHART, {**TAG, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"image": {"tag": "latest"}}, "/image/tag", id="latest"),
        pytest.param({"sweeps": {}}, "'sweeps' not allowed", id="misspelt"),
        pytest.param(
            {"server": {"metrics": ["temporal:9090"]}}, "/server/metrics/0", id="page-without-scheme"
        ),
        pytest.param(
            {"sweep": {"terminationGracePeriodSeconds": 5}}, "/terminationGracePeriodSeconds", id="no-grace"
        ),
        pytest.param({"workers": {"deployment": ""}}, "/workers/deployment", id="no-deployment"),
        pytest.param({"sweep": {"waits": {"workers": 5}}}, "'workers' not allowed", id="no-wait"),
    ],
)
def test_the_schema_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """What one value alone gets wrong is refused by the schema, which names it."""
    assert said in charts.refusal(CHART, {**TAG, **given})
