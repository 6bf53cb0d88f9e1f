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
from synthetic_runs import kept_run

from loadtest.cli.app import run
from loadtest.free_ports import free_ports
from loadtest.results.run_folder import Run

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
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\n[[loads]]\nkind='saturate'"), "--window", "3"],
        "loads.0.window_seconds = 3",
        id="window-short",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--set", "codec=true"],
        "plan: codec = true: there are no keys to encrypt with; set REPAIRSHOP_CODEC_KEYS",
        id="codec-without-keys",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--factor", "codec=false,true"],
        "plan: factors.codec = true: there are no keys",
        id="codec-factor-without-keys",
    ),
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
    pytest.param(lambda t: ["report", str(t)], "no run:", id="report-nothing"),
    pytest.param(lambda t: ["report", str(t / "gone")], "no such folder", id="report-gone"),
    pytest.param(lambda t: ["report", "x" * 5000], "no run", id="report-name-too-long"),
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\nloads=3")], "loads = 3: must be a list", id="loads-number"
    ),
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\nloads='open'")], "loads = 'open': must", id="loads-text"
    ),
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\n[[loads]]\nkind='opne'")],
        "loads.0.kind = 'opne'",
        id="only-load-misspelt",
    ),
    pytest.param(lambda t: ["sweep", SMOKE, "--port", "99999"], "--port 99999: not a port", id="port"),
    pytest.param(lambda t: ["sweep", SMOKE, "--port", "-1"], "--port -1: not a port", id="port-negative"),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--metrics-port", "99999"],
        "--metrics-port 99999: not a port",
        id="metrics",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--metrics-port", "65535"],
        "--metrics-port 65536: not a port",
        id="metrics-of-the-injector",
    ),
    pytest.param(
        lambda t: ["sweep", _file(t, "name='x'\n[[loads]]\nkind='saturate'"), "--rate", "3"],
        '--rate 3: the plan has no load of kind "open"',
        id="rate-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--deployment", "shop/workers"],
        "--deployment: goes with --target kubernetes",
        id="deployment-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--server-namespace", "x"],
        "--server-namespace: goes with --target kubernetes",
        id="server-namespace-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--target", "kubernetes", "--worker-command", "x"],
        "--worker-command: goes with workers of this machine",
        id="worker-command-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--service", "shop/worker"],
        "--service: goes with --target compose; leave it out, the workers are on this machine",
        id="service-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--worker-metrics-port", "9000"],
        "--worker-metrics-port: goes with --target kubernetes or --target compose",
        id="worker-metrics-port-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--target", "compose", "--deployment", "x"],
        "--deployment: goes with --target kubernetes; leave it out, the workers are a service of Docker Compose",
        id="deployment-of-compose",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--target", "compose", "--port", "1"],
        "--port: goes with workers of this machine, not with --target compose",
        id="port-of-compose",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--target", "compose", "--service", "shop/worker"],
        "--target compose: no server is named; give --address HOST:PORT",
        id="compose-without-server",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--target", "compose", "--address", "127.0.0.1:1"],
        "--target compose needs --service PROJECT/NAME",
        id="compose-without-service",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--address", "127.0.0.1:1", "--port", "7233"],
        "--port: goes with the server that a run starts itself",
        id="port-idle",
    ),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--factor", "worker.activity_slots=2,0"],
        "factors.worker.activity_slots.1 = 0: must be greater",
        id="factor-value",
    ),
    pytest.param(lambda t: ["sweep", SMOKE, "--factor", "replicas=1,2"], "no such factor", id="factor"),
    pytest.param(lambda t: ["sweep", SMOKE, "--factor", "codec"], "--factor codec: no KEY=", id="factor-key"),
    pytest.param(
        lambda t: ["sweep", SMOKE, "--set", ".".join("a" * 2000) + "=1"],
        "no key of a plan lies so",
        id="deep",
    ),
    pytest.param(lambda t: ["sweep", SMOKE, "--temporal", "x" * 5000], "--temporal", id="temporal-too-long"),
    pytest.param(lambda t: ["sweep", "x" * 5000], "cannot be read", id="plan-name-too-long"),
    pytest.param(lambda t: ["sweep", str(t)], "cannot be read: Is a directory", id="plan-a-folder"),
    pytest.param(
        lambda t: ["fetch", "mine", "--output", SMOKE],
        "is no folder",
        id="fetch-no-folder",
    ),
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
    assert [path.name for path in tmp_path.iterdir() if path.name != "mine.toml"] == []


def test_every_problem_of_a_plan_is_an_error_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line begins alike, so that a reader and a program can count them."""
    monkeypatch.chdir(tmp_path)
    plan = _file(
        tmp_path, "name = 'x'\nseed = -1\ncolour = 3\n[[loads]]\nkind = 'saturate'\nwindow_seconds = 1"
    )

    code = run(["sweep", plan])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert [line.split(": ")[:3:2] for line in lines] == [
        ["error", "loads.0.window_seconds = 1"],
        ["error", "seed = -1"],
        ["error", "colour"],
    ]


def test_a_refused_sweep_leaves_the_latest_run_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`loadtest report` after a mistyped flag is about the last run that measured something."""
    earlier = kept_run(tmp_path)

    code = run(["sweep", SMOKE, "--output", str(tmp_path), "--server-metrics", "http://127.0.0.1:1/metrics"])

    assert code == 2
    assert Run.open(tmp_path).path == earlier.path
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([earlier.path.name, "latest"])


def test_a_port_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line names the port and the option."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        code = run(["sweep", SMOKE, "--port", str(port), "--output", str(tmp_path)])

    assert code == 2
    assert f"--port {port}: cannot listen" in capsys.readouterr().err


@pytest.mark.process
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


@pytest.mark.process
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
