"""
Which plans a sweep can carry out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.cli.app import run


@pytest.mark.parametrize(("loads", "is_refused"), [(1, False), (3, True)])
def test_a_sweep_of_several_closed_loads_is_refused(
    loads: int, is_refused: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Before it is asked where to measure, here of a server that does not answer.
    """
    plan = tmp_path / "mine.toml"
    plan.write_text("name = 'x'\n" + loads * "[[loads]]\nkind = 'saturate'\n")

    code = run(["sweep", str(plan), "--address", "127.0.0.1:1", "--output", str(tmp_path / "results")])

    told = capsys.readouterr().err
    assert code == 2
    assert ("loads.0 and loads.1 and loads.2 are of kind saturate" in told) is is_refused
    assert not (tmp_path / "results").exists()
