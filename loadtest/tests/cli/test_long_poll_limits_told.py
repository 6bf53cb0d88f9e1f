"""
What a plan asks of a server at once: told first, and refused before anything is made.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_cluster import FakeCluster

from loadtest.cli import kubeconfig
from loadtest.cli.app import run
from loadtest.errors import TargetError
from loadtest.results.run_folder import Run

pytestmark = pytest.mark.process

TOO_MANY = (
    "error: plan: 1,205 activity long polls at 241 replicas, and the server answers 1,200 at once; lower "
)
NEEDS = (
    "note: at 3 replicas this plan needs 21 activity slots, 15 activity long polls (the server allows 1,200), "
    "15 workflow long polls (the server allows 1,200)"
)
VERBS = {"sweep": [], "capacity": ["--set", "slo.schedule_to_start_p95_seconds=0.15"]}


def written(folder: Path, replicas: int, **worker: int) -> Path:
    """
    A plan of an open load.
    """
    table = "".join(f"{key} = {value}\n" for key, value in worker.items())
    plan = folder / "plan.toml"
    plan.write_text(
        f'name = "p"\nreplicas = [1, {replicas}]\n[worker]\n{table}[[loads]]\nkind = "open"\narrival_rate = 1.0\n'
    )
    return plan


@pytest.mark.parametrize("verb", VERBS)
def test_a_run_that_no_server_answers_is_refused(
    verb: str, tmp_path: Path, refused_line: Callable[..., str]
) -> None:
    """Before a folder is made or a server is started."""
    plan = written(tmp_path, 241, activity_slots=1, workflow_pollers=1)

    assert refused_line(verb, str(plan), *VERBS[verb]).startswith(TOO_MANY)


def test_a_job_that_no_server_answers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a cluster is looked for."""
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: pytest.fail("the cluster was looked for"))

    code = run(["submit", str(written(tmp_path, 241, activity_slots=1, workflow_pollers=1))])

    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert line.startswith(TOO_MANY)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        pytest.param(["--address", "127.0.0.1:7233"], [NEEDS], id="a-server-that-runs"),
        pytest.param([], [], id="a-server-of-the-run"),
    ],
)
def test_a_sweep_says_first_what_it_needs(
    place: list[str],
    told: list[str],
    tmp_path: Path,
    begun: list[Run],
    answering: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of a server that the run does not start, before it measures there."""
    plan = written(tmp_path, 3, activity_slots=7)

    assert run(["sweep", str(plan), *place, f"--output={tmp_path / 'out'}"]) == 0

    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "this plan needs" in line] == told


def test_what_workers_of_ones_own_need_nobody_knows(
    tmp_path: Path, begun: list[Run], answering: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Their slots are their own."""
    place = ["--address", "127.0.0.1:7233", "--worker-command", sys.executable]

    assert run(["sweep", str(written(tmp_path, 3)), *place, f"--output={tmp_path / 'out'}"]) == 0

    assert "this plan needs" not in capsys.readouterr().err


@pytest.mark.parametrize("is_refused", [False, True], ids=["taken", "refused"])
def test_submit_says_what_is_needed_before_a_job_is_made(
    is_refused: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads it may still press Ctrl-C; what is refused, as by a cluster that does not answer, is one line."""
    refusal = TargetError("the cluster does not answer")
    cluster = FakeCluster()
    containers = [{"name": "sweep", "image": "i", "args": ["sweep", "/plan/plan.toml"]}]
    pods = {"containers": containers, "volumes": [{"name": "plan", "configMap": {"name": "chart's"}}]}
    template = {"metadata": {}, "spec": {"template": {"spec": pods}}}
    spec = {"schedule": "0 2 * * *", "jobTemplate": template}
    cluster.put("cron_job", {"metadata": {"name": "loadtest-sweep"}, "spec": spec})
    said: list[str] = []

    def before(call: str, _name: str) -> None:
        if is_refused:
            raise refusal
        if call == "create_job":
            said.append(capsys.readouterr().err)

    cluster.before = before
    monkeypatch.setattr(kubeconfig, "reach", lambda *_: cluster.api)

    code = run(["submit", str(written(tmp_path, 3, activity_slots=7)), "--detach"])

    if is_refused:
        assert (code, capsys.readouterr().err) == (2, f"error: {refusal}\n")
    else:
        assert (code, said) == (0, [f"{NEEDS}\n"])
