"""
``loadtest capacity``: what it refuses, what it keeps and writes, and its exit codes, without measuring anything.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import synthetic_steps
from scripted_capacity_search import ToldSystem, always, searching

from loadtest.cli import capacity_ending
from loadtest.cli.app import run
from loadtest.design.capacity import Capacity
from loadtest.plan import Open, Saturate
from loadtest.results.question import CapacityQuestion, keep_question, question_of
from loadtest.results.run_folder import Run
from loadtest.results.window_decision import Decided

pytestmark = pytest.mark.process

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")


def test_a_search_is_a_run_with_its_question(tmp_path: Path, begun: list[Run]) -> None:
    """Its plan has one closed load and one open load whose rate is searched."""
    code = run(
        ["capacity", DEMO, "--rate", "2", "--window", "150", "--budget", "900", "--output", str(tmp_path)]
    )

    plan, question = begun[0].plan, question_of(begun[0])
    assert code == 0
    assert question == CapacityQuestion(0, 1, 3, 150.0, 2.0)
    assert [type(load) for load in plan.loads] == [Saturate, Open]
    assert plan.loads[1].longest_window_seconds == 150
    assert plan.budget_seconds == 900


@pytest.mark.parametrize("verb", ["capacity", "sweep"])
def test_a_search_goes_on_as_one(tmp_path: Path, begun: list[Run], verb: str) -> None:
    """Both verbs continue whatever the run was begun for."""
    run(["capacity", DEMO, "--output", str(tmp_path)])

    assert run([verb, "--resume", str(begun[0].path)]) == 0
    assert [each.path for each in begun] == [begun[0].path] * 2


def test_factors_stay_at_their_first_values(tmp_path: Path, begun: list[Run]) -> None:
    """What is searched is the count."""
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "varied"\n[factors.worker]\nactivity_slots = [8, 4]\n', encoding="utf-8")

    run(["capacity", str(plan), "--output", str(tmp_path)])

    assert not begun[0].plan.factors
    assert begun[0].plan.worker.slots == 8
    assert (
        begun[0]
        .manifest.notes[0]
        .startswith("the plan varies what this run does not: worker.activity_slots=8")
    )


def test_a_factor_that_is_set_has_that_value(tmp_path: Path, begun: list[Run]) -> None:
    """
    The flag is not overridden by the list that it is meant to replace.
    """
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "varied"\n[factors.worker]\nactivity_slots = [8, 4]\n', encoding="utf-8")

    run(["capacity", str(plan), "--set", "worker.activity_slots=4", "--output", str(tmp_path)])

    assert begun[0].plan.worker.slots == 4
    assert begun[0].manifest.notes == ()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--rate", "0"], "--rate 0: must be greater than 0"),
        (["--window", "10"], "--window 10: nothing is decided before 20 s"),
        (["--window", "nan"], "--window nan: must be a finite number"),
        (["--window", "inf"], "--window inf: must be a finite number"),
        (["--rate", "nan"], "--rate nan: must be greater than 0, and finite"),
        (["--rate", "inf"], "--rate inf: must be greater than 0, and finite"),
        (["--budget", "0"], "--budget 0: must be greater than 0"),
        (["--scenario", "noop"], "scenario noop: its workflows have no activities"),
        (["--set", 'loads.1.arrivals.kind="ramp"'], "arrivals of kind ramp have no long run"),
        (["--deployment", "a/b"], "goes with --target kubernetes"),
    ],
    ids=[
        "rate",
        "window",
        "window-nan",
        "window-inf",
        "rate-nan",
        "rate-inf",
        "budget",
        "no-activities",
        "ramp",
        "cluster-flag",
    ],
)
def test_what_cannot_be_searched_is_refused(
    flags: list[str], words: str, tmp_path: Path, begun: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2, the value and how to mend it, before a folder is made."""
    output = tmp_path / "results"

    assert run(["capacity", DEMO, *flags, "--output", str(output)]) == 2

    assert words in capsys.readouterr().err
    assert begun == []
    assert not output.exists()


def test_a_plan_without_a_bound_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A capacity is one at an SLO."""
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "unbound"\n[slo]\nend_to_end_p95_seconds = 3.0\n', encoding="utf-8")
    without = synthetic_steps.demo_plan().slo.model_copy(update={"schedule_to_start_p95_seconds": None})

    with pytest.raises(Exception, match="asks no bound on the waits"):
        searching((1,), slo=without)


def test_a_report_is_made_from_the_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Answer as data, sentence, table, page and pictures; the exit code says whether the rate is carried."""
    design = searching((1, 2), rate=2.0)
    system = ToldSystem(always(Decided.MET, Decided.UNDECIDED))
    system.answer(design)
    kept = Run.create(tmp_path, design.plan, synthetic_steps.manifest())
    keep_question(kept, design.question)
    kept.write_step(system.kept[0].measured, system.kept[0].result)
    monkeypatch.setattr(capacity_ending, "kept_steps", lambda _: system.kept)
    monkeypatch.setattr(
        capacity_ending, "Capacity", lambda plan, question: Capacity(plan, question, *_tasks(design))
    )

    code = run(["report", str(kept.path)])

    said = capsys.readouterr().out
    answer = json.loads((kept.path / "capacity.json").read_text(encoding="utf-8"))
    page = (kept.path / "report.html").read_text(encoding="utf-8")
    assert code == 0
    assert said.startswith("At 2/s: 2 replicas are enough, with +")
    assert "by the model" in said
    assert [one["replicas"] for one in answer["counts"]] == [1, 2]
    assert answer["counts"][1]["low_confirmed"] is True
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "5 % lower is kept, 5 % higher is not contradicted" in page
    assert (kept.path / "plots" / "capacity.png").is_file()
    assert (kept.path / "plots" / "capacity-path.svg").is_file()


def _tasks(design: Capacity) -> tuple[int, int]:
    return design.rate_tasks, design.edge_tasks
