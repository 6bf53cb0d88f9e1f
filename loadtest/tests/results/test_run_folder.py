"""
A run's folder: what is written comes back, whole or not at all.
"""

from __future__ import annotations

import dataclasses
import errno
import gzip
import math
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.errors import InputError
from loadtest.results import run_folder
from loadtest.results.document import from_plain
from loadtest.results.measured_step import Measured
from loadtest.results.run_folder import Run
from loadtest.results.step_key import StepKey, step_keys

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PLAN = synthetic_steps.demo_plan()


@pytest.fixture(scope="module")
def measured() -> Measured:
    """
    One raw step.
    """
    return synthetic_steps.step(2, "open")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """
    A new run.
    """
    return Run.create(
        tmp_path / "results", PLAN, synthetic_steps.manifest(), plan_text="name = 'demo'\n", now=NOW
    )


def test_a_run_is_named_by_time_and_plan_and_latest_points_at_it(run: Run, measured: Measured) -> None:
    """
    The newest run that measured something is found without knowing its name.
    """
    assert not (run.path.parent / "latest").exists()

    run.write_step(measured)

    assert run.path.name == "20260102-030405-demo"
    assert (run.path.parent / "latest").readlink() == Path(run.path.name)
    assert (run.path / "plan.toml").read_text(encoding="utf-8") == "name = 'demo'\n"
    assert run.manifest.run == run.path.name
    assert Run.open(run.path.parent).path == run.path.resolve()
    assert Run.open(run.path.parent / "latest").plan == PLAN


def test_two_runs_of_one_second_do_not_share_a_folder(run: Run, measured: Measured) -> None:
    """
    The second gets a number, and latest moves on with its first step.
    """
    run.write_step(measured)
    second = Run.create(run.path.parent, PLAN, synthetic_steps.manifest(), now=NOW)
    assert (run.path.parent / "latest").resolve() == run.path.resolve()

    second.write_step(measured)

    assert second.path.name == "20260102-030405-demo-2"
    assert (run.path.parent / "latest").resolve() == second.path.resolve()


def test_a_step_comes_back_as_it_was_written(run: Run, measured: Measured) -> None:
    """
    Infinite buckets, gaps, histograms and pages survive; the step's reading stands beside them.
    """
    gap = dataclasses.replace(measured.timeline[0], backlog_activity=None)
    step = dataclasses.replace(measured, timeline=(gap, *measured.timeline[1:]))

    folder = run.write_step(step, read_step(step, PLAN), {"window-start-server-127.0.0.1:9090": "page\n"})

    assert run.read_steps() == [step]
    back = run.read_steps()[0].worker_window
    assert back is not None
    assert math.isinf(back.histograms["worker.activity_schedule_to_start"].bounds[-1])
    assert sorted(p.name for p in folder.iterdir()) == [
        "histograms",
        "measured.json",
        "scrapes",
        "step.json",
        "timeline.jsonl",
    ]
    (page,) = (folder / "scrapes").iterdir()
    assert gzip.decompress(page.read_bytes()) == b"page\n"


def test_steps_come_back_in_the_order_of_their_start(run: Run, measured: Measured) -> None:
    """
    Not in the order of their names.
    """
    first = dataclasses.replace(measured, started_at=1.0, key=StepKey(10, 1, "open", 1))
    second = dataclasses.replace(measured, started_at=2.0, key=StepKey(2, 1, "open", 1))
    for step in (second, first):
        run.write_step(step)

    assert [step.key.replicas for step in run.read_steps()] == [10, 2]


def test_a_step_measured_again_replaces_the_first(run: Run, measured: Measured) -> None:
    """
    There is one truth for a cell and repetition.
    """
    run.write_step(measured)
    run.write_step(dataclasses.replace(measured, notes=("again",)))

    assert [step.notes for step in run.read_steps()] == [("again",)]


def test_repetitions_are_interleaved_and_saturate_comes_first() -> None:
    """
    A slow drift of the machine must not pass for an effect of the replica count.
    """
    plan = synthetic_steps.demo_plan(repetitions=2, replicas=(1, 2), loads=tuple(reversed(PLAN.loads)))

    assert [key.folder for key in step_keys(plan)] == [
        "1-saturate1-1",
        "1-open-1",
        "2-saturate1-1",
        "2-open-1",
        "1-saturate1-2",
        "1-open-2",
        "2-saturate1-2",
        "2-open-2",
    ]


WRITER = """
import sys
sys.path.insert(0, {helpers!r})
import loadtest, synthetic_steps
from pathlib import Path
from loadtest.results.run_folder import Run
run = Run.open(Path({path!r}))
step = synthetic_steps.step(2, "open")
def write():
    run.write_step(step, None, {{"page": "x" * 200000}})
    run.write("sweep.json", "[" + "1," * 100000 + "1]")
write()
print("written once", flush=True)
while True:
    write()
"""


@pytest.mark.process
def test_a_writer_killed_at_any_moment_leaves_whole_files(run: Run, measured: Measured) -> None:
    """
    Whoever reads after a SIGKILL finds each step and file whole: what was written before, or what was being written.
    """
    code = WRITER.format(helpers=str(Path(synthetic_steps.__file__).parent), path=str(run.path))
    for milliseconds in (5, 25, 125):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "written once\n"
            time.sleep(milliseconds / 1000)
            os.kill(writer.pid, signal.SIGKILL)
            writer.wait()

        assert run.read_steps() == [measured]
        assert (run.path / "sweep.json").read_text(encoding="utf-8").endswith("1]")


def test_a_reader_has_the_whole_file_that_it_opened(run: Run) -> None:
    """
    A file is taken the place of and never written over: whoever reads meanwhile has what was there.
    """
    run.write("sweep.json", "the first")
    with (run.path / "sweep.json").open(encoding="utf-8") as reader:
        run.write("sweep.json", "another")

        assert reader.read() == "the first"
    assert (run.path / "sweep.json").read_text(encoding="utf-8") == "another"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("results", "no run: there is no plan.json in it; name a folder"),
        ("nothing", "no run: there is no such folder"),
    ],
)
def test_no_run_is_one_line(tmp_path: Path, name: str, words: str) -> None:
    """
    The line names the folder and what to name instead.
    """
    (tmp_path / "results").mkdir()

    with pytest.raises(InputError, match=words) as error:
        Run.open(tmp_path / name)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize("file", ["plan.toml", "plan.json", "manifest.json"])
def test_a_disk_that_is_full_leaves_no_folder_of_a_run_that_never_began(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The line says why, and the folder of runs is as it was.
    """
    write = run_folder.write_whole

    def full(path: Path, content: str | bytes) -> None:
        if path.name == file:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr(run_folder, "write_whole", full)

    with pytest.raises(InputError, match="No space left on device"):
        Run.create(tmp_path, PLAN, synthetic_steps.manifest(), plan_text="name = 'demo'\n")

    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_cannot_be_written_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    It is written last, when a disk may be full, and then there are steps to report.
    """

    def full(path: Path, content: str | bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_folder, "write_whole", full)

    with pytest.raises(InputError, match="No space left on device"):
        run.write_manifest(synthetic_steps.manifest())


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """
    A file stands where the folder should be: the folder, the reason and the flag are named.
    """
    (tmp_path / "results").write_text("a file", encoding="utf-8")

    with pytest.raises(
        InputError, match=r"results: cannot be written: it is no folder, or name another folder with --output"
    ):
        Run.create(tmp_path / "results", PLAN, synthetic_steps.manifest())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("measured.json", "{"),
        ("measured.json", "{}"),
        ("measured.json", "[]"),
        ("timeline.jsonl", "{"),
        ("timeline.jsonl", '{"at": "soon", "phase": "window"}'),
        ("histograms/lag.hdr", ""),
        ("histograms/lag.hdr", "no histogram"),
        ("histograms/lag.hdr", "HISTFAAAACN4nJNpmSzMwMBgyA"),
    ],
)
def test_a_damaged_step_names_its_file(run: Run, measured: Measured, name: str, content: str) -> None:
    """
    A report is refused in one line, with no traceback.
    """
    folder = run.write_step(measured)
    (folder / name).write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match="2-open1-1") as error:
        run.read_steps()
    assert "\n" not in str(error.value)


def test_a_second_step_has_a_folder_of_its_own_and_an_older_one_is_a_first() -> None:
    """
    Whatever else its name tells; a folder that was written before there were second steps is still read.
    """
    factors = (("worker.activity_slots", 2),)
    second = StepKey(1, 0, "saturate", 2, factors, attempt=2, doubled=True)

    assert second.folder == "1-saturate-2-worker.activity_slots-2-doubled-again1"
    assert from_plain(StepKey, {"replicas": 1, "load": 0, "kind": "saturate", "repetition": 1}, "x") == (
        StepKey(1, 0, "saturate", 1)
    )
