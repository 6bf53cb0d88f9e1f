"""
The smoke plan, as shipped, on a real server with real workers and Locust: in a shell that holds a setting of every kind
that could change it, beside files that Locust and Temporal read.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import psutil
import pytest
from built_report import build_report
from sweep_process import PLANS, Ran, skip_if_others_filled_the_machine, sweep

pytestmark = [pytest.mark.server, pytest.mark.sweep, pytest.mark.timeout(600)]

# Each ends or changes a sweep by itself where it reaches the process that reads it.
HOSTILE = {
    "TEMPORAL_API_KEY": "a-key-turns-tls-on",
    "TEMPORAL_PROFILE": "cloud",
    "TEMPORAL_TLS_CLIENT_CERT_PATH": "/no/such/certificate",
    "LOCUST_RUN_TIME": "2s",
    "LOCUST_USERS": "many",
    "REPAIRSHOP_ACTIVITY_SLOTS": "none",
    "REPAIRSHOP_LEDGER": "postgresql://nobody@127.0.0.1:1/nothing",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_PROPAGATORS": "no-such-propagator",
    "PROMETHEUS_MULTIPROC_DIR": "/no/such/folder",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "LOADTEST_CONTROL_FD": "77",
    "LOADTEST_SERVER_METRICS_TOKEN": "two words",
    "LOADTEST_SERVER_METRICS_CA_FILE": "/no/such/authorities",
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """
    One run for all tests of this file.
    """
    here = tmp_path_factory.mktemp("smoke")
    return sweep(
        here / "results",
        *(str(PLANS / "smoke.toml"), "--injectors", "2"),
        cwd=here,
        variables={**HOSTILE, "HOME": str(_files_that_lie_about(here))},
    )


@pytest.fixture(scope="module")
def smoke(ran: Ran) -> Ran:
    """
    The same, where its readings may be judged.
    """
    skip_if_others_filled_the_machine(ran)
    return ran


def _files_that_lie_about(folder: Path) -> Path:
    """
    Write them into a folder, and return the home folder there.
    """
    home = folder / "home"
    profile = home / ".config" / "temporalio" / "temporal.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text('[profile.default]\naddress = "cloud.invalid:7233"\napi_key = "k"\n', encoding="utf-8")
    (home / ".locust.conf").write_text("run-time = 2s\n", encoding="utf-8")
    (folder / "locust.conf").write_text("no-such-option-of-locust = 1\nrun-time = 3s\n", encoding="utf-8")
    (folder / "locust.py").write_text("raise SystemExit('not Locust')\n", encoding="utf-8")
    return home


def test_every_step_is_valid_and_the_slo_is_kept(smoke: Ran) -> None:
    """The shortest plan is still one whose numbers may be believed, at the second attempt where a busy machine spoilt one."""
    steps = (*smoke.steps("saturate"), *smoke.steps("open"))
    verdicts = {step["step"]: (step["verdict"], step["reasons"]) for step in steps}

    assert {verdict for verdict, _ in verdicts.values()} == {"valid"}, verdicts
    assert len(verdicts) == 4
    assert (smoke.code, smoke.sweep["verdict"]) == (0, "pass"), smoke.out + smoke.err


def test_the_plan_alone_says_what_is_measured(ran: Ran) -> None:
    """Server, workers and Locust read neither the shell's variables nor the files that lie about."""
    first = {
        (step["load"]["kind"], step["window_seconds"]) for step in ran.sweep["steps"] if step["attempt"] == 1
    }

    # A run whose machine others fill ends with its first load.
    assert ("saturate", 14) in first, ran.out + ran.err
    assert first <= {("saturate", 14), ("open", 16)}
    assert {measured.slots for measured in ran.run.read_steps()} <= {4, 8}


def test_worker_server_and_injectors_count_the_same(ran: Ran) -> None:
    """Over the whole step: sent, results, workers' and server's closes are one number, six activities each."""
    for step in ran.sweep["steps"]:
        counts = step["counts"]

        assert counts["sent"] > 0
        assert counts["sent"] == counts["results"] == counts["worker"] == counts["server"], step["step"]
        assert counts["activities"] == 6 * counts["sent"]


def test_the_injectors_sums_are_the_masters_totals(smoke: Ran) -> None:
    """Two injector processes, nothing lost between them and the report."""
    for measured in smoke.run.read_steps():
        parts = measured.injector.per_injector.values()

        assert len(parts) == 2
        for name in ("offered", "sent", "acknowledged", "completed"):
            assert sum(getattr(part, name) for part in parts) == getattr(measured.injector.whole, name)


def test_an_open_step_gets_exactly_its_planned_arrivals(smoke: Ran) -> None:
    """Each arrival of the schedule falls due once; the schedule is the same for every replica count."""
    planned = {step["counts"]["planned"] for step in smoke.steps("open")}
    offered = {step["counts"]["offered"] for step in smoke.steps("open")}

    assert len(planned) == 1
    assert planned == offered


def test_more_replicas_complete_more_and_make_tasks_wait_less(smoke: Ran) -> None:
    """What the sweep is for; how much more depends on what else the machine does, and is the demo's matter."""
    one, two = smoke.steps("saturate")
    # Of each window as a whole: so short a window has no interval, so the report shows no mean of it.
    slow, fast = (step["cross_check"]["server_mean"] for step in smoke.steps("open"))

    assert two["throughput_per_second"]["value"] > one["throughput_per_second"]["value"]
    assert fast < slow


def test_no_process_is_left(smoke: Ran) -> None:
    """Neither server nor workers nor Locust outlive the run."""
    mine = [
        process.cmdline()
        for process in psutil.process_iter(["cmdline"])
        if any(str(smoke.folder) in part for part in process.info["cmdline"] or ())
    ]

    assert mine == []
    for name in ("server.log", "worker-1.log", "worker-2.log", "locust.log", "injector-0.log"):
        assert (smoke.folder / "logs" / name).is_file(), name


def test_the_report_is_made_again_from_the_files_alone(smoke: Ran) -> None:
    """The same bytes of sweep.json, with no server and no cluster."""
    before = (smoke.folder / "sweep.json").read_bytes()
    (smoke.folder / "sweep.json").unlink()

    page = build_report(smoke.folder)

    assert (smoke.folder / "sweep.json").read_bytes() == before
    assert page.read_text(encoding="utf-8").count("data:image/svg+xml") >= 3


def test_the_histories_of_sampled_workflows_agree_with_the_server(smoke: Ran) -> None:
    """The cross-check by recorded times sees the waits that the server's own histogram has."""
    check = smoke.steps("open")[0]["cross_check"]

    assert check["histories"] > 0
    assert check["history_mean"] == pytest.approx(check["server_mean"], rel=0.25)


def test_the_manifest_says_how_to_repeat_the_run(smoke: Ran) -> None:
    """Versions, machine, seed, dynamic configuration, command."""
    manifest = dataclasses.asdict(smoke.run.manifest)

    assert manifest["versions"]["temporalio"]
    assert manifest["dynamic_config"]["history.transferProcessorMaxPollRPS"] == "2000"
    assert manifest["server_version"].startswith("1.")
    assert manifest["finished_at"] is not None
    assert Path(smoke.folder / "plan.toml").read_text(encoding="utf-8") == (PLANS / "smoke.toml").read_text()
