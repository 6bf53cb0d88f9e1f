"""
Runs the program as a user does: to its end, for what it wrote, or while a test reads what it tells; or in the tests' process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loadtest.cli.app import run
from loadtest.design.design import MOST_DISTURBED_ATTEMPTS
from loadtest.results.run_folder import Run

OTHERS_TOOK_THE_CORES = "disturbed: other programs took"
PROGRAM = str(Path(sys.executable).parent / "loadtest")
# The same, but that no step is measured again, whatever a busy machine made of it.
_EACH_STEP_ONCE = """
from loadtest.cli.app import main
from loadtest.design import design
design.MOST_ATTEMPTS = design.MOST_DISTURBED_ATTEMPTS = 1
main()
"""
PLANS = Path(__file__).parents[2] / "plans"


@dataclass(frozen=True, slots=True)
class Ran:
    """
    One run of the program.

    Attributes:
        code: Its exit code.
        out, err: What it printed.
        folder: The run's folder.
        sweep: ``sweep.json``.
    """

    code: int
    out: str
    err: str
    folder: Path
    sweep: dict[str, Any]

    @property
    def run(self) -> Run:
        """
        The run, read back.
        """
        return Run.open(self.folder)

    def steps(self, kind: str) -> list[dict[str, Any]]:
        """
        The steps of one kind of load, by replicas: the last attempt, and of a closed load the step whose throughput is used.
        """
        found = sorted(self.sweep["steps"], key=lambda step: (step["replicas"], step["attempt"]))
        last = {
            (step["replicas"], step["load"]["index"], step["repetition"]): step
            for step in found
            if step["load"]["kind"] == kind and not step["superseded"] and not _is_broken_second(step)
        }
        return list(last.values())


def _is_broken_second(step: dict[str, Any]) -> bool:
    return bool(step["load"]["doubled"]) and step["verdict"] == "invalid"


def sweep(
    output: Path, *arguments: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> Ran:
    """
    Run ``loadtest sweep`` to its end, in a folder and with variables of its own where they are given.
    """
    done = subprocess.run(
        [PROGRAM, "sweep", *arguments, "--output", str(output)],
        capture_output=True,
        text=True,
        timeout=560,
        cwd=cwd,
        env={**os.environ, **(variables or {}), "COLUMNS": "160"},
    )
    return _ran(output, done.returncode, done.stdout, done.stderr)


def _ran(output: Path, code: int, out: str, err: str) -> Ran:
    latest = output / "latest"
    document = latest / "sweep.json"
    written = json.loads(document.read_text(encoding="utf-8")) if document.is_file() else {}
    return Ran(code, out, err, latest.resolve(), written)


@dataclass(frozen=True, slots=True)
class SweepHere:
    """
    Runs ``loadtest sweep`` in the tests' process, for tests that ask what a run did and not how its program begins and ends.
    """

    _capsys: pytest.CaptureFixture[str]

    def __call__(self, output: Path, *arguments: str, variables: Mapping[str, str] | None = None) -> Ran:
        """
        Run it to its end, with variables of its own where they are given.
        """
        with pytest.MonkeyPatch.context() as environment:
            for name, value in {**(variables or {}), "COLUMNS": "160"}.items():
                environment.setenv(name, value)
            code = run(["sweep", *arguments, "--output", str(output)])
        told = self._capsys.readouterr()
        return _ran(output, code, told.out, told.err)


def skip_if_others_filled_the_machine(ran: Ran) -> None:
    """
    Skip what only a machine with a core to spare can show: the run itself gave a step up, as other programs took them each time.

    Such a run is right and has nothing to look at; a step that is invalid for anything else stays an error.
    """
    given_up = [step for step in ran.sweep.get("steps", ()) if step["attempt"] == MOST_DISTURBED_ATTEMPTS]
    for last in given_up:
        (reason, *more) = last["reasons"] or ("",)
        if ran.code == 3 and reason.startswith(OTHERS_TOOK_THE_CORES) and not more:
            pytest.skip(f"{last['step']}: {reason}")


@contextlib.contextmanager
def running_sweep(
    folder: Path, *arguments: str, each_step_once: bool = False
) -> Iterator[subprocess.Popen[str]]:
    """
    Begin ``loadtest sweep`` into the folder's ``results``; whatever is left of it in the end is killed.
    """
    program = [sys.executable, "-c", _EACH_STEP_ONCE] if each_step_once else [PROGRAM]
    command = [*program, "sweep", *arguments]
    with (folder / "stderr.txt").open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [*command, "--output", str(folder / "results"), "--progress", "json"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_for(process: subprocess.Popen[str], event: str, **fields: str) -> dict[str, Any]:
    """
    Return the next event of a name, and with such fields if some are given.

    Raises:
        AssertionError: The sweep ended without it.
    """
    assert process.stdout is not None
    for line in process.stdout:
        document: dict[str, Any] = json.loads(line)
        if document["event"] == event and fields.items() <= document.items():
            return document
    said = Path(process.args[process.args.index("--output") + 1]).with_name("stderr.txt")  # type: ignore[index,union-attr,arg-type]
    raise AssertionError(f"the sweep ended without {event}:\n{said.read_text(encoding='utf-8')}")
