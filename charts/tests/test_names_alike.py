"""
Load tests whose names are alike where they are cut, seen by helm through an API server that has the objects of the first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_kubernetes_api import answering
from rendering import Charts

pytestmark = pytest.mark.process

CUT = "a-release-of-a-team-with-a-long-name-in-a"
FIRST, SECOND = f"{CUT}-first", f"{CUT}-second"
SAID = f"release {FIRST} has objects named {CUT[:40].removesuffix('-')} already"


def said(charts: Charts, folder: Path, release: str, *more: str) -> str:
    """
    What helm says of a release beside the first.
    """
    plan = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "annotations": {"meta.helm.sh/release-name": FIRST}},
    }
    path = f"/api/v1/namespaces/default/configmaps/{CUT[:40].removesuffix('-')}-plan"
    with answering({path: plan}, folder) as config:
        return charts.helm(
            "template",
            "loadtest",
            {},
            "--dry-run=server",
            "--kubeconfig",
            str(config),
            *more,
            release=release,
        ).stderr


def test_a_second_release_is_refused(charts: Charts, tmp_path: Path) -> None:
    """With the way out; Helm would only say whose annotation each object lacks."""
    found = said(charts, tmp_path, SECOND)

    assert SAID in found
    assert "set fullnameOverride to another name of at most 40" in found


@pytest.mark.parametrize(
    ("release", "more"),
    [
        pytest.param(FIRST, [], id="its-own"),
        pytest.param(SECOND, ["--set", "fullnameOverride=second"], id="another-name"),
        # Given whole, as where a release takes over what another made.
        pytest.param(SECOND, ["--set", f"fullnameOverride={CUT[:40].removesuffix('-')}"], id="whole"),
    ],
)
def test_what_is_a_releases_own_is_not(charts: Charts, tmp_path: Path, release: str, more: list[str]) -> None:
    """An upgrade, the way out, and a name that nobody cut."""
    assert "has objects named" not in said(charts, tmp_path, release, *more)
