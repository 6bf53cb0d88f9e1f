"""
`make help` is the first thing that a newcomer types.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from small_terminal import shown_on_terminal

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
HELP = ["make", "--no-print-directory", "help"]
COLUMNS = 80


def _help_in_a_pipe() -> list[str]:
    done = subprocess.run(HELP, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_no_line_is_wider_than_the_terminal() -> None:
    """Lines that the terminal breaks by itself hide the column of targets."""
    lines = shown_on_terminal(HELP, COLUMNS, ROOT)

    assert [line for line in lines if len(line) > COLUMNS] == []
    assert all(line.startswith(("  make ", " " * 26)) for line in lines if line.startswith(" "))


def test_a_pipe_gets_a_line_for_each_target_with_the_same_words() -> None:
    """`make help | grep kind` finds a target with all that is said of it."""
    piped = _help_in_a_pipe()

    assert any(line.startswith("  make kind-up ") and line.endswith("of its own") for line in piped)
    assert " ".join(piped).split() == " ".join(shown_on_terminal(HELP, COLUMNS, ROOT)).split()


def test_what_changes_the_kit_comes_after_what_uses_it() -> None:
    """A newcomer looks for the demo and the cluster, not for the kit's own tests."""
    groups = [line for line in _help_in_a_pipe() if line and not line.startswith(" ")]
    of_the_kit = [group.startswith("Changing the kit") for group in groups]

    assert groups[0] == "Start here"
    assert of_the_kit == sorted(of_the_kit)
    assert sum(of_the_kit) == 3
