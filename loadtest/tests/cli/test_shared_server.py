"""
A run that starts more workflows than stated on a server that others may use is refused, unless its user says yes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from synthetic_runs import kept_run

from loadtest.cli import kubeconfig
from loadtest.cli.app import run
from loadtest.cli.place_flags import place_of
from loadtest.cli.run_refusals import MOST_STARTS, refuse_many_starts
from loadtest.connection import is_shared
from loadtest.design.run_start_count import PlannedStarts
from loadtest.errors import InputError
from loadtest.plan import Arrivals, Fraction, Open, Plan, Saturate, Work, WorkerSetup
from loadtest.results.question import CapacityQuestion, CompareQuestion, LimitsQuestion
from loadtest.results.run_folder import Run
from loadtest.scenario import load
from loadtest.target.kubernetes.sweep_job import Brought, SweepJob

CLOUD = "shop.account.tmprl.cloud:7233"
REPAIR = load("repair")
# Six activities of 0.5 s on 3 slots: one order a second and replica at most.
ONE_A_SECOND = {
    "work": Work(seconds=0.5, spread="constant"),
    "worker": WorkerSetup(activity_slots=3),
    "warm_up_seconds": 10.0,
}


def _plan(*loads: Any, **given: Any) -> Plan:
    return Plan(**{"name": "p", "replicas": (1, 2), "loads": loads, **ONE_A_SECOND, **given})


def _most(plan: Plan, question: Any = None) -> float | None:
    return PlannedStarts(plan, question, REPAIR.drawn_work, knows_slots=True).most()


@pytest.mark.parametrize(
    ("address", "environ", "shared"),
    [
        ("127.0.0.1:7233", {}, False),
        ("127.9.9.9:7233", {}, False),
        ("localhost:7233", {}, False),
        ("[::1]:7233", {}, False),
        ("temporal-frontend.temporal.svc.cluster.local:7233", {}, False),
        ("temporal-frontend.temporal.svc:7233", {}, False),
        ("temporal-frontend:7233", {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, False),
        ("temporal-frontend:7233", {}, True),
        (CLOUD, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
        ("10.1.2.3:7233", {}, True),
        ("[2001:db8::1]:7233", {}, True),
        ("svc.example.org:7233", {}, True),
    ],
)
def test_a_server_is_shared_unless_it_is_this_machines_or_the_clusters(
    address: str, environ: dict[str, str], shared: bool
) -> None:
    """A tunnel's end on this machine counts as this machine."""
    assert is_shared(address, environ) is shared


@pytest.mark.parametrize(
    ("plan", "question", "most"),
    [
        pytest.param(_plan(Open(arrival_rate=5, window_seconds=20)), None, 2 * 5 * 30, id="rate"),
        pytest.param(
            _plan(
                Open(arrival_rate=5, window_seconds=20, arrivals=Arrivals(kind="spike", spike_ratio=6)),
                replicas=(1,),
            ),
            None,
            5 * 10 + 5 * 20 * (0.8 + 0.2 * 6),
            id="spike",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20)),
            None,
            (6 + 30) + (12 + 60) + (12 + 30) + (24 + 60),
            id="in-flight-and-what-slots-complete-and-twice-as-many",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20, in_flight_per_slot=2.0)),
            None,
            (6 + 30) + (12 + 60),
            id="in-flight-as-given",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20), Fraction(fraction=0.5, window_seconds=10), replicas=(2,)),
            None,
            (12 + 24) + 2 * 2 * 30 + 0.5 * 2 * 20,
            id="fraction",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20), Open(of_one_replica=0.5, window_seconds=10), replicas=(2,)),
            None,
            (12 + 24) + 2 * 2 * 30 + 0.5 * 1 * 20,
            id="share-of-one-replica",
        ),
        pytest.param(
            _plan(
                Open(arrival_rate=5, window_seconds=20),
                repetitions=3,
                factors={"worker.uvloop": (True, False)},
            ),
            None,
            2 * 3 * 2 * 5 * 30,
            id="repetitions-and-factors",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20), Open(max_window_seconds=50), replicas=(2,)),
            CapacityQuestion(0, 1, 3),
            (12 + 2 * 30) + (24 + 2 * 30) + 3 * 2 * 60,
            id="capacity",
        ),
        pytest.param(
            _plan(
                Saturate(window_seconds=20, in_flight_per_slot=2.0),
                Open(max_window_seconds=50),
                replicas=(2,),
            ),
            CapacityQuestion(0, 1, 3),
            (12 + 2 * 30) + 3 * 2 * 60,
            id="capacity-of-given-orders",
        ),
        pytest.param(
            _plan(
                Open(arrival_rate=5, window_seconds=20),
                replicas=(2,),
                factors={"worker.uvloop": (True, False), "worker.sandbox": (True, False)},
            ),
            CompareQuestion(
                (("worker.uvloop", True), ("worker.sandbox", True)),
                (("worker.uvloop", False), ("worker.sandbox", False)),
                0,
                2,
                4,
                ("wait",),
            ),
            2 * 2 * 4 * 5 * 30,
            id="compare",
        ),
        pytest.param(
            _plan(Saturate(window_seconds=20), Saturate(window_seconds=20, in_flight_per_slot=3.0)),
            LimitsQuestion(2, 4, 2, starts_server=False, sets_worker=True),
            (18 + 60) * (1 + 4 * 4 * 2),
            id="limits",
        ),
        pytest.param(_plan(Saturate(), work=Work(seconds=0.0)), None, None, id="no-work-no-number"),
        pytest.param(
            _plan(Saturate(), work=Work(seconds=0.5, cpu_seconds=0.1)), None, None, id="unknown-work"
        ),
    ],
)
def test_starts_are_counted_over_all_steps(plan: Plan, question: Any, most: float | None) -> None:
    """By hand: arrivals of warm-up and window, or what the slots complete and the orders that are kept open."""
    assert _most(plan, question) == (most if most is None else pytest.approx(most))


def test_a_load_of_unknown_workers_has_no_number() -> None:
    """Whose slots nobody knows may complete any number; an arrival rate stands whoever works."""
    closed, open_load = _plan(Saturate()), _plan(Open(arrival_rate=5, window_seconds=20))

    assert PlannedStarts(closed, None, REPAIR.drawn_work, knows_slots=False).most() is None
    assert PlannedStarts(open_load, None, None, knows_slots=False).most() == 300


VERBS = {
    "sweep": [],
    "capacity": ["--set", "slo.schedule_to_start_p95_seconds=0.15"],
    "limits": [],
    "compare": ["--a", "worker.sandbox=true", "--b", "worker.sandbox=false"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_refuses_many_starts_on_a_shared_server(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with the number, the bound and how to mend it, before anybody connects or a folder is made."""
    monkeypatch.chdir(tmp_path)
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'name = "p"\n[work]\nseconds = 0.001\n[worker]\nactivity_slots = 100\n'
        '[[loads]]\nkind = "saturate"\nwindow_seconds = 60.0\n'
    )

    code = run([verb, str(plan), *VERBS[verb], "--address", CLOUD])

    line = capsys.readouterr().err
    assert code == 2
    assert line.startswith(f"error: --address {CLOUD}: others may use that server, and this starts up to ")
    assert "(more than 20,000 need --yes)" in line
    assert line.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["plan.toml"]


def test_a_number_that_nobody_knows_is_refused_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker of the user's own without a plan's slots: the line says why, and how to bound it."""
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "p"\n')

    code = run(
        ["sweep", str(plan), "--address", CLOUD, "--worker-command", "true", "--output", str(tmp_path)]
    )

    assert code == 2
    assert "nobody knows how many workflows this starts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"address": CLOUD, "yes": True}, id="yes"),
        pytest.param({"address": "127.0.0.1:7233"}, id="loopback"),
        pytest.param(
            {"address": "temporal-frontend.temporal.svc:7233", "target": "kubernetes"}, id="cluster"
        ),
        pytest.param({}, id="own-server"),
    ],
)
def test_a_users_yes_and_a_server_of_ones_own_have_no_bound(place: dict[str, Any]) -> None:
    """The same plan that is refused elsewhere."""
    plan = _plan(Open(arrival_rate=MOST_STARTS, window_seconds=20))

    refuse_many_starts(plan, None, REPAIR, place)
    with pytest.raises(InputError, match="up to 1,200,000 workflows"):
        refuse_many_starts(plan, None, REPAIR, {"address": CLOUD})


def test_the_bound_itself_is_allowed() -> None:
    """20,000 are no more than 20,000."""
    plan = _plan(Open(arrival_rate=MOST_STARTS / 20, window_seconds=20), replicas=(1,), warm_up_seconds=0.0)

    refuse_many_starts(plan, None, REPAIR, {"address": CLOUD})


def test_a_yes_is_kept_with_the_runs_place(tmp_path: Path) -> None:
    """The manifest says that somebody said it, and a resumed run goes on with it."""
    kept = kept_run(tmp_path)
    place = place_of({"address": CLOUD, "yes": True, "port": None})

    kept.write_manifest(replace(kept.manifest, place=place))

    assert Run.open(kept.path).manifest.place == {"address": CLOUD, "yes": True}


@pytest.mark.parametrize(("flags", "arguments"), [([], ()), (["--yes"], ("--yes",))], ids=["without", "with"])
def test_a_yes_travels_to_the_sweep_in_the_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], arguments: tuple[str, ...]
) -> None:
    """The sweep's pod is where the server's address is known, so it is the one that refuses."""
    submitted: list[Brought] = []
    monkeypatch.setattr(kubeconfig, "reach", lambda path, context: None)
    monkeypatch.setattr(SweepJob, "submit", lambda job, brought, tell: submitted.append(brought))
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "p"\n')

    assert run(["submit", str(plan), "--detach", *flags]) == 0

    assert submitted[0].arguments == arguments
