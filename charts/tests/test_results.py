"""
The volume of all runs: who keeps it, and who waits for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from fake_kubernetes_api import answering, group, kinds
from rendering import Charts, Object, of_kind, only

pytestmark = pytest.mark.process

CHART = "loadtest"
TAG = {"image": {"repository": "temporal-kit/loadtest", "tag": "0123abc"}}


def test_results_outlive_the_release(charts: Charts) -> None:
    """The claim is kept by Helm unless asked otherwise."""

    def policy(results: dict[str, Any]) -> str | None:
        claim = only(charts.render(CHART, {**TAG, "results": results}), "PersistentVolumeClaim")
        found: str | None = claim["metadata"].get("annotations", {}).get("helm.sh/resource-policy")
        return found

    assert policy({}) == "keep"
    assert policy({"keep": False}) is None


def test_nobody_waits_for_the_claim(charts: Charts) -> None:
    """A Job that ends at once binds it where a sweep may run; another image makes another Job, as none can be changed."""
    place = {"nodeSelector": {"disk": "fast"}}

    def binding(tag: str) -> Object:
        given = {"image": {"repository": "r", "tag": tag}, "sweep": place}
        return only(charts.render(CHART, given), "Job")

    pod = binding("1")["spec"]["template"]["spec"]

    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == "kit-loadtest-results"
    assert pod["nodeSelector"] == {"disk": "fast"}
    assert binding("1")["metadata"]["name"] != binding("2")["metadata"]["name"]
    assert of_kind(charts.render(CHART, {**TAG, "results": {"existingClaim": "mine"}}), "Job") == []


@pytest.mark.parametrize(("phase", "binds"), [("Pending", True), ("Bound", False), (None, True)])
def test_what_is_bound_is_not_bound_again(
    charts: Charts, tmp_path: Path, phase: str | None, binds: bool
) -> None:
    """The volume may be a running sweep's on another node, and an upgrade would wait until that has ended."""
    # What helm would have to know more kinds for.
    left_out = {
        "networkPolicy": {"enabled": False},
        "rbac": {"create": False},
        "serviceAccount": {"create": False, "name": "mine"},
        "injectors": {"serviceAccount": {"create": False}},
    }
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "kit-loadtest-results",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {
                "meta.helm.sh/release-name": "kit",
                "meta.helm.sh/release-namespace": "default",
            },
        },
        "status": {"phase": phase},
    }
    answers: dict[str, object] = {
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group("batch", "v1")]},
        "/apis/batch/v1": kinds("batch/v1", jobs="Job", cronjobs="CronJob"),
    }
    if phase is not None:
        answers["/api/v1/namespaces/default/persistentvolumeclaims/kit-loadtest-results"] = claim
    with answering(answers, tmp_path) as config:
        flags = ("--dry-run=server", "--disable-openapi-validation", "--kubeconfig", str(config))
        done = charts.helm("template", CHART, {**TAG, **left_out}, *flags)

    assert done.returncode == 0, done.stderr
    made = [found["kind"] for found in yaml.safe_load_all(done.stdout) if found]
    assert ("Job" in made) is binds


def test_only_so_many_runs_are_kept(charts: Charts) -> None:
    """Before the sweep a container on the same volume takes the oldest away; without a number there is none."""

    def before(results: dict[str, Any]) -> list[Object]:
        job = only(charts.render(CHART, {**TAG, "results": results}), "CronJob")["spec"]["jobTemplate"]
        found: list[Object] = job["spec"]["template"]["spec"].get("initContainers", [])
        return found

    (container,) = before({"runs": 30})

    assert container["command"] == ["python", "-m", "loadtest.results.retention", "/results", "30"]
    assert container["volumeMounts"] == [{"name": "results", "mountPath": "/results"}]
    assert before({}) == []
