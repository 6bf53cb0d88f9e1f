"""
``loadtest fetch``: a run of a volume comes here whole, and the last line names its page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic_runs import kept_run

from loadtest.cli import kubeconfig
from loadtest.cli.app import run as program
from loadtest.results.archive import pack
from loadtest.results.run_folder import Run
from loadtest.target.kubernetes import results_fetch, sweep_job


def test_the_page_of_a_run_that_was_fetched_is_named_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Under the name that the run has, as a later one moves the link; the link points at it.
    """
    kept = kept_run(tmp_path / "volume")
    kept.write("report.html", "a page")

    class Volume:
        def __init__(self, job: object) -> None: ...

        def fetch(self, run: str, archive: Path) -> tuple[str, str]:
            with archive.open("wb") as out:
                return pack(tmp_path / "volume", run, out)

    monkeypatch.setattr(results_fetch, "Volume", Volume)
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: None)
    monkeypatch.setattr(sweep_job, "SweepJob", lambda *_: None)
    monkeypatch.chdir(tmp_path)

    code = program(["fetch"])

    told = capsys.readouterr().out
    assert (code, told) == (0, f"results/{kept.path.name}/report.html\n")
    assert Path(told.strip()).read_text(encoding="utf-8") == "a page"
    assert Run.open(Path("results")).path.name == kept.path.name
