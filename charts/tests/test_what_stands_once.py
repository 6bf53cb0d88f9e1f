"""
What would stand twice in one object, or be two objects of one name: the user's takes the place of ours, or is refused.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, only, pods

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param("repair-worker", {}, id="repair-worker"),
        pytest.param("loadtest", {"interactive": {"enabled": True}, "results": {"runs": 3}}, id="loadtest"),
    ],
)
def test_a_volume_takes_the_place_of_ours(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """
    More room in /tmp is a volume of the same name, or another one there; the API refuses a name or a place that stands twice.
    """
    larger = {"name": "tmp", "emptyDir": {"sizeLimit": "2Gi"}}
    scratch = {"name": "scratch", "emptyDir": {}}
    place = {"name": "scratch", "mountPath": "/tmp"}

    for more in (
        {"extraVolumes": [larger]},
        {"extraVolumes": [scratch], "extraVolumeMounts": [place]},
    ):
        for name, pod in pods(charts, chart, {**given, **more}).items():
            if "-claim-" in name:
                continue
            volumes = pod["spec"]["volumes"]
            (main,) = pod["spec"]["containers"]
            paths = [mount["mountPath"] for mount in main["volumeMounts"]]
            assert len({volume["name"] for volume in volumes}) == len(volumes), name
            assert len(set(paths)) == len(paths), name
            assert more["extraVolumes"][0] in volumes
            assert "extraVolumeMounts" not in more or place in main["volumeMounts"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(
            {"extraVolumes": [{"name": "results", "emptyDir": {}}]}, "extraVolumes: results", id="volume"
        ),
        pytest.param(
            {"extraVolumeMounts": [{"name": "mine", "mountPath": "/plan"}]},
            "extraVolumeMounts: /plan",
            id="place",
        ),
    ],
)
def test_what_a_sweep_stands_on_has_no_other_in_its_place(
    charts: Charts, more: dict[str, Any], said: str
) -> None:
    """
    Its plan and its results: another volume there would be refused in the middle of the night, when the first pod is made.
    """
    assert said in charts.refusal("loadtest", more)


def test_metadata_of_ones_own_stands_once(charts: Charts) -> None:
    """A key that we have too is the user's: Flux and kustomize refuse one that stands twice."""
    metadata = {"ignoreNullValues": "true", "authModes": "bearer"}
    keda = {"enabled": True, "triggers": ["slots", "scheduleToStart"], "prometheus": {"metadata": metadata}}
    found = only(charts.render("repair-worker", {"autoscaling": {"keda": keda}}), "ScaledObject")

    for trigger in found["spec"]["triggers"]:
        assert metadata.items() <= trigger["metadata"].items()
        assert trigger["metadata"]["serverAddress"].startswith("http://prometheus.monitoring")


@pytest.mark.parametrize("made", [(True, True), (True, False), (False, True)], ids=str)
def test_injectors_never_have_the_sweeps_account(charts: Charts, made: tuple[bool, bool]) -> None:
    """It may scale the workers, and one object would stand twice."""
    sweep, injectors = ({"create": create, "name": "load"} for create in made)

    words = charts.refusal("loadtest", {"serviceAccount": sweep, "injectors": {"serviceAccount": injectors}})

    assert "serviceAccount.name and injectors.serviceAccount.name are both load" in words
