"""
What a program says where its machine or its own code lets it down.
"""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.cli.machine_errors import machine_error

pytestmark = pytest.mark.process

PROGRAM = str(Path(sys.executable).parent / "loadtest")
# One verb that raises, in the program as it is.
RAISING = """
import sys
from loadtest.cli import app, report_verb
from loadtest.results import run_folder
def raises(*_):
    raise {error}
run_folder.Run.open = raises
sys.argv = ["loadtest", "report", "here"]
app.main()
"""

# As the SDK's core raises it: no ``Exception``.
PANIC = 'type("PanicException", (BaseException,), {{}})("{}")'


def _raised(error: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", RAISING.format(error=error)], capture_output=True, text=True)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(
            "OSError(28, 'No space left on device')", "[Errno 28] No space left on device", id="room"
        ),
        pytest.param("MemoryError", "memory; end other programs", id="memory"),
        pytest.param(
            'RuntimeError("can\'t start new thread")', "a thread; end other programs", id="processes"
        ),
        pytest.param(
            PANIC.format("OS can't spawn worker thread: Resource temporarily unavailable"),
            "a thread; end other programs",
            id="processes-of-the-SDK",
        ),
    ],
)
def test_what_the_machine_refuses_is_one_line(error: str, told: str) -> None:
    """With exit code 2, wherever in the program it happens."""
    code, said = _raised(error)

    assert code == 2
    assert said.startswith(f"error: this machine refuses what `loadtest` needs: {told}")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "error", ["LookupError('a defect')", PANIC.format("a defect")], ids=["ours", "the-SDK's"]
)
def test_a_defect_is_no_verdict(error: str) -> None:
    """Python's own exit code is 1, which says that no replica count keeps the goal."""
    code, said = _raised(error)

    assert code == 3
    assert said.endswith(": a defect\n")


@pytest.mark.parametrize("error", [OSError("of a library"), RuntimeError("of a library")], ids=repr)
def test_an_error_of_a_library_is_none_of_the_machine(error: Exception) -> None:
    """It has no number, and is a defect."""
    assert machine_error(error) is None
    assert machine_error(OSError(errno.EMFILE, "Too many open files")) is not None


def test_an_argument_that_is_no_text_is_refused() -> None:
    """As the name of a file from another system may be: no file of a run could keep it."""
    done = subprocess.run([PROGRAM, "sweep", b"caf\xe9.toml"], capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.startswith("error: caf\\udce9.toml: its bytes are no text in utf-8")
