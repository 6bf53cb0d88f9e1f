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


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """
    A run on a cluster's volume, and this machine without runs.
    """

    class Volume:
        def __init__(self, job: object) -> None: ...

        def fetch(self, run: str, archive: Path) -> tuple[str, str]:
            with archive.open("wb") as out:
                return pack(tmp_path / "volume", run, out)

    monkeypatch.setattr(results_fetch, "Volume", Volume)
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: None)
    monkeypatch.setattr(sweep_job, "SweepJob", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    return kept_run(tmp_path / "volume")


def test_the_page_of_a_run_that_was_fetched_is_named_from_here(
    kept: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Under the name that the run has, as a later one moves the link; the link points at it.
    """
    kept.write("report.html", "a page")

    code = program(["fetch"])

    told = capsys.readouterr().out
    assert (code, told) == (0, f"results/{kept.path.name}/report.html\n")
    assert Path(told.strip()).read_text(encoding="utf-8") == "a page"
    assert Run.open(Path("results")).path.name == kept.path.name


def test_a_run_without_a_page_is_told_as_such(kept: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A sweep whose pod was killed wrote none: its folder is named, and what finishes it; no page that is not there.
    """
    code = program(["fetch", "--job", "mine"])

    told = capsys.readouterr()
    name = kept.path.name
    assert (code, told.out) == (0, f"results/{name}\n")
    assert f"note: {name} has no report" in told.err
    assert f"`loadtest submit --resume {name} --job mine`" in told.err
    assert f"`loadtest report results/{name}`" in told.err
