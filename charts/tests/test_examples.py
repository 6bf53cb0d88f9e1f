"""
The examples: what they say of a chart renders, and is what Argo CD, Flux and Helm take.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, Object, of_kind

pytestmark = pytest.mark.process

EXAMPLES = Path(__file__).parents[1] / "examples"
VERSION = yaml.safe_load((EXAMPLES.parent / "repair-worker" / "Chart.yaml").read_text())["version"]
GITOPS = json.loads((Path(__file__).parent / "data" / "gitops.json").read_text())


def documents(tool: str) -> Iterator[tuple[str, Object]]:
    """
    Each object of a tool's examples, with the name of its file.
    """
    for file in sorted((EXAMPLES / tool).glob("*.yaml")):
        for found in yaml.safe_load_all(file.read_text()):
            yield file.stem, found


def problems(found: Object) -> list[str]:
    """
    What Argo CD's and Flux's resources do not take in this one.
    """
    schema = {"definitions": GITOPS["definitions"], "$ref": f"#/definitions/{found['kind']}"}
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(found["spec"])]


@pytest.mark.parametrize(
    "found", [one for tool in ("argo-cd", "flux") for _, one in documents(tool)], ids=lambda one: one["kind"]
)
def test_objects_are_what_argo_cd_and_flux_take(found: Object) -> None:
    """Each object has fields that its resource has, and no other."""
    assert problems(found) == []


@pytest.mark.parametrize(
    ("tool", "kind", "spoil"),
    [
        pytest.param(
            "argo-cd",
            "Application",
            lambda spec: spec["syncPolicy"]["automated"].update(selfheal=True),
            id="misspelt-field",
        ),
        pytest.param("argo-cd", "Application", lambda spec: spec.pop("project"), id="field-left-out"),
        pytest.param(
            "flux", "HelmRelease", lambda spec: spec["driftDetection"].update(mode="on"), id="no-such-choice"
        ),
        pytest.param(
            "flux", "OCIRepository", lambda spec: spec.update(url="https://registry.example.org"), id="url"
        ),
    ],
)
def test_a_spoilt_object_is_found(tool: str, kind: str, spoil: Callable[[Any], Any]) -> None:
    """What the resources would refuse is refused here."""
    found = copy.deepcopy(next(one for _, one in documents(tool) if one["kind"] == kind))
    spoil(found["spec"])

    assert len(problems(found)) == 1


@pytest.mark.parametrize(("chart", "application"), list(documents("argo-cd")))
def test_argo_cd(charts: Charts, chart: str, application: Object) -> None:
    """An Application names the published chart at its version, and its values render."""
    source = application["spec"]["source"]

    assert (application["apiVersion"], application["kind"]) == ("argoproj.io/v1alpha1", "Application")
    assert (source["chart"], source["targetRevision"]) == (chart, VERSION)
    # In Argo CD an OCI registry stands without its scheme.
    assert "://" not in source["repoURL"]
    demand_known_to_the_api(
        charts.render(
            chart,
            source["helm"]["valuesObject"],
            "--namespace",
            application["spec"]["destination"]["namespace"],
        )
    )


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
def test_flux(charts: Charts, chart: str) -> None:
    """A HelmRelease refers to the OCIRepository beside it, at the chart's version, and its values render."""
    repository, release = (found for name, found in documents("flux") if name == chart)

    assert (repository["apiVersion"], repository["kind"]) == (
        "source.toolkit.fluxcd.io/v1",
        "OCIRepository",
    )
    assert (release["apiVersion"], release["kind"]) == ("helm.toolkit.fluxcd.io/v2", "HelmRelease")
    assert repository["spec"]["ref"] == {"tag": VERSION}
    assert repository["spec"]["url"].startswith("oci://") and repository["spec"]["url"].endswith(f"/{chart}")
    assert release["spec"]["chartRef"] == {"kind": "OCIRepository", "name": repository["metadata"]["name"]}
    demand_known_to_the_api(
        charts.render(chart, release["spec"]["values"], "--namespace", release["metadata"]["namespace"])
    )


def test_flux_leaves_the_autoscaler_its_count(charts: Charts) -> None:
    """
    Helm looks at the Deployment that runs and writes its count into the release, with which drift correction compares.
    """
    (spec,) = (
        found["spec"]
        for chart, found in documents("flux")
        if (chart, found["kind"]) == ("repair-worker", "HelmRelease")
    )

    assert of_kind(charts.render("repair-worker", spec["values"]), "ScaledObject")
    assert spec["driftDetection"] == {
        "mode": "enabled",
        "ignore": [{"paths": ["/spec/replicas"], "target": {"kind": "Deployment"}}],
    }


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
@pytest.mark.parametrize("name", ["api-key", "client-certificate"])
def test_temporal_cloud(charts: Charts, chart: str, name: str) -> None:
    """One values file serves both charts; an address elsewhere is opened by its port, in the release's namespace alone."""
    given: dict[str, Any] = yaml.safe_load((EXAMPLES / "temporal-cloud" / f"{name}.yaml").read_text())
    objects = charts.render(chart, given, "--namespace", "own")

    demand_known_to_the_api(objects)
    assert {found["metadata"]["namespace"] for found in objects} == {"own"}
    for policy in of_kind(objects, "NetworkPolicy"):
        assert policy["spec"]["egress"][1] == {"ports": [{"protocol": "TCP", "port": 7233}]}


def test_two_fleets(charts: Charts, tmp_path: Path) -> None:
    """A chart that depends on ours twice makes two Deployments, each for its own queue."""
    shutil.copytree(EXAMPLES / "two-fleets", tmp_path / "two")
    shutil.copytree(charts.folder / "repair-worker", tmp_path / "two" / "charts" / "repair-worker")
    command = ["helm", "template", "shop", str(tmp_path / "two"), "--kube-version", "1.34"]
    text = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    objects = [found for found in yaml.safe_load_all(text) if found]
    queues = {
        found["metadata"]["name"]: found["metadata"]["annotations"]["temporal-kit/task-queue"]
        for found in of_kind(objects, "Deployment")
    }
    demand_known_to_the_api(objects)
    assert queues == {"shop-orders": "orders", "shop-billing": "billing"}


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest", "temporal-dev"])
def test_a_chart_may_be_part_of_another(charts: Charts, tmp_path: Path, chart: str) -> None:
    """Where a condition turns it on, Helm hands the switch on among its values."""
    dependency = {"name": chart, "version": ">=0.1.0", "condition": f"{chart}.enabled"}
    (tmp_path / "Chart.yaml").write_text(
        yaml.safe_dump({"apiVersion": "v2", "name": "all", "version": "0.1.0", "dependencies": [dependency]})
    )
    shutil.copytree(charts.folder / chart, tmp_path / "charts" / chart)

    rendered = {}
    for enabled in (True, False):
        values = tmp_path / "values.yaml"
        values.write_text(yaml.safe_dump({chart: {"enabled": enabled}, "global": {"team": "shop"}}))
        command = ["helm", "template", "shop", str(tmp_path), "--kube-version", "1.34"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        rendered[enabled] = [found for found in yaml.safe_load_all(done.stdout) if found]

    demand_known_to_the_api(rendered[True])
    assert rendered[False] == []
