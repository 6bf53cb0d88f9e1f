"""
Whatever the README tells people to type can be typed.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from loadtest.cli.app import run

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _typed() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    whole = [block.replace("\\\n", " ") for block in blocks]
    lines = [line[2:] for block in whole for line in block.splitlines() if line.startswith("$ ")]
    return [line.partition(" #")[0].strip() for line in lines] + re.findall(
        r"`((?:make|loadtest) [^`]+)`", README
    )


COMMANDS = _typed()


def test_there_are_commands() -> None:
    """The two of the first screen at least."""
    assert {"make demo", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_every_make_target_exists(command: str) -> None:
    """And its recipe can be read by make."""
    targets = [
        word for word in shlex.split(command)[1:] if "=" not in word and word.replace("-", "").isalnum()
    ]
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert targets
    for target in targets:
        assert re.search(rf"^  make {target}\s", listed, re.M), target


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("loadtest ")])
def test_every_flag_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A verb's help names each option that the README uses."""
    verb, *rest = shlex.split(command)[1:]

    assert run([verb, "--help"]) == 0
    helped = capsys.readouterr().out

    for flag in [word for word in rest if word.startswith("--")]:
        assert flag in helped, flag


def test_every_link_leads_somewhere() -> None:
    """Files and pictures that the README points at are there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert missing == []


def test_the_readme_is_one_screen_and_has_real_output() -> None:
    """No placeholder is left, and it does not grow into a manual."""
    assert "@@" not in README
    assert len(README.splitlines()) < 120
