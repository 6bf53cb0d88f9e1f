"""
The questions as a Job in the cluster: what the Job's verb is given, and what is refused before anything is made there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.cli import cluster_flags
from loadtest.cli.app import run
from loadtest.cli.overrides import PlanFlags, flagged_plan
from loadtest.cli.submission import SubmittedDesign, bring_plan
from loadtest.cli.submitted_verbs import SubmittedVerb
from loadtest.plan import PlanFile
from loadtest.plan.prices import PriceTable, SidePrices
from loadtest.results.question import CapacityQuestion, CompareQuestion, LimitsQuestion, question_of
from loadtest.results.run_folder import Run

pytestmark = pytest.mark.process

DEMO = Path(__file__).parents[2] / "plans" / "demo.toml"
# As charts/loadtest renders them.
TEMPLATE = [
    "--target=kubernetes",
    "--deployment=repair-shop/repair-worker",
    "--worker-metrics-port=9000",
    "--injector-job=loadtest/loadtest-injector-job",
    "--progress=json",
    "--server-namespace=temporal",
    "--server-metrics=http://temporal:9090/metrics",
    "--set=waits.workers_ready_seconds=90",
]
ASKED = {
    "sweep": (PlanFlags(replicas="1,2", repetitions=2, rate=2.0), SubmittedDesign()),
    "capacity": (
        PlanFlags(replicas="1,2", warm_up=3.0),
        SubmittedDesign(SubmittedVerb.CAPACITY, {"rate": 2.0, "budget": 300.0}),
    ),
    "limits": (
        PlanFlags(replicas="2", injectors=1, seed=3),
        SubmittedDesign(SubmittedVerb.LIMITS, {"suspects": 2, "most_rounds": 4, "block": 10.0}),
    ),
    "compare": (
        PlanFlags(settings=("work.seconds=0.1",)),
        SubmittedDesign(
            SubmittedVerb.COMPARE,
            {"a": ["work.payload_bytes=0"], "b": ["work.payload_bytes=1000"], "gate": ["wait"], "rate": 1.0},
        ),
    ),
}
COINS = PriceTable(currency="coins é", worker_core_hour=0.25)
QUESTIONS = {
    "sweep": None,
    "capacity": CapacityQuestion,
    "limits": LimitsQuestion,
    "compare": CompareQuestion,
}


@pytest.mark.parametrize(("flags", "design"), ASKED.values(), ids=ASKED.keys())
def test_the_verb_in_the_cluster_takes_what_it_is_given(
    flags: PlanFlags,
    design: SubmittedDesign,
    tmp_path: Path,
    begun: list[Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It makes the run whose plan was checked before, with the chart's own arguments beside those that were brought."""
    brought = bring_plan(PlanFile.read(DEMO), flags, None, design)
    monkeypatch.setattr(cluster_flags, "in_cluster", lambda: True)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")

    code = run([brought.verb, str(DEMO), f"--output={tmp_path}", *TEMPLATE, *brought.arguments])

    assert code == 0
    question, kind = question_of(begun[0]), QUESTIONS[brought.verb]
    assert question is None if kind is None else isinstance(question, kind)
    checked = design.plan_of(flagged_plan(PlanFile.read(DEMO), flags), flags)
    assert begun[0].plan.waits.workers_ready_seconds == 90
    assert begun[0].plan.model_copy(update={"waits": checked.waits}) == checked


@pytest.mark.parametrize(
    ("prices", "names"),
    [
        (SidePrices(COINS, COINS), ["prices"]),
        (SidePrices(COINS, PriceTable(currency="coins é", million_actions=2)), ["a-prices", "b-prices"]),
    ],
    ids=["one table", "a table for each"],
)
def test_prices_are_brought(
    prices: SidePrices,
    names: list[str],
    tmp_path: Path,
    begun: list[Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As files beside the plan, of which the run in the cluster makes the same prices."""
    flags, design = ASKED["compare"]
    brought = bring_plan(PlanFile.read(DEMO), flags, None, replace(design, prices=prices))
    given = [f"--{name}=/plan/{name}.toml" for name in names]
    for name in names:
        (tmp_path / f"{name}.toml").write_text(brought.files[f"{name}.toml"], encoding="utf-8")
    monkeypatch.setattr(cluster_flags, "in_cluster", lambda: True)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")

    code = run(
        [
            brought.verb,
            str(DEMO),
            f"--output={tmp_path}",
            *TEMPLATE,
            *(one.replace("=/plan/", f"={tmp_path}/") for one in brought.arguments),
        ]
    )

    assert code == 0
    assert [one for one in brought.arguments if "prices" in one] == given
    question = question_of(begun[0])
    assert isinstance(question, CompareQuestion)
    assert question.side_prices == prices


def test_nothing_of_a_cluster_is_the_runs_to_set_up(
    tmp_path: Path, begun: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slots and pollers stand in the workers' chart, so their relief is named and not tried."""
    monkeypatch.setattr(cluster_flags, "in_cluster", lambda: True)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal:7233")

    run(["limits", str(DEMO), f"--output={tmp_path}", *TEMPLATE])

    question = question_of(begun[0])
    assert isinstance(question, LimitsQuestion)
    assert (question.starts_server, question.sets_worker) == (False, False)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        pytest.param(
            ["--budget", "60"],
            "--budget: goes with --design capacity, and this is --design sweep; leave it out",
            id="sweep-with-budget",
        ),
        pytest.param(
            ["--design", "capacity", "--factor", "work.seconds=0.1,0.2"],
            "--factor: goes with --design sweep, and this is --design capacity",
            id="capacity-with-factor",
        ),
        pytest.param(
            ["--design", "limits", "--rate", "2"],
            "--rate: goes with --design sweep or capacity or compare, and this is --design limits",
            id="limits-with-rate",
        ),
        pytest.param(
            ["--design", "limits", "--replicas", "1,2"],
            "--replicas 1,2: --design limits looks at one count; write --replicas 1",
            id="limits-of-two-counts",
        ),
        pytest.param(
            ["--design", "limits", "--suspects", "-1"], "--suspects -1: must be 0 or more", id="suspects"
        ),
        pytest.param(
            ["--design", "capacity", "--rate", "-1"], "--rate -1: must be greater than 0", id="headroom"
        ),
        pytest.param(["--design", "compare"], "nothing to compare; write", id="nothing-to-compare"),
        pytest.param(
            ["--design", "compare", "--a", "work.seconds=0.1", "--b", "work.seconds=0.2", "--gate", "speed"],
            "--gate speed: no such quantity",
            id="gate",
        ),
        pytest.param(
            ["--design", "compare", "--a", "worker.sandbox=true", "--b", "worker.sandbox=false"],
            "factors: worker.sandbox: workers and server of a cluster are set up by their charts",
            id="compare-of-workers",
        ),
        pytest.param(
            ["--design", "compare", "--a", "work.seconds=0.1", "--b", "work.seconds=0.2", "--gate", "money"],
            "--gate money: needs your prices; give --prices FILE",
            id="money-without-prices",
        ),
        pytest.param(
            ["--design", "compare", "--b", "work.seconds=0.2", "--prices", "gone.toml"],
            "--prices gone.toml: no such price table",
            id="no-prices",
        ),
        pytest.param(
            ["--design", "limits", "--a-prices", "gone.toml"],
            "--a-prices: goes with --design compare, and this is --design limits",
            id="limits-with-prices",
        ),
        pytest.param(
            ["--set", "queue_activities_per_second=20"],
            "plan: queue_activities_per_second: workers and server of a cluster are set up by their charts",
            id="queue-rate",
        ),
        pytest.param(
            ["--factor", "worker.activity_slots=2,4"],
            "factors: worker.activity_slots: workers and server of a cluster are set up by their charts",
            id="sweep-of-slots",
        ),
    ],
)
def test_what_cannot_be_asked_there_is_refused_here(
    flags: list[str], said: str, refusal: Callable[..., str]
) -> None:
    """In one line, before a cluster is looked for."""
    assert said in refusal("submit", str(DEMO), *flags)


@pytest.mark.parametrize("way", [["--attach"], ["--resume", "latest"]], ids=["attach", "resume"])
def test_a_run_goes_on_with_what_it_was_begun_for(way: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """So neither following nor finishing it takes another design."""
    code = run(["submit", *way, "--design", "capacity"])

    assert code == 2
    assert f"--design capacity: {way[0]} goes on with what the run was begun for" in capsys.readouterr().err
