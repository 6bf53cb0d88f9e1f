"""
The bakery's worker in four languages: made by the Makefile once, and started as its users start theirs.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parents[1]
SCENARIO = ROOT / "worker" / "examples" / "bakery" / "scenario.py"


@dataclass(frozen=True, slots=True)
class BakeryWorker:
    """
    A worker whose lines `worker/README.md` shows.

    Attributes:
        source: The file that holds these lines.
        command: What starts it.
        sdk: How its SDK calls itself.
        activity_slots: Those that its SDK gives a worker that names no number.
        has_page: Whether it serves a page of SDK metrics.
        target: What makes it, of the Makefile; ``None`` where nothing is to be made.
        tools: Programs that this takes, and what to install for them.
    """

    source: Path
    command: str
    sdk: str
    activity_slots: int
    has_page: bool = True
    target: str | None = None
    tools: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """
        Those of the programs that are not installed.
        """
        return [tool for tool in self.tools if shutil.which(tool) is None]

    def make(self) -> None:
        """
        Make it; the test skips where its language is not installed, and fails where it has to be.
        """
        if missing := self.missing:
            told = f"no {' and no '.join(missing)}; install it, as {self.source.name} is to be run"
            if os.environ.get("REQUIRE_TOOLS"):
                pytest.fail(told)
            pytest.skip(told)
        if self.target is None:
            return
        with (ROOT / "Makefile").open() as held:  # two processes of pytest must not make the same at once
            fcntl.flock(held, fcntl.LOCK_EX)
            made = subprocess.run(
                ["make", self.target], cwd=ROOT, capture_output=True, text=True, check=False
            )
        assert made.returncode == 0, made.stdout + made.stderr


_GO, _TYPESCRIPT, _JAVA = (TESTS / f"{language}_worker" for language in ("go", "typescript", "java"))
WORKERS = {
    "python": BakeryWorker(
        source=TESTS / "helpers" / "plain_bakery_worker.py",
        command=f"{sys.executable} {TESTS / 'helpers' / 'plain_bakery_worker.py'}",
        sdk="temporal-python",
        activity_slots=100,
    ),
    "go": BakeryWorker(
        source=_GO / "main.go",
        command=str(_GO / "bakery"),
        sdk="temporal-go",
        activity_slots=1000,
        has_page=False,
        target="go-worker",
        tools=("go",),
    ),
    "typescript": BakeryWorker(
        source=_TYPESCRIPT / "src" / "worker.ts",
        command=f"npm start --prefix {_TYPESCRIPT}",
        sdk="temporal-typescript",
        activity_slots=100,
        target="typescript-worker",
        tools=("node", "npm"),
    ),
    "java": BakeryWorker(
        source=_JAVA / "src" / "main" / "java" / "bakery" / "Bakery.java",
        command=f"java -jar {_JAVA / 'target' / 'bakery.jar'}",
        sdk="temporal-java",
        activity_slots=200,
        target="java-worker",
        tools=("java", "mvn"),
    ),
}
