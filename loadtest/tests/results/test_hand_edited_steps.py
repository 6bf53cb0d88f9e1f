"""
A step that somebody edited by hand, so that its numbers are none of any measurement.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import synthetic_steps
from synthetic_runs import kept_run

from loadtest.cli.app import run as program


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param(("window_seconds",), 0, id="no-window"),
        pytest.param(("window_seconds",), -15.0, id="a-window-before-its-beginning"),
        pytest.param(("warm_up_seconds",), -1, id="a-warm-up-before-its-beginning"),
        pytest.param(("in_flight",), 0, id="no-order"),
        pytest.param(("key", "replicas"), 0, id="no-replica"),
        pytest.param(("key", "load"), -1, id="no-load"),
        pytest.param(("key", "attempt"), 0, id="no-attempt"),
        pytest.param(("worker_window", "seconds"), 0, id="two-looks-at-once"),
    ],
)
def test_numbers_that_nothing_can_have_are_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: tuple[str, ...], value: Any
) -> None:
    """
    With the key: a report that divides by them would end in a traceback, or tell nonsense.
    """
    run = kept_run(tmp_path / "results", synthetic_steps.demo_plan(), steps=2)
    file = sorted(run.path.glob("steps/*/measured.json"))[0]
    edited = json.loads(file.read_text(encoding="utf-8"))
    table = edited
    for part in key[:-1]:
        table = table[part]
    table[key[-1]] = value
    file.write_text(json.dumps(edited), encoding="utf-8")

    code = program(["report", str(run.path)])

    error = capsys.readouterr().err
    assert code == 2
    assert error.count("\n") == 1
    assert f"{file.parent}: {'.'.join(key)}: input should be greater than" in error
