"""
Which runs go when only so many are kept.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.results.retention import keep_newest

RUNS = ["20260101-020000-nightly", "20260102-020000-nightly", "20260103-020000-nightly"]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """
    Three runs, the newest of which is the latest, and things that are none.
    """
    for name in (*RUNS, "notes", ".20260101-000000-partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.json").write_text("{}")
    (tmp_path / "20250101-000000-file").write_text("")
    (tmp_path / "latest").symlink_to(RUNS[-1])
    return tmp_path


def left(results: Path) -> set[str]:
    """
    What is in the folder.
    """
    return {path.name for path in results.iterdir()}


@pytest.mark.parametrize(("count", "gone"), [(1, RUNS[:2]), (2, RUNS[:1]), (3, []), (10, [])])
def test_the_oldest_runs_go(results: Path, count: int, gone: list[str]) -> None:
    """As many of the newest stay as was said, and what is no run stays too."""
    before = left(results)

    assert keep_newest(results, count) == gone
    assert left(results) == before - set(gone)


def test_the_latest_run_stays_however_old(results: Path) -> None:
    """A newer run that kept no step does not push out the one whose report is read."""
    (results / "latest").unlink()
    (results / "latest").symlink_to(RUNS[0])

    assert keep_newest(results, 1) == [RUNS[1]]
    assert (results / "latest" / "plan.json").is_file()
