"""
Packed charts: what `make charts-package` makes, and what `make charts-publish` refuses.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml
from rendering import Charts

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
OUR_CHARTS = ("loadtest", "repair-worker", "temporal-dev")


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """
    Run make at the root of the checkout.
    """
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_packed_charts_render(charts: Charts, tmp_path: Path) -> None:
    """Each packed chart has the version that was asked for, its README and schema, and none of the tests' values."""
    done = make("charts-package", f"CHARTS_OUTPUT={tmp_path}", "CHART_VERSION=9.8.7")

    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{name}-9.8.7.tgz" for name in OUR_CHARTS]
    for name in OUR_CHARTS:
        with tarfile.open(tmp_path / f"{name}-9.8.7.tgz") as packed:
            names = set(packed.getnames())
        assert {f"{name}/README.md", f"{name}/values.schema.json"} <= names
        assert not any("/ci/" in inner for inner in names)
        command = ["helm", "template", "kit", str(tmp_path / f"{name}-9.8.7.tgz"), "--kube-version", "1.34"]
        assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


HELM = """\
#!/bin/bash
echo "$*" >>"{folder}/calls"
if [[ "$1" == pull ]]; then exit 1; fi
if [[ "$1" == show ]]; then printf 'name: any\\nversion: 9.8.7\\n'; fi
if [[ "$1" == package ]]; then
  name=$(basename "$2")
  echo packed >"$4/$name-9.8.7.tgz"
  echo "Successfully packaged chart and saved it to: $4/$name-9.8.7.tgz"
fi
"""


def stub_of_helm(folder: Path) -> str:
    """
    Put a helm that notes its calls first in PATH, and return that PATH.
    """
    (folder / "helm").write_text(HELM.replace("{folder}", str(folder)))
    (folder / "helm").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_packing_leaves_what_is_in_the_folder(tmp_path: Path) -> None:
    """It may hold a repository of charts, others' and earlier versions of ours, and a blank in its name."""
    folder = tmp_path / "my charts"
    folder.mkdir()
    there = [folder / "redis-1.0.0.tgz", folder / "loadtest-0.1.0.tgz"]
    for file in there:
        file.write_text("precious")

    done = make("charts-package", f"CHARTS_OUTPUT={folder}", PATH=stub_of_helm(tmp_path))

    assert done.returncode == 0, done.stderr
    assert [file.read_text() for file in there] == ["precious", "precious"]
    assert sorted(done.stdout.splitlines()) == sorted(f"{folder}/{name}-9.8.7.tgz" for name in OUR_CHARTS)


def test_only_what_was_packed_for_it_is_pushed(tmp_path: Path) -> None:
    """Neither another's chart nor an earlier one of ours that lies in the folder; PLAIN_HTTP=0 is TLS."""
    (tmp_path / "redis-1.0.0.tgz").write_text("precious")
    words = (
        "charts-publish",
        "REGISTRY=registry.example.org/charts",
        f"CHARTS_OUTPUT={tmp_path}",
        "PLAIN_HTTP=0",
    )

    done = make(*words, PATH=stub_of_helm(tmp_path))

    assert done.returncode == 0, done.stderr
    pushed = [
        line.split() for line in (tmp_path / "calls").read_text().splitlines() if line.startswith("push")
    ]
    assert sorted(Path(words[1]).name for words in pushed) == sorted(
        f"{name}-9.8.7.tgz" for name in OUR_CHARTS
    )
    assert all(words[2:] == ["oci://registry.example.org/charts"] for words in pushed)
    # What was packed for it goes.
    assert not any(Path(words[1]).exists() for words in pushed)


def test_nothing_is_pushed_unasked(charts: Charts) -> None:
    """A registry that the shell exports for something else is nothing to push to."""
    done = make("charts-publish", REGISTRY="registry.example.org/prod")

    assert done.returncode == 2
    assert "error: REGISTRY is not given: charts are pushed to a registry that you name" in done.stderr


@pytest.mark.parametrize("name", OUR_CHARTS)
def test_a_chart_describes_itself(name: str) -> None:
    """Maintainers, icon and image stand in Chart.yaml; the icon is the one of the folder."""
    chart = yaml.safe_load((ROOT / "charts" / name / "Chart.yaml").read_text())
    head, _, encoded = chart["icon"].partition(",")
    (image,) = yaml.safe_load(chart["annotations"]["artifacthub.io/images"])

    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(encoded) == (ROOT / "charts" / "icon.svg").read_bytes()
    assert chart["maintainers"]
    assert image["image"].endswith(f":{chart['appVersion']}")
    assert all(
        {"kind", "description"} == set(change)
        for change in yaml.safe_load(chart["annotations"]["artifacthub.io/changes"])
    )
