"""
Going on with a run: from its folder alone, where and how it began, or not at all.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import synthetic_steps
from synthetic_runs import MACHINE, VERSIONS, kept_run

from loadtest.cli import run_start
from loadtest.cli.app import run
from loadtest.cli.open_place import PlaceToOpen
from loadtest.errors import InputError
from loadtest.plan import Saturate
from loadtest.results.manifest import RunStart
from loadtest.results.run_folder import Run
from loadtest.results.run_hold import held_run

SMOKE = str(Path(__file__).parents[2] / "plans" / "smoke.toml")


@pytest.mark.process
def test_a_run_goes_on_with_the_place_that_it_began_with(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """Worker command with blanks, port and metrics come from the folder; no flag repeats them."""
    script = tmp_path / "my worker.py"
    script.write_text("", encoding="utf-8")
    command = shlex.join([sys.executable, str(script), "--quiet"])
    code = run(["sweep", SMOKE, "--output", str(tmp_path), "--worker-command", command, "--seed", "7"])
    begun, first = carried_out[0]
    assert code == 0

    code = run(["sweep", "--resume", str(begun.path)])

    resumed, again = carried_out[1]
    assert code == 0
    assert again == first
    assert again.worker_command == (sys.executable, str(script), "--quiet")
    assert (resumed.path, resumed.plan.seed) == (begun.path, 7)


@pytest.mark.process
def test_a_run_that_is_being_measured_is_not_gone_on_with(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Two processes would measure at once and keep each other's steps; once the first has ended it goes on."""
    kept = kept_run(tmp_path)

    with held_run(kept):
        code = run(["sweep", "--resume", str(kept.path)])

    assert (code, carried_out, len(kept.manifest.starts)) == (2, [], 1)
    assert capsys.readouterr().err == (
        f"error: {kept.path}: another process measures this run; wait until it has ended, or end it first\n"
    )
    assert run(["sweep", "--resume", str(kept.path)]) == 0


@pytest.mark.process
@pytest.mark.parametrize("goes_on", [False, True], ids=["begun", "resumed"])
def test_a_run_is_held_while_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, goes_on: bool
) -> None:
    """Whether it has just begun or goes on."""

    def measure(measured: Run, *_: object) -> int:
        with pytest.raises(InputError, match="another process measures this run"), held_run(measured):
            pass
        return 0

    monkeypatch.setattr(run_start, "_carry_out", measure)
    begins = ["--resume", str(kept_run(tmp_path).path)] if goes_on else [SMOKE, "--output", str(tmp_path)]

    assert run(["sweep", *begins]) == 0


@pytest.mark.process
def test_each_start_of_a_run_is_kept(tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]) -> None:
    """With its command, versions, commit and machine; what differs from the first is a note of the report."""
    kept = kept_run(tmp_path, versions={**VERSIONS, "temporalio": "1.0.0"})

    run(["sweep", "--resume", str(kept.path)])

    manifest = kept.manifest
    assert [start.versions["temporalio"] != "1.0.0" for start in manifest.starts] == [False, True]
    assert len(manifest.notes) == 1
    assert "in place of 1.0.0" in manifest.notes[0]
    assert manifest.versions == synthetic_steps.manifest().versions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, None, id="the-same"),
        pytest.param({"versions": {**VERSIONS, "locust": "2"}}, "locust 2 in place of none", id="version"),
        pytest.param({"commit": "d" * 40}, "commit dddddddddddd in place of cccccccccccc", id="commit"),
        pytest.param({"machine": replace(MACHINE, host="there")}, "there in place of here", id="machine"),
        pytest.param({"machine": replace(MACHINE, load_average=9.0)}, None, id="load-of-the-machine"),
    ],
)
def test_a_start_that_differs_says_in_what(changes: dict[str, Any], words: str | None) -> None:
    """What can change a number is told, what cannot is not."""
    first = RunStart("then", ("loadtest",), VERSIONS, "c" * 40, MACHINE)

    told = replace(first, started_at="now", **changes).difference(first)

    assert told == (None if words is None else told) and (words is None or words in str(told))


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--rate", "5"], "--rate"),
        (["--set", "seed=3"], "--set"),
        (["--factor", "codec=true"], "--factor"),
        (["--address", "127.0.0.1:7"], "--address"),
        (["--worker-command", "x"], "--worker-command"),
        (["--target", "kubernetes"], "--target"),
        (["--output", "elsewhere"], "--output"),
        ([SMOKE], SMOKE),
        (["--replicas", "1"], "--replicas"),
    ],
)
def test_a_flag_that_says_otherwise_is_refused_by_name(
    flags: list[str],
    named: str,
    tmp_path: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two systems are never mixed in one report, and nothing is ignored."""
    kept = kept_run(tmp_path)

    code = run(["sweep", "--resume", str(kept.path), *flags])

    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines), carried_out) == (2, 1, [])
    assert lines[0].startswith(f"error: {named}")
    assert str(kept.path) in lines[0]


@pytest.mark.process
@pytest.mark.parametrize(
    "flags", [["--progress", "plain"], ["--target", "local"], ["--metrics-port", "29876"], ["--output", "."]]
)
def test_what_belongs_to_a_start_or_says_the_same_is_allowed(
    flags: list[str],
    tmp_path: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The Job in a cluster gives the same flags with every sweep."""
    monkeypatch.chdir(tmp_path)
    kept = kept_run(tmp_path)

    assert run(["sweep", "--resume", str(kept.path), *flags]) == 0
    assert [one.path for one, _ in carried_out] == [kept.path]


def test_a_complete_run_says_so_and_makes_only_its_report(
    tmp_path: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is measured again, and the exit code is the verdict."""
    kept = kept_run(tmp_path, synthetic_steps.demo_plan(replicas=(1,), loads=(Saturate(window_seconds=15),)))

    code = run(["sweep", "--resume", str(kept.path), "--progress", "plain"])

    assert code in (0, 1)
    assert carried_out == []
    assert "nothing is left to measure" in capsys.readouterr().err
    assert (kept.path / "report.html").is_file()
    assert len(kept.manifest.starts) == 1


def test_a_run_whose_budget_is_spent_starts_nothing(
    tmp_path: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Steps are left, and none of them would be measured: that is said, and the report is made."""
    kept = kept_run(tmp_path, synthetic_steps.demo_plan(budget_seconds=20.0), steps=2)

    code = run(["sweep", "--resume", str(kept.path), "--progress", "plain"])

    told = capsys.readouterr()
    assert code == 3
    assert carried_out == []
    assert "nothing more is measured, as the budget of 20 s of windows is spent" in told.err
    assert "4 of 6 steps were not measured, as the budget of 20 s of windows is spent." in told.out
    assert len(kept.manifest.starts) == 1


def test_a_run_of_before_places_were_kept_cannot_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its report can still be made."""
    kept = kept_run(tmp_path)
    kept.write_manifest(replace(kept.manifest, place=None, starts=()))

    code = run(["sweep", "--resume", str(kept.path)])

    assert code == 2
    assert "did not keep where it measured" in capsys.readouterr().err
    assert run(["report", str(kept.path)]) in (0, 1, 3)


def test_a_worker_of_the_users_own_is_started_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its command line may name files by relative paths."""
    kept = kept_run(tmp_path, place={"target": "local", "worker_command": "python mine.py"})
    monkeypatch.chdir(tmp_path)

    code = run(["sweep", "--resume", str(kept.path)])

    assert code == 2
    assert "its workers were started from" in capsys.readouterr().err


def test_workers_that_the_plan_names_are_started_where_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison of two programs keeps them in its plan, and by relative paths just as well."""
    plan = synthetic_steps.demo_plan(factors={"worker_command": ("python a.py", "python b.py")})
    kept = kept_run(tmp_path, plan)
    monkeypatch.chdir(tmp_path)

    code = run(["sweep", "--resume", str(kept.path)])

    assert code == 2
    assert "its workers were started from" in capsys.readouterr().err


@pytest.mark.process
def test_a_scenario_that_was_changed_meanwhile_is_told(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """Steps of two workloads would stand in one report, so it says so; a file that it imports is part of it."""
    mine, beside = tmp_path / "mine.py", tmp_path / "names.py"
    mine.write_text(
        '"""Mine."""\nfrom names import NAME\nACTIVITIES_PER_WORKFLOW = 1\nasync def start(client, arrival):\n    return NAME, arrival\n'
    )
    beside.write_text("NAME = 1\n")
    run(["sweep", SMOKE, "--scenario", str(mine), "--output", str(tmp_path / "results")])
    begun = carried_out[0][0]
    assert run(["sweep", "--resume", str(begun.path)]) == 0
    assert begun.manifest.notes == ()

    beside.write_text("NAME = 2\n")

    assert run(["sweep", "--resume", str(begun.path)]) == 0
    (told,) = begun.manifest.notes
    assert "scenario mine.py" in told


@pytest.mark.process
def test_the_headline_names_a_path_that_can_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """What a reader copies from the terminal goes on with that run."""
    kept = kept_run(tmp_path)
    run(["report", str(kept.path)])
    printed = capsys.readouterr().out
    command = next(each for each in printed.split("`") if "--resume" in each)

    code = run(shlex.split(command)[1:])

    assert code == 0
    assert carried_out[0][0].path == kept.path


def test_latest_moves_when_the_first_step_is_kept(tmp_path: Path) -> None:
    """A run that measured nothing is not the one that `loadtest report` shows."""
    earlier = kept_run(tmp_path)

    later = kept_run(tmp_path, steps=0)
    assert Run.open(tmp_path).path == earlier.path

    later.write_step(synthetic_steps.step())
    assert Run.open(tmp_path).path == later.path
