"""
The end of the program, which an impatient user may see once more.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from loadtest.cli import app, kubeconfig

pytestmark = pytest.mark.process

# The signal comes while the SDK's threads leave.
ENDING = """
import os, signal, sys, time
from repairshop import process_exit
from loadtest.cli import immediate_exit
import temporalio.client
process_exit.time.sleep = lambda seconds: os.kill(os.getpid(), {number})
immediate_exit.end(3)
"""


@pytest.mark.parametrize("number", [2, 15, 1], ids=["ctrl-c", "sigterm", "the-terminal-is-closed"])
def test_a_signal_at_the_very_end_changes_no_exit_code(number: int) -> None:
    """The verdict is known by then, and there is nothing left to interrupt."""
    done = subprocess.run(
        [sys.executable, "-c", ENDING.format(number=number)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (3, "")


def test_what_libraries_left_for_the_exit_is_done() -> None:
    """Such as to remove their temporary files: the interpreter is not torn down, so nobody else would."""
    ending = "import atexit; from loadtest.cli import immediate_exit; atexit.register(print, 'removed'); immediate_exit.end(3)"

    done = subprocess.run([sys.executable, "-c", ending], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "removed\n")


def test_a_verb_that_is_interrupted_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it has anything of its own to say, such as what goes on without it."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(kubeconfig, "reach", interrupted)

    assert app.run(["fetch"]) == 130
    assert capsys.readouterr().err == "error: interrupted\n"
