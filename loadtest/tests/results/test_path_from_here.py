"""
A place as its reader types it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.cli.app import run
from loadtest.results.path_from_here import path_from_here


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("results/run", "results/run", id="below"),
        pytest.param("{here}/results/run", "results/run", id="below-from-the-root"),
        pytest.param("../elsewhere/run", "{above}/elsewhere/run", id="beside"),
        pytest.param("../here/results/run", "results/run", id="below-by-a-detour"),
        pytest.param("/elsewhere/run", "/elsewhere/run", id="elsewhere"),
    ],
)
def test_a_place_is_typed_from_here_if_it_lies_below_and_else_from_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, shown: str
) -> None:
    """A line that is copied from what was printed must work."""
    here = tmp_path.resolve() / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    names = {"here": here, "above": here.parent}

    assert str(path_from_here(Path(path.format(**names)))) == shown.format(**names)


def test_a_link_is_shown_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`results/latest` says more than what it points at today."""
    (tmp_path / "results" / "a-run").mkdir(parents=True)
    (tmp_path / "results" / "latest").symlink_to("a-run")
    monkeypatch.chdir(tmp_path)

    assert path_from_here(Path("results/latest/report.html")) == Path("results/latest/report.html")


def test_where_the_current_folder_is_gone_a_path_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of minutes whose folder was taken away still tells where its report is."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert path_from_here(tmp_path / "run") == tmp_path / "run"


def test_a_verb_does_not_begin_in_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it would have read or written, one line says why."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert run(["report", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: the current folder is gone;")
