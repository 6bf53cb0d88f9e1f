"""
The link ``latest`` of a folder of runs: what stands in its way is said before anything is measured.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import synthetic_steps
from synthetic_runs import kept_run

from loadtest.cli.app import run as program
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.results.latest_link import point_latest
from loadtest.results.run_folder import Run


def test_a_copy_that_followed_the_link_takes_no_new_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A folder of the link's name would end a run after its first step; it is refused before, for one that goes on and one that is fetched, too.
    """
    kept = kept_run(tmp_path / "results")
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "results", copy)
    before = sorted(copy.iterdir())

    with pytest.raises(InputError, match="copy/latest: no link, and runs make one of that name"):
        Run.create(copy, kept.plan, synthetic_steps.manifest())
    codes = [
        program(["sweep", "--resume", str(copy / kept.path.name)]),
        program(["fetch", "another", "--output", str(copy)]),
    ]

    assert codes == [2, 2]
    assert capsys.readouterr().err.count("copy/latest: no link") == 2
    assert sorted(copy.iterdir()) == before


def test_a_folder_without_links_takes_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    As on a FAT disk or some shares of a network: nothing is left there.
    """

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refuse)

    with pytest.raises(InputError, match=r"results: no link can be made in it \(Operation not permitted\)"):
        Run.create(tmp_path / "results", synthetic_steps.demo_plan(), synthetic_steps.manifest())
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.parametrize("named", ["results", "results/latest"])
def test_a_link_whose_run_is_gone_says_where_it_led(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whether the link or the folder of runs was named.
    """
    monkeypatch.chdir(tmp_path)
    gone = kept_run(Path("results"))
    point_latest(gone.path)
    shutil.rmtree(gone.path)

    with pytest.raises(
        InputError, match=f"results/latest: no run: it points at {gone.path.name}, which is gone"
    ):
        Run.open(Path(named))


def test_who_has_no_run_yet_is_told_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The folder that was looked for is no advice.
    """
    monkeypatch.chdir(tmp_path)

    assert program(["report"]) == 2
    assert capsys.readouterr().err == (
        "error: results/latest: no run: there is no such folder; `loadtest sweep PLAN` makes it, or name the folder of a run\n"
    )


@pytest.mark.parametrize(
    "second", [pytest.param("run a_b", id="sign"), pytest.param("run A/b", id="case-on-macOS")]
)
def test_two_settings_that_would_have_one_folder_are_refused(tmp_path: Path, second: str) -> None:
    """
    The second would take the place of what the first measured.
    """
    plan = Plan(name="two", factors={"worker_command": ("run a/b", second)})

    with pytest.raises(
        InputError, match=f"worker_command=run a/b and worker_command={second} have the same folder"
    ):
        Run.create(tmp_path, plan, synthetic_steps.manifest())
    assert list(tmp_path.iterdir()) == []
