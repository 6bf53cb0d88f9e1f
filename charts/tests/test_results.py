"""
The volume of all runs: who keeps it, and who waits for it.
"""

from __future__ import annotations

from typing import Any

import pytest
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
