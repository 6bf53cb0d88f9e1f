"""
Labels that the API takes, and pods that a new chart leaves alone.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendering import Charts, Object, pod_of

pytestmark = pytest.mark.process

VALID = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
CHARTS = ("repair-worker", "loadtest", "temporal-dev")


def values_of_labels(thing: Any) -> list[str]:
    """
    Every label's value in an object, those of its pods too.
    """
    if isinstance(thing, dict):
        own = list((thing.get("labels") or {}).values()) + list((thing.get("matchLabels") or {}).values())
        return own + [value for inner in thing.values() for value in values_of_labels(inner)]
    if isinstance(thing, list):
        return [value for inner in thing for value in values_of_labels(inner)]
    return []


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    "image",
    [
        pytest.param({"tag": "1." + 126 * "x"}, id="longest-tag"),
        pytest.param({"tag": 62 * "x" + ".-_"}, id="ends-in-signs"),
        pytest.param({"tag": "20261125"}, id="digits"),
        pytest.param({"digest": "sha256:" + 64 * "a"}, id="digest"),
        pytest.param({"tag": "1.2.3", "digest": "sha256:" + 64 * "a"}, id="tag-and-digest"),
    ],
)
def test_labels_are_valid_for_every_image(charts: Charts, chart: str, image: dict[str, Any]) -> None:
    """Whatever tag the schema takes, each label has at most 63 signs of its alphabet."""
    for found in charts.render(chart, {"image": image}):
        for value in values_of_labels(found):
            assert len(value) <= 63 and VALID.fullmatch(value), value


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        pytest.param({}, "repo:0.1.0", id="the-charts-own"),
        pytest.param({"tag": "20261125"}, "repo:20261125", id="digits"),
        pytest.param({"digest": "sha256:" + 64 * "a"}, "repo@sha256:" + 64 * "a", id="digest"),
        pytest.param(
            {"tag": "1.2.3", "digest": "sha256:" + 64 * "a"}, "repo:1.2.3@sha256:" + 64 * "a", id="both"
        ),
    ],
)
@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
def test_an_image_by_tag_or_digest(charts: Charts, chart: str, image: dict[str, Any], wanted: str) -> None:
    """Without a tag it is the chart's appVersion; a digest decides."""
    objects = charts.render(chart, {"image": {"repository": "repo", **image}})
    images = {
        container["image"]
        for found in objects
        if (pod := pod_of(found))
        for container in pod["spec"]["containers"]
    }

    assert images == {wanted}


@pytest.mark.parametrize("chart", CHARTS)
def test_our_labels_win(charts: Charts, chart: str) -> None:
    """A user's label never replaces one of ours, by which objects are found, and no key stands twice."""
    ours = {"app.kubernetes.io/part-of": "mine", "app.kubernetes.io/name": "mine", "team": "shop"}
    objects = charts.render(chart, {"commonLabels": ours, "podLabels": ours})

    for found in objects:
        labels = found["metadata"]["labels"]
        assert labels["app.kubernetes.io/part-of"] == "temporal-kit"
        assert labels["app.kubernetes.io/name"] == chart
        assert labels["team"] == "shop"


def bumped(charts: Charts, chart: str, folder: Path) -> Charts:
    """
    The same chart, its version raised to one with a build.
    """
    shutil.copytree(charts.folder / chart, folder / chart)
    file = folder / chart / "Chart.yaml"
    described = yaml.safe_load(file.read_text())
    described["version"] = "0.99.0+g1a2b3c"
    file.write_text(yaml.safe_dump(described))
    return Charts(folder)


@pytest.mark.parametrize("chart", CHARTS)
def test_a_new_chart_restarts_nothing(charts: Charts, chart: str, tmp_path: Path) -> None:
    """Two versions of a chart that differ in nothing else make the same pod templates."""

    def templates(which: Charts) -> dict[tuple[str, str], Object]:
        objects = which.render(chart, {"image": {"tag": "0123abc"}})
        return {
            (found["kind"], found["metadata"]["name"]): pod
            for found in objects
            if found["kind"] != "Pod" and (pod := pod_of(found))
        }

    newer = bumped(charts, chart, tmp_path)

    assert templates(charts) == templates(newer) != {}
    assert {found["metadata"]["labels"]["helm.sh/chart"] for found in newer.render(chart, {})} == {
        f"{chart}-0.99.0_g1a2b3c"
    }
