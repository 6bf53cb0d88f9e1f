"""
The files that a comparison writes where its user wants them are of this comparison.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from synthetic_runs import kept_run

from loadtest.cli import run_start
from loadtest.cli.app import run
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.document import to_json
from loadtest.results.latest_link import point_latest
from loadtest.results.run_folder import Run

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
SANDBOX = ["--a", "worker.sandbox=true", "--b", "worker.sandbox=false"]


@pytest.mark.process
@pytest.mark.parametrize("code", [0, 130], ids=["ended", "interrupted before its first block"])
def test_the_files_for_a_build_are_of_this_run_and_no_other(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A comparison that kept its latest step meanwhile, or one of yesterday, is not taken for it.
    """
    output, junit = tmp_path / "results", tmp_path / "junit.xml"
    yesterday = kept_run(output)
    yesterday.write("comparison.json", to_json(_compared(yesterday.path.name)))

    def carry_out(made: Run, *_: Any) -> int:
        if code == 0:
            made.write("comparison.json", to_json(_compared(made.path.name)))
        point_latest(yesterday.path)
        return code

    monkeypatch.setattr(run_start, "_carry_out", carry_out)

    assert run(["compare", DEMO, *SANDBOX, "--output", str(output), "--junit", str(junit)]) == code

    assert junit.exists() is (code == 0)
    if code == 0:
        (mine,) = set(output.glob("*-demo*")) - {yesterday.path}
        suite = ElementTree.fromstring(junit.read_text(encoding="utf-8"))
        assert suite.get("name") == f"loadtest compare {mine.name}"


def _compared(name: str) -> ComparisonResult:
    told = QuantityComparison("throughput", "", 1.0, 1.0, Standing.SAME, 1.0, 0.9, 1.1, 4, None)
    return ComparisonResult(1, name, "a", "b", ("throughput",), 0.05, (told,), 4)
