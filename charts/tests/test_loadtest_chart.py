"""
What the chart of the load test renders, and what it refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, Object, of_kind, only

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


def test_the_cron_job_is_a_template(charts: Charts) -> None:
    """The CronJob is suspended; its Job is tried once and has two minutes to drain, restore and report."""
    objects = charts.render(CHART, TAG)
    job, pod = job_of(objects), job_of(objects)["template"]["spec"]

    assert only(objects, "CronJob")["spec"]["suspend"] is True
    assert job["backoffLimit"] == 0
    assert (pod["restartPolicy"], pod["terminationGracePeriodSeconds"]) == ("Never", 120)


def test_only_the_sweep_writes_results(charts: Charts) -> None:
    """No pod but the Job's mounts the claim, and no pod but the Job's may ask the Kubernetes API."""
    objects = charts.render(CHART, {**TAG, "interactive": {"enabled": True}})
    others = [found["spec"]["template"]["spec"] for found in of_kind(objects, "Deployment")]

    assert {"persistentVolumeClaim": {"claimName": "kit-loadtest-results"}, "name": "results"} in job_of(
        objects
    )["template"]["spec"]["volumes"]
    assert len(others) == 3
    for pod in others:
        assert not any("persistentVolumeClaim" in volume for volume in pod["volumes"])
        assert pod["automountServiceAccountToken"] is False
        assert "serviceAccountName" not in pod


def test_injectors_stand_at_none_and_know_the_master(charts: Charts) -> None:
    """The injectors' Deployment has 0 replicas, and its master is the headless Service that selects the sweep's pod."""
    objects = charts.render(CHART, TAG, "--namespace", "loadtest")
    injector, service = only(objects, "Deployment"), only(objects, "Service")
    labels = job_of(objects)["template"]["metadata"]["labels"]

    assert injector["spec"]["replicas"] == 0
    master = f"{service['metadata']['name']}.loadtest.svc.cluster.local"
    assert master in injector["spec"]["template"]["spec"]["containers"][0]["args"]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"].items() <= labels.items()


def test_the_sweep_may_scale_two_deployments_and_no_more(charts: Charts) -> None:
    """Three Roles, none cluster-wide: writing is scaling two named Deployments and annotating one."""
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
        ("shop", "deployments", "bench", "get", "patch"),
        ("default", "deployments/scale", "kit-loadtest-injector", "get", "patch"),
    }
    assert of_kind(objects, "ClusterRole") == of_kind(objects, "ClusterRoleBinding") == []
    assert all(
        "*" not in rule["resources"] + rule["verbs"]
        for role in of_kind(objects, "Role")
        for rule in role["rules"]
    )


def test_no_role_speaks_of_secrets(charts: Charts) -> None:
    """The sweep cannot read a Secret."""
    roles = of_kind(charts.render(CHART, TAG), "Role")

    assert not any("secrets" in rule["resources"] for role in roles for rule in role["rules"])


def test_each_role_is_bound_to_the_sweep(charts: Charts) -> None:
    """Each Role has its binding in its namespace, to the one account of the release."""
    objects = charts.render(CHART, TAG, "--namespace", "loadtest")
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
        "server": {"metrics": ["http://a:9090/metrics", "http://b:9090/metrics"]},
        "sweep": {"extraArgs": ["--repetitions=3"]},
    }
    arguments = job_of(charts.render(CHART, given))["template"]["spec"]["containers"][0]["args"]

    assert "--deployment=payments/payment-worker" in arguments
    assert "--server-metrics=http://a:9090/metrics,http://b:9090/metrics" in arguments
    assert arguments[-1] == "--repetitions=3"


def test_the_policy_lets_injectors_reach_their_master(charts: Charts) -> None:
    """Ingress on Locust's port is for pods of this release alone."""
    spec = only(charts.render(CHART, TAG), "NetworkPolicy")["spec"]
    own = {"app.kubernetes.io/name": "loadtest", "app.kubernetes.io/instance": "kit"}

    assert spec["ingress"][0]["from"] == [{"podSelector": {"matchLabels": own}}]
    assert spec["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 5557}]


def test_the_interactive_locust_has_injectors_of_its_own(charts: Charts) -> None:
    """The interactive master and its injectors share no Service with a sweep."""
    objects = charts.render(CHART, {**TAG, "interactive": {"enabled": True, "injectors": 3}})
    injector = named(objects, "Deployment", "kit-loadtest-interactive-injector")

    assert injector["spec"]["replicas"] == 3
    assert (
        "kit-loadtest-interactive.default.svc.cluster.local"
        in (injector["spec"]["template"]["spec"]["containers"][0]["args"])
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"temporal": {"tls": {"clientCertificate": True}}},
            "there is no certificate to show",
            id="mtls-without-secret",
        ),
        pytest.param({"codec": {"existingSecret": "s"}}, "no key would encrypt", id="codec-without-key"),
        pytest.param(
            {"metrics": {"podMonitor": {"enabled": True}}}, "scrape every injector twice", id="scraped-twice"
        ),
        pytest.param(
            {"workers": {"namespace": "default", "deployment": "kit-loadtest-injector"}},
            "a sweep would scale what loads instead of what is loaded",
            id="scales-itself",
        ),
        pytest.param(
            {"sweep": {"suspended": False, "plan": ""}}, "every night would fail", id="nightly-without-plan"
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
    ],
)
def test_the_schema_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """What one value alone gets wrong is refused by the schema, which names it."""
    assert said in charts.refusal(CHART, {**TAG, **given})
