"""
Tags, build ids and ids of keys of digits alone, which YAML takes for numbers.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from rendering import Charts

pytestmark = pytest.mark.process

ALL = ("repair-worker", "loadtest", "temporal-dev")
WORKERS = ("repair-worker",)
BOTH = ("repair-worker", "loadtest")
VERSIONED = "fullnameOverride=worker-20261125,temporal.versioning.deploymentName=shop"
# Where the digits stand, and what else is needed with them.
PLACES = [
    (ALL, "image.tag", "image.digest="),
    (WORKERS, "temporal.versioning.buildId", VERSIONED),
    (BOTH, "codec.keyId", "codec.existingSecret=keys"),
]
CASES = [
    pytest.param(chart, where, more, id=f"{chart}-{where}")
    for charts, where, more in PLACES
    for chart in charts
]


def rendered(charts: Charts, chart: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """
    Run `helm template` with these arguments after a plain start.
    """
    return charts.helm(
        "template", chart, {"image": {"repository": "repo"}}, "--kube-version", "1.34", *arguments
    )


@pytest.mark.parametrize("flag", ["--set", "--set-string"])
@pytest.mark.parametrize(("chart", "where", "more"), CASES)
def test_a_flag_hands_digits_on(charts: Charts, chart: str, where: str, more: str, flag: str) -> None:
    """As they are written: `--set` makes a whole number of them at most."""
    done = rendered(charts, chart, "--set", more, flag, f"{where}=20261125")

    assert done.returncode == 0, done.stderr
    assert re.search(r'"(repo:)?20261125"', done.stdout)


@pytest.mark.parametrize("written", ["20261125", "1.0", "0123", "1234e56"])
@pytest.mark.parametrize(("chart", "where", "more"), CASES)
def test_a_number_of_a_file_is_refused(
    charts: Charts, tmp_path: Path, chart: str, where: str, more: str, written: str
) -> None:
    """Of 1.0 only 1 is left, of 0123 its 83, and the commit 1234e56 is a number of 60 digits: another image would run."""
    file = tmp_path / "values.yaml"
    block = written
    for key in reversed(where.split(".")):
        block = f"{{{key}: {block}}}"
    file.write_text(block)

    done = rendered(charts, chart, "--set", more, "--values", str(file))

    assert done.returncode != 0
    assert f"{where} = " in done.stderr
    assert "write it in quotes" in done.stderr
