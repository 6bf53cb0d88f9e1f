"""
Verbs that begin a run, without measuring anything.
"""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.cli import run_start
from loadtest.cli.run_options import RunFlags
from loadtest.results.store import Run


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that would now be measured, in place of measuring them."""
    caught: list[Run] = []

    def catch(run: Run, environment: Any, flags: RunFlags) -> int:
        caught.append(run)
        return 0

    monkeypatch.setattr(run_start, "_carry_out", catch)
    return caught
