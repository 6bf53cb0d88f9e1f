"""
``loadtest limits``: what it refuses, what it writes, and its exit codes, without measuring anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.analysis.readings.workers_as_planned import in_flight
from loadtest.analysis.suspects.relief_change import half_more
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.cli.app import run
from loadtest.cli.limits_ending import conclude_limits
from loadtest.plan import Saturate
from loadtest.report.suspect_text import held_back
from loadtest.results.question import LimitsQuestion, question_of
from loadtest.results.run_folder import Run
from loadtest.results.step_key import StepKey
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.sweep_result import SweepResult

pytestmark = pytest.mark.process

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
SLOTS = found(
    SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use while 18 activities wait and polls are answered at once"
)
POLLERS = found(SuspectName.ACTIVITY_POLLERS, 3, "5 of 5 polls are out all the time")
CORES = found(SuspectName.MACHINE, 6, "1.99 of 2 cores are busy")


def test_a_search_is_a_run_with_its_question(tmp_path: Path, begun: list[Run]) -> None:
    """At the plan's first replica count and saturated, whatever else the plan varies."""
    code = run(["limits", DEMO, "--output", str(tmp_path), "--suspects", "2"])

    question, plan = question_of(begun[0]), begun[0].plan
    assert code == 0
    assert isinstance(question, LimitsQuestion)
    assert (question.most_suspects, question.starts_server, question.sets_worker) == (2, True, True)
    assert plan.replicas == (1, 2)
    assert all(isinstance(load, Saturate) for load in plan.loads)


@pytest.mark.parametrize("per_slot", [0.1, 0.3, 1.0, 2.0])
def test_half_more_orders_are_more_orders(per_slot: float, tmp_path: Path, begun: list[Run]) -> None:
    """Where less than one order for each slot is one in all as well; more slots or replicas have the same orders."""
    run(["limits", DEMO, "--output", str(tmp_path), "--set", f"loads.0.in_flight_per_slot={per_slot}"])
    plan = begun[0].plan
    key = StepKey(1, 0, "saturate", 1)
    planned, more_orders, more_slots, more_replicas = (
        in_flight(load, (), cell, replace(key, replicas=count))
        for load, cell, count in zip(
            plan.loads,
            (plan, plan, plan.with_factors({"worker.activity_slots": half_more(4)}), plan),
            (1, 1, 1, plan.replicas[1]),
            strict=True,
        )
        if isinstance(load, Saturate)
    )

    assert planned < more_orders
    assert planned == more_slots == more_replicas


@pytest.mark.usefixtures("answering")
def test_a_search_without_reliefs_asks_for_no_more_than_its_one_step(
    tmp_path: Path, begun: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it needs of a server is told for the count that it measures, and nothing is refused for reliefs that never come."""
    place = ["--address", "127.0.0.1:7233", "--yes"]
    most = ["--set", "loads.0.in_flight_per_slot=2", "--set", "worker.activity_slots=125", "--replicas", "4"]

    run(["limits", DEMO, "--suspects", "0", "--replicas", "1", *place, "--output", str(tmp_path)])
    told = capsys.readouterr().err
    code = run(["limits", DEMO, "--suspects", "0", *most, "--output", str(tmp_path)])

    assert "at 1 replica this plan needs 4 activity slots" in told
    assert "8 awaited results" in told
    assert begun[0].plan.replicas == (1,)
    assert (code, begun[1].plan.max_awaited) == (0, 1000)


def test_a_resumed_search_goes_on_as_one(tmp_path: Path, begun: list[Run]) -> None:
    """`sweep --resume` continues whatever the run was begun for."""
    run(["limits", DEMO, "--output", str(tmp_path)])

    assert run(["sweep", "--resume", str(begun[0].path)]) == 0
    assert [each.path for each in begun] == [begun[0].path] * 2


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--rounds", "2"], "--rounds 2: too few"),
        (["--rounds", "6", "--most-rounds", "5"], "fewer than the 6 rounds"),
        (["--suspects", "-1"], "--suspects -1: must be 0 or more"),
        (["--replicas", "0"], "--replicas 0: must be 1 or more"),
        (["--block", "0"], "--block 0: must be greater than 0"),
        (["--block", "nan"], "--block nan: must be a finite number"),
        (["--rounds", "0"], "--rounds 0: too few"),
        (
            ["--set", "worker.activity_slots=100", "--replicas", "4"],
            "half more orders in flight are 1,200, and max_awaited = 1,000; lower in_flight_per_slot or worker.activity_slots, or raise "
            "max_awaited where the server answers more, or relieve nothing by --suspects 0",
        ),
        (["--worker-command", "nowhere a"], "no such program"),
        (["--metrics-port", "65534"], "--metrics-port 65536: not a port"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(
    flags: list[str], words: str, tmp_path: Path, begun: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is left behind."""
    code = run(["limits", DEMO, *flags, "--output", str(tmp_path / "out")])

    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines), begun) == (2, 1, [])
    assert words in lines[0]
    assert not (tmp_path / "out").exists()


def test_what_a_search_found_is_written_and_printed(
    tmp_path: Path, begun: list[Run], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the run's files alone: the sentence, the ranking, the document and the page."""
    run(["limits", DEMO, "--output", str(tmp_path), "--suspects", "0"])
    (made,) = begun
    measured = synthetic_steps.step(1, "saturate", 1, made.plan)
    made.write_step(measured, analyse([measured], made.plan, made.manifest).steps[0], {})
    question = question_of(made)
    assert isinstance(question, LimitsQuestion)

    monkeypatch.chdir(tmp_path)
    ended = conclude_limits(made, question, quiet=False)

    written = json.loads((made.path / "limits.json").read_text(encoding="utf-8"))
    assert ended.exit_code == 3
    assert written["answer"] == "not found"
    printed = capsys.readouterr().out
    assert ended.headlines[0] in printed
    assert printed.endswith(f"report: {ended.report}\n")
    assert ended.report == "latest/report.html"
    assert "What holds it back" in Path(ended.report).read_text(encoding="utf-8")


def test_a_search_that_was_interrupted_found_nothing_out_yet(tmp_path: Path, begun: list[Run]) -> None:
    """
    Suspects that were not relieved may be the limit: it is "cannot tell", and not "not found".
    """
    run(["limits", DEMO, "--output", str(tmp_path)])
    (made,) = begun
    question = question_of(made)
    assert isinstance(question, LimitsQuestion)

    ended = conclude_limits(made, question, quiet=True)

    assert ended.exit_code == 3
    assert ended.headlines == (
        "Cannot tell what holds you back: the search ended before it had a valid saturated step.",
    )


def test_a_sweep_names_the_first_suspects_of_its_largest_saturated_step() -> None:
    """Two that are as likely as each other are told as A or B."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    steps = tuple(
        replace(step, suspects=(SLOTS, POLLERS) if step.load.kind == "saturate" else None)
        for step in sweep.steps
    )

    told = held_back(replace(sweep, steps=steps))

    assert told is not None
    assert told.startswith("Activity slots or activity pollers may hold it back: 4 of 4 in use")
    assert (
        ", with 4 replicas saturated. `loadtest limits` proves it by relief: it raises that alone. To change: "
        in told
    )
    assert told.endswith(
        "To change: `worker.activity_slots` of the plan, `REPAIRSHOP_ACTIVITY_SLOTS`, Helm `settings.activitySlots`; or "
        "`worker.activity_pollers` of the plan, `REPAIRSHOP_ACTIVITY_POLLERS`, Helm `settings.activityPollers`."
    )
    assert held_back(replace(sweep, steps=())) is None


def _saturated(sweep: SweepResult, *suspects: Suspect, limit: Limit, replicas: int = 4) -> SweepResult:
    return replace(
        sweep,
        steps=tuple(
            replace(step, suspects=suspects, capacity=replace(step.capacity, limit=limit))
            if step.load.kind == "saturate" and step.replicas == replicas and step.capacity is not None
            else step
            for step in sweep.steps
        ),
    )


def test_a_sweep_promises_no_relief_of_what_the_kit_cannot_relieve() -> None:
    """The machine's cores are named with what to change, and `loadtest limits` is not."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())

    told = held_back(_saturated(sweep, CORES, limit=Limit.HAND_OVER))

    assert told == (
        "The machine's cores may hold it back: 1.99 of 2 cores are busy, with 4 replicas saturated. "
        "To change: cores of the machine, or parts moved to another one."
    )


def test_a_hand_over_that_no_reading_explains_is_told_as_such() -> None:
    """A smaller count whose slots are full is no answer for the largest, whose slots stay free."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    small = _saturated(sweep, SLOTS, limit=Limit.SLOTS, replicas=2)

    assert held_back(_saturated(small, limit=Limit.HAND_OVER)) == (
        "What slows the hand-over is not known: no other reading of 4 replicas, saturated, points at a limit."
    )
    assert (held_back(_saturated(small, limit=Limit.SLOTS)) or "").startswith(
        "Activity slots may hold it back"
    )
