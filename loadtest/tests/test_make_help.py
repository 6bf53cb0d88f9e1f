"""
`make help` is the first thing that a newcomer types.
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
COLUMNS = 80


def _help_on_a_terminal() -> str:
    """What a terminal of 80 columns gets."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    with subprocess.Popen(
        ["make", "--no-print-directory", "help"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=theirs
    ):
        os.close(theirs)
        told = b""
        try:
            while piece := os.read(ours, 65536):
                told += piece
        except OSError:  # how Linux tells that the other side is closed
            pass
    os.close(ours)
    return told.decode().replace("\r\n", "\n")


def _help_in_a_pipe() -> str:
    return subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_no_line_is_wider_than_the_terminal() -> None:
    """Lines that the terminal breaks by itself hide the column of targets."""
    lines = _help_on_a_terminal().splitlines()

    assert [line for line in lines if len(line) > COLUMNS] == []
    assert all(line.startswith(("  make ", " " * 26)) for line in lines if line.startswith(" "))


def test_a_pipe_gets_a_line_for_each_target_with_the_same_words() -> None:
    """`make help | grep kind` finds a target with all that is said of it."""
    piped = _help_in_a_pipe()

    assert any(
        line.startswith("  make kind-up ") and line.endswith("of its own") for line in piped.splitlines()
    )
    assert piped.split() == _help_on_a_terminal().split()


def test_what_changes_the_kit_comes_after_what_uses_it() -> None:
    """A newcomer looks for the demo and the cluster, not for the kit's own tests."""
    groups = [line for line in _help_in_a_pipe().splitlines() if line and not line.startswith(" ")]
    of_the_kit = [group.startswith("Changing the kit") for group in groups]

    assert groups[0] == "Start here"
    assert of_the_kit == sorted(of_the_kit)
    assert sum(of_the_kit) == 3
