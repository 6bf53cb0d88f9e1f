"""
Programs that measure by running ``loadtest`` end it when they are ended themselves, by SIGTERM too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

_FOLDERS = [Path(__file__).parents[2] / name for name in ("bottlenecks", "truth")]
# It stands for `loadtest`: it says that it runs, and, asked to end, that it was asked.
_PROGRAM = f"""#!{sys.executable}
import pathlib, signal, time
here = pathlib.Path(__file__).parent
def end(*_):
    (here / "asked").touch()
    raise SystemExit(130)
signal.signal(signal.SIGTERM, end)
(here / "runs").touch()
time.sleep(120)
"""
_LIMITS = """
import bottleneck_run
bottleneck_run._PROGRAM = sys.argv.pop(1)
sys.argv[1:] = ["--plant", "activity slots", "--times", "1", "--results", sys.argv[1]]
bottleneck_run.main()
"""
_SWEEP = """
import pathlib, program_run
program_run._PROGRAM = sys.argv[1]
program_run.carry_out("sweep", pathlib.Path("plan.toml"), pathlib.Path(sys.argv[2]))
"""


@pytest.mark.parametrize("code", [_LIMITS, _SWEEP], ids=["bottleneck_run", "program_run"])
def test_what_a_measuring_program_runs_is_ended_with_it(code: str, tmp_path: Path) -> None:
    """A run that goes on alone would load the machine of the next one for minutes."""
    program = tmp_path / "loadtest"
    program.write_text(_PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    path = f"import sys; sys.path[:0] = {[str(folder) for folder in _FOLDERS]}\n"
    measuring = subprocess.Popen(
        [sys.executable, "-c", path + code, str(program), str(tmp_path / "results")], start_new_session=True
    )
    try:
        _wait_for(tmp_path / "runs", measuring)

        measuring.send_signal(signal.SIGTERM)

        assert measuring.wait(60) != 0
        assert (tmp_path / "asked").exists()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(measuring.pid, signal.SIGKILL)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        assert process.poll() is None, "it ended at its start"
        time.sleep(0.05)
