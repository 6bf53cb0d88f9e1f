"""
What holds for the whole repository.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tracked_files import ROOT, tracked

pytestmark = pytest.mark.process


def test_the_workflow_of_the_public_ci_is_sound() -> None:
    """Checked by actionlint; it calls the same script and targets that people call."""
    actionlint = shutil.which("actionlint")
    if actionlint is None:
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail("actionlint is missing: go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7")
        pytest.skip("actionlint is missing")
    workflow = ROOT / ".github" / "workflows" / "ci.yml"

    done = subprocess.run([actionlint, str(workflow)], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert ".ci/run" in workflow.read_text(encoding="utf-8")


def test_constraints_pin_versions_and_name_no_index() -> None:
    """Every line is NAME==VERSION; no address of any kind."""
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line]

    assert len(lines) > 50
    for line in lines:
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line), line


def test_no_file_grows_past_300_lines() -> None:
    """A second noun has crept in where one does."""
    sources = tracked("*.py", "*.yaml", "*.yml", "*.tpl", "*.sh", "*.mk", "Makefile", ".ci/run")
    # Every value of a chart stands in its one values.yaml, with its comment.
    generated = re.compile(r"/(generated|golden|histories|out)/|charts/[\w-]+/values\.yaml$")

    long = {
        str(path.relative_to(ROOT)): count
        for path in sources
        if not generated.search(str(path))
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > 300
    }

    assert long == {}


def test_only_the_check_script_knows_what_lies_beside_the_checkout() -> None:
    """A user has nothing there."""
    script = ROOT / ".ci" / "run"
    this = Path(__file__)

    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path not in (script, this) and b"../shared" in path.read_bytes()
    ]

    assert found == []


def test_no_docstring_says_what_a_module_does_not_know() -> None:
    """The layers are held by import-linter, and such a sentence is soon false."""
    told = re.compile(r"\b(?:knows? noth" + r"ing of|It kno" + r"ws no)\b")

    assert [str(path) for path in tracked("*.py") if told.search(path.read_text(encoding="utf-8"))] == []
