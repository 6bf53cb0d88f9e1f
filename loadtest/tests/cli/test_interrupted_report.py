"""
A report that is made anew, and whose making is interrupted.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_steps
from synthetic_runs import kept_run

from loadtest.cli import run_start
from loadtest.cli.app import run
from loadtest.experiment.progress import SweepEnded
from loadtest.plan import Saturate
from loadtest.results.run_folder import Run


def test_an_interruption_while_a_complete_run_is_reported_anew_tells_how_to_make_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the run itself was just carried out: it said `interrupted` alone."""

    def interrupted(_run: Run, *, quiet: bool) -> SweepEnded:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_start, "conclude", interrupted)
    kept = kept_run(tmp_path, synthetic_steps.demo_plan(replicas=(1,), loads=(Saturate(window_seconds=15),)))

    code = run(["sweep", "--resume", str(kept.path), "--progress", "plain"])

    assert code == 130
    assert f"interrupted; `loadtest sweep --resume {kept.path}` does what is left" in capsys.readouterr().err
