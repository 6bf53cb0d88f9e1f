"""
Bad input ends in one clear line that names the value and how to mend it, and exit code 2; nothing is lost.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from loadtest.cli.app import run
from loadtest.free_ports import free_ports

SMOKE = str(Path(__file__).parents[2] / "plans" / "smoke.toml")


def _file(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


CASES = [
    pytest.param(
        lambda t: ["sweep", SMOKE, "--scenario", "repiar"], "repiar: no such scenario", id="scenario"
    ),
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\nreplica=[1]")], "replica: no such key", id="plan-key"
    ),
    pytest.param(lambda t: ["sweep", SMOKE, "--replicas", "1,4,2"], "strictly increase", id="replicas-order"),
    pytest.param(lambda t: ["sweep", SMOKE, "--replicas", "one"], "--replicas one", id="replicas-word"),
    pytest.param(lambda t: ["sweep", SMOKE, "--rate", "0"], "arrival_rate = 0", id="rate-zero"),
    pytest.param(lambda t: ["sweep", SMOKE, "--rate", "-2"], "arrival_rate = -2", id="rate-negative"),
    pytest.param(lambda t: ["sweep", SMOKE, "--rate", "fast"], "fast", id="rate-word"),
    pytest.param(lambda t: ["sweep", SMOKE, "--window", "3"], "window_seconds = 3", id="window-short"),
    pytest.param(lambda t: ["sweep", SMOKE, "--windw", "3"], "--windw", id="flag"),
    pytest.param(lambda t: ["swep", SMOKE], "swep", id="verb"),
    pytest.param(lambda t: ["sweep", str(t / "no.toml")], "no such plan file", id="plan-missing"),
    pytest.param(lambda t: ["sweep", _file(t, "name = [")], "not a TOML file", id="plan-not-toml"),
    pytest.param(lambda t: ["sweep"], "no plan given", id="plan-none"),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--temporal", str(t / "temporal")], "--temporal", id="temporal-missing"
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--address", f"127.0.0.1:{free_ports(1)[0]}"],
        "no Temporal server answers there",
        id="address",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--server-metrics", "http://127.0.0.1:1/metrics"],
        "--server-metrics",
        id="metrics-alone",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--worker-command", "no-such-program"],
        "--worker-command",
        id="worker-command",
    ),
    pytest.param(lambda t: ["sweep", "--resume", str(t)], "no run", id="resume-nothing"),
    pytest.param(lambda t: ["report", str(t)], "no run to report", id="report-nothing"),
]


@pytest.mark.parametrize(("arguments", "words"), CASES)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: Any,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No traceback, no box: the value, what was expected, what to write instead."""
    monkeypatch.chdir(tmp_path)

    code = run(arguments(tmp_path))

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert len(lines) == 1, lines
    assert lines[0].startswith("error: ")
    assert words in lines[0]


def test_a_port_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names the port and the option."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        code = run(["sweep", SMOKE, "--port", str(port), "--output", str(tmp_path)])

    assert code == 2
    assert f"--port {port}: cannot listen" in capsys.readouterr().err


def test_a_results_folder_that_cannot_be_written_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started; a file in the folder's place does it for every user, root too."""
    (tmp_path / "results").write_text("", encoding="utf-8")

    code = run(["sweep", SMOKE, "--output", str(tmp_path / "results")])

    assert code == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.server
def test_a_worker_that_dies_at_its_start_shows_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its last lines stand under the error."""
    command = f"{sys.executable} -c \"import sys; print('no such tool in this shop'); sys.exit(7)\""

    code = run(["sweep", SMOKE, "--worker-command", command, "--output", str(tmp_path), "--progress", "json"])

    told = capsys.readouterr().err
    assert code == 2
    assert told.startswith("error: worker ")
    assert "exit code 7" in told
    assert "no such tool in this shop" in told
    assert "Traceback" not in told


def test_the_program_itself_ends_with_the_code(tmp_path: Path) -> None:
    """What a shell sees is what the function returned."""
    program = Path(sys.executable).parent / "loadtest"

    done = subprocess.run(
        [program, "report", str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
