"""
``make setup``: which environment it keeps, and which it makes anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
# Stands for a Python of a version; it keeps the link in an environment that is there, as venv does.
PYTHON = """#!/bin/sh
case "$*" in
-V) echo "Python {version}" ;;
-c*) exec {real} -c "import sys; sys.version_info = tuple(map(int, '{version}'.split('.'))); $2" ;;
"-m venv "*)
  echo "$*" >> made
  if [ "$3" = --clear ]; then rm -r .venv; fi
  mkdir -p .venv/bin
  [ -L .venv/bin/python ] || ln -s "$0" .venv/bin/python ;;
esac
"""


@dataclass
class Checkout:
    """
    A folder with the Makefile, beside Pythons of some versions.
    """

    folder: Path

    def made(self, *arguments: str) -> list[str]:
        """
        Run ``make setup``, and return each call by which it made an environment.
        """
        kept = self.folder / "made"
        kept.unlink(missing_ok=True)
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return kept.read_text().splitlines() if kept.exists() else []

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """
        Run ``make setup``.
        """
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))
        }
        return subprocess.run(
            ["make", *arguments, "setup"], cwd=self.folder, env=environment, capture_output=True, text=True
        )


@pytest.fixture
def pythons(tmp_path: Path) -> dict[str, str]:
    """
    A Python of each version, as it is named on the command line.
    """
    found = {}
    for version in ("3.10.13", "3.11.7", "3.13.0", "3.14.2", "3.15.0"):
        path = tmp_path / f"python{version}"
        path.write_text(PYTHON.format(version=version, real=sys.executable))
        path.chmod(0o755)
        found[version] = f"PYTHON={path}"
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """
    A checkout without an environment, in a folder whose name has a space.
    """
    folder = tmp_path / "my kit"
    for part in ("worker", "loadtest"):
        (folder / part).mkdir(parents=True)
        (folder / part / "pyproject.toml").touch()
    (folder / "constraints.txt").touch()
    shutil.copy(ROOT / "Makefile", folder)
    return Checkout(folder)


def test_an_environment_is_made_once(checkout: Checkout, pythons: dict[str, str]) -> None:
    """Also where the same Python is asked for again."""
    first, second = checkout.made(pythons["3.11.7"]), checkout.made(pythons["3.11.7"])

    assert (first, second) == (["-m venv .venv"], [])


def test_another_python_gets_another_environment(checkout: Checkout, pythons: dict[str, str]) -> None:
    """Made over the one that is there, it would keep the other Python."""
    checkout.made(pythons["3.11.7"])

    made = checkout.made(pythons["3.13.0"])

    assert made == ["-m venv --clear .venv"]
    assert (checkout.folder / ".venv" / "bin" / "python").readlink().name == "python3.13.0"


def test_a_checkout_that_was_moved_gets_another_environment(
    checkout: Checkout, pythons: dict[str, str]
) -> None:
    """Its programs name the old place, and what they import lies there."""
    checkout.made(pythons["3.11.7"])
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))

    assert checkout.made(pythons["3.11.7"]) == ["-m venv --clear .venv"]


def test_an_environment_whose_python_is_gone_is_made_anew(
    checkout: Checkout, pythons: dict[str, str]
) -> None:
    """As after an update of the system."""
    checkout.made(pythons["3.11.7"])
    Path(pythons["3.11.7"].removeprefix("PYTHON=")).unlink()

    assert checkout.made(pythons["3.13.0"]) == ["-m venv --clear .venv"]


@pytest.mark.parametrize(("version", "code"), [("3.10.13", 2), ("3.11.7", 0), ("3.14.2", 0), ("3.15.0", 2)])
def test_a_python_that_no_wheels_are_for_is_refused(
    checkout: Checkout, pythons: dict[str, str], version: str, code: int
) -> None:
    """For one that is too new pip would compile for a quarter of an hour, or fail for want of a compiler."""
    done = checkout.run(pythons[version])

    assert done.returncode == code
    assert (f"is Python {version}: Python 3.11 to 3.14 is needed" in done.stderr) == (code == 2)
