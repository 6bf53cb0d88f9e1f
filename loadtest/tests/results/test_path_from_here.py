"""
A place as its reader types it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

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
