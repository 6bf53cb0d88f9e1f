"""
``loadtest fetch``, and ``loadtest submit --output``: a run of a volume comes here whole, and the last line names its page.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic_runs import kept_run

from loadtest.cli import kubeconfig
from loadtest.cli.app import run as program
from loadtest.experiment.progress import StepEnded, SweepEnded, SweepStarted, to_json_line
from loadtest.results.archive import pack
from loadtest.results.run_folder import Run
from loadtest.target.kubernetes import job_log, results_fetch, sweep_job


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """
    A run on a cluster's volume, and this machine without runs.
    """

    class Job:
        def __init__(self, *_: object) -> None: ...

        def read(self) -> object:
            return self

    class Volume:
        def __init__(self, job: object) -> None: ...

        def fetch(self, run: str, archive: Path) -> tuple[str, str]:
            with archive.open("wb") as out:
                return pack(tmp_path / "volume", run, out)

    monkeypatch.setattr(results_fetch, "Volume", Volume)
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: None)
    monkeypatch.setattr(sweep_job, "SweepJob", Job)
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


def _ends(monkeypatch: pytest.MonkeyPatch, *lines: str, code: int) -> None:
    """
    Let the sweep that runs in the cluster say these lines and end with a code.
    """

    class Log:
        job = "loadtest/loadtest-sweep"

        def __init__(self, *_: object) -> None: ...

        def lines(self) -> tuple[str, ...]:
            return lines

        def exit_code(self) -> int:
            return code

    monkeypatch.setattr(job_log, "JobLog", Log)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_followed_run_is_brought_by_its_name(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    """
    Not the one that kept a step last, which may be of another sweep.
    """
    kept.write("report.html", "a page")
    other = kept_run(kept.path.parent)
    _ends(
        monkeypatch, to_json_line(SweepEnded("invalid", "report.html", (), code, kept.path.name)), code=code
    )

    ended = program(["submit", "--attach", "--output", "results"])

    told = capsys.readouterr()
    assert (ended, told.out) == (code, f"results/{kept.path.name}/report.html\n")
    assert [path.name for path in Path("results").glob("2*")] == [kept.path.name] != [other.path.name]


def test_of_a_run_that_measured_nothing_its_own_error_is_told_alone(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Invalid with nothing to bring: no word of a run that is not there, and no older run in its place.
    """
    _ends(monkeypatch, "error: nobody polls", code=3)

    ended = program(["submit", "--attach", "--output", "results"])

    assert ended == 3
    told = capsys.readouterr().err
    assert told.endswith("nobody polls\n")
    assert [line for line in told.splitlines() if line.startswith("error:")] == [
        "error: loadtest/loadtest-sweep ended without a verdict (exit code 3):"
    ]
    assert not Path("results").exists()


def _step_kept(run: Run) -> tuple[str, str]:
    key = run.read_steps()[0].key
    return (
        to_json_line(SweepStarted(run.path.name, "demo", 2, 60.0)),
        to_json_line(StepEnded(key, "valid", "4.3/s")),
    )


@pytest.mark.parametrize(("code", "ends"), [(3, 3), (130, 2)])
def test_what_a_broken_sweep_had_measured_is_brought(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, ends: int
) -> None:
    """
    A lost injector ends it without a verdict, and yet there is a report of its steps.
    """
    kept.write("report.html", "a page")
    kept_run(kept.path.parent)
    _ends(monkeypatch, *_step_kept(kept), "error: injector-1 is gone", code=code)

    ended = program(["submit", "--attach", "--output", "results"])

    told = capsys.readouterr()
    assert (ended, told.out.splitlines()[-1]) == (ends, f"results/{kept.path.name}/report.html")
    assert told.err.endswith("injector-1 is gone\n")


def test_where_it_is_not_brought_the_command_is_told(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    With the run's own name, as the latest may be another one, and with what finds the load test.
    """
    _ends(monkeypatch, *_step_kept(kept), "error: injector-1 is gone", code=3)

    ended = program(["submit", "--attach", "--job", "mine"])

    assert ended == 3
    told = capsys.readouterr().err.splitlines()[-1]
    assert told == f"`loadtest fetch {kept.path.name} --job mine` brings what it measured here"


def test_lines_of_json_stay_alone_on_standard_output(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Who reads them by a program finds the path of the report on standard error.
    """
    kept.write("report.html", "a page")
    ended = SweepEnded("pass", "report.html", (), 0, kept.path.name)
    _ends(monkeypatch, *_step_kept(kept), to_json_line(ended), code=0)

    assert program(["submit", "--attach", "--output", "results", "--progress", "json"]) == 0

    told = capsys.readouterr()
    assert all(line.startswith("{") for line in told.out.splitlines())
    assert f"results/{kept.path.name}/report.html" in told.err


@pytest.mark.parametrize(("code", "ends"), [(0, 2), (1, 1), (3, 3)])
def test_a_run_that_cannot_be_brought_leaves_the_verdict(
    kept: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int, ends: int
) -> None:
    """
    Without a report here a kept SLO is no success; a missed one stays that.
    """
    assert kept.path.exists()
    _ends(monkeypatch, to_json_line(SweepEnded("fail", "report.html", (), code, "gone")), code=code)

    ended = program(["submit", "--attach", "--output", "results"])

    assert ended == ends
    told = capsys.readouterr().err
    assert "error: gone: no such run" in told
    assert "`loadtest fetch gone` brings it here" in told


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        pytest.param(["--detach"], "a run that is not followed is not brought here either", id="detached"),
        pytest.param([], "is no folder; name one", id="file"),
        pytest.param([], "a link that points at nothing", id="link"),
    ],
)
def test_a_folder_into_which_nothing_can_come_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], told: str
) -> None:
    """
    Not after an hour of measuring.
    """
    if "link" in told:
        (tmp_path / "file").symlink_to(tmp_path / "nowhere")
    else:
        (tmp_path / "file").touch()

    code = program(["submit", "any.toml", "--output", str(tmp_path / "file"), *flags])

    assert code == 2
    assert told in capsys.readouterr().err
