"""
``loadtest compare``: what it refuses, what it writes, and its exit codes, without measuring anything.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import synthetic
from kept_runs import kept_run, run_of

from loadtest.cli.app import run
from loadtest.plan import Open, Plan, Saturate
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.plan_setting import setting_text
from loadtest.results.question import CompareQuestion, question_of
from loadtest.results.run_folder import Run
from loadtest.results.steps_of_plan import step_keys

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
SANDBOX = ["--a", "worker.sandbox=true", "--b", "worker.sandbox=false"]


@pytest.mark.process
def test_a_comparison_is_a_run_with_its_question(tmp_path: Path, begun: list[Run]) -> None:
    """Its plan has both settings as factors, so that a resumed run and a report know them."""
    code = run(["compare", DEMO, *SANDBOX, "--output", str(tmp_path)])

    question = question_of(begun[0])
    assert code == 0
    assert isinstance(question, CompareQuestion)
    assert (setting_text(question.a), setting_text(question.b)) == (
        "worker.sandbox=true",
        "worker.sandbox=false",
    )
    assert begun[0].plan.factors == {"worker.sandbox": (True, False)}
    assert isinstance(begun[0].plan.loads[0], Saturate)
    assert question.gate == ("throughput",)


@pytest.mark.process
def test_a_resumed_comparison_goes_on_as_one(tmp_path: Path, begun: list[Run]) -> None:
    """`sweep --resume` continues whatever the run was begun for."""
    run(["compare", DEMO, *SANDBOX, "--output", str(tmp_path)])

    assert run(["sweep", "--resume", str(begun[0].path)]) == 0
    assert [each.path for each in begun] == [begun[0].path] * 2


@pytest.mark.process
def test_the_setting_left_out_is_the_plans(tmp_path: Path, begun: list[Run]) -> None:
    """`--b` alone compares a change with the plan as it is."""
    run(["compare", DEMO, "--b", "worker.activity_slots=6", "--output", str(tmp_path)])

    assert begun[0].plan.factors == {"worker.activity_slots": (4, 6)}


@pytest.mark.process
def test_two_programs_are_a_factor_like_any_other(tmp_path: Path, begun: list[Run]) -> None:
    """Command lines with blanks and of any length; folders of their steps differ and can be made."""
    a, b = (f"python3 {'deep/' * 60}worker.py --build '{name}'" for name in ("one", "two"))

    run(["compare", DEMO, "--a-worker-command", a, "--b-worker-command", b, "--output", str(tmp_path)])

    assert begun[0].plan.factors == {"worker_command": (a, b)}
    folders = {key.folder for key in step_keys(begun[0].plan)}
    assert len(folders) == 2 * begun[0].plan.repetitions
    assert max(map(len, folders)) < 200


@pytest.mark.process
def test_both_settings_have_the_plans_first_count(tmp_path: Path, begun: list[Run]) -> None:
    """As with `limits`; a plan of four replicas is not compared at one."""
    run(["compare", DEMO, *SANDBOX, "--set", "replicas=[3,4]", "--output", str(tmp_path)])
    run(["compare", DEMO, *SANDBOX, "--replicas", "2", "--output", str(tmp_path)])

    assert [made.plan.replicas for made in begun] == [(3,), (2,)]


@pytest.mark.process
def test_a_rate_makes_the_load_open(tmp_path: Path, begun: list[Run]) -> None:
    """Then the waits are what decides."""
    run(["compare", DEMO, *SANDBOX, "--rate", "2", "--output", str(tmp_path)])

    question = question_of(begun[0])
    assert question is not None and question.gate == ("wait",)
    load = begun[0].plan.loads[0]
    assert isinstance(load, Open) and load.arrival_rate == 2


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], "nothing to compare"),
        (["--a", "worker.sandbox=true", "--b", "worker.sandbox=true"], "both are the same"),
        (["--b", "worker.sandbx=true", "--a", "worker.sandbx=false"], "did you mean `worker.sandbox`?"),
        (["--b", "worker.sandbx=true"], "--b worker.sandbx: no such setting; did you mean `worker.sandbox`?"),
        (["--b", "replicas=2"], "`loadtest sweep PLAN --replicas 1,2` measures several counts"),
        (["--b", "worker.sandbox"], "no KEY=VALUE"),
        (["--b", "server.some.key=1"], "give both --a and --b"),
        ([*SANDBOX, "--gate", "speed"], "no such quantity; there are: throughput"),
        ([*SANDBOX, "--gate", "wait"], "--gate wait: without --rate both settings are saturated"),
        ([*SANDBOX, "--rate", "2", "--gate", "throughput"], "--gate throughput: --rate makes it the same"),
        (
            [*SANDBOX, "--rate", "2", "--gate", "late", "--set", "slo.schedule_to_start_p95_seconds=none"],
            "--gate late: the plan bounds no waits",
        ),
        ([*SANDBOX, "--rounds", "2"], "--rounds 2: too few"),
        ([*SANDBOX, "--rounds", "6", "--most-rounds", "5"], "fewer than the 6 rounds"),
        (["--a-worker-command", "python3 a.py"], "give both --a-worker-command and --b-worker-command"),
        (
            ["--a-worker-command", "nowhere a", "--b-worker-command", "nowhere b"],
            "no such program",
        ),
        (
            [
                "--a-worker-command",
                "python3 a",
                "--b-worker-command",
                "python3 b",
                "--worker-command",
                "python3 c",
            ],
            "the plan names workers itself",
        ),
        ([*SANDBOX, "--rate", "0"], "--rate 0: must be greater than 0"),
        ([*SANDBOX, "--rate", "nan"], "--rate nan: must be a finite number"),
        ([*SANDBOX, "--rate", "inf"], "--rate inf: must be a finite number"),
        ([*SANDBOX, "--rate", "0.1"], "--block 15: with arrival_rate = 0.1: fewer than 10 arrivals"),
        ([*SANDBOX, "--block", "0"], "--block 0: must be greater than 0"),
        ([*SANDBOX, "--block", "2"], "--block 2: too short to count in"),
        ([*SANDBOX, "--change-over", "-1"], "--change-over -1: must be greater than or equal to 0"),
        ([*SANDBOX, "--replicas", "0"], "--replicas 0: must be greater than or equal to 1"),
        ([*SANDBOX, "--rounds", "0"], "--rounds 0: too few"),
        ([*SANDBOX, "--most-rounds", "0"], "--most-rounds 0: too few"),
        (
            [*SANDBOX, "--junit", "/no-such-folder/junit.xml"],
            "--junit /no-such-folder/junit.xml: cannot be written: there is no folder /no-such-folder",
        ),
        ([*SANDBOX, "--markdown", "/"], "--markdown /: cannot be written: it is a folder"),
        ([*SANDBOX, "--anyway"], "--anyway: goes with two finished runs"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    flags: list[str], words: str, tmp_path: Path, begun: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is left behind."""
    code = run(["compare", DEMO, *flags, "--output", str(tmp_path / "out")])

    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines), begun) == (2, 1, [])
    assert words in lines[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.process
def test_factors_that_are_not_compared_are_told(tmp_path: Path, begun: list[Run]) -> None:
    """
    They stay at their first values, which a reader of the answer should know.
    """
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "varied"\n[factors.worker]\nactivity_slots = [8, 4]\n', encoding="utf-8")

    run(["compare", str(plan), *SANDBOX, "--output", str(tmp_path)])
    run(["compare", str(plan), "--b", "worker.activity_slots=4", "--output", str(tmp_path)])

    varied, compared = (made.manifest.notes for made in begun)
    assert varied == (
        "the plan varies what this run does not: worker.activity_slots=8 (of 8, 4); --set asks of another value",
    )
    assert compared == ()


def _two_runs(tmp_path: Path, plan_b: Plan | None = None, **of_b: Any) -> tuple[str, str]:
    a = kept_run(tmp_path / "a", steps=6)
    b = kept_run(tmp_path / "b", plan_b, steps=6)
    b.write_manifest(replace(b.manifest, **of_b))
    return str(a.path), str(b.path)


def test_two_runs_of_one_plan_are_compared_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same steps twice are the same, and a drift between the runs is told of."""
    a, b = _two_runs(tmp_path)
    junit, markdown = tmp_path / "junit.xml", tmp_path / "comment.md"

    code = run(["compare", a, b, "--junit", str(junit), "--markdown", str(markdown)])

    out = capsys.readouterr().out
    assert code == 0
    assert "throughput: B is the same" in out
    assert "drift of the machine" in out
    suite = ElementTree.fromstring(junit.read_text(encoding="utf-8"))
    assert suite.get("failures") == "0"
    assert "| throughput, orders/s |" in markdown.read_text(encoding="utf-8")


def test_waits_at_different_rates_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Each run offered a share of what it found itself: a quicker B got more orders, and that is no longer wait.
    """
    plan = synthetic.demo_plan()
    runs = [
        run_of(tmp_path / name, plan, synthetic.steps(plan, arrival_rate=rate))
        for name, rate in (("a", 1.2), ("b", 1.8))
    ]

    code = run(["compare", *(str(each.path) for each in runs), "--gate", "wait"])

    out = capsys.readouterr().out
    assert code == 3
    assert (
        "note: 3 of 6 pairs of steps are left out, as the runs offered them different rates (1.2 and 1.8/s"
        in out
    )
    assert "throughput: B is the same" not in out
    assert run(["compare", *(str(each.path) for each in runs)]) == 0


def test_steps_that_only_one_run_can_show_are_left_out_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Counts, repetitions and budgets say which steps there are, not what one measures: no flag is asked for, and of what has
    no partner it is told.
    """
    plan_a = synthetic.demo_plan(replicas=(1, 2), repetitions=2)
    plan_b = plan_a.model_copy(update={"replicas": (1, 2, 4), "budget_seconds": 500.0, "repetitions": 3})
    steps_b = synthetic.steps(plan_b)
    broken = [replace(steps_b[0], gone=("worker-1",)), *steps_b[1:]]
    a = run_of(tmp_path / "a", plan_a, synthetic.steps(plan_a))
    b = run_of(tmp_path / "b", plan_b, broken)

    code = run(["compare", str(a.path), str(b.path)])

    out = capsys.readouterr().out
    assert code == 0
    assert "note: steps that one run alone has are left out: 10 of run B\n" in out
    assert "note: 1 of 8 steps are left out, as they are not valid in one of the runs\n" in out
    assert out.startswith(f"A: {a.path.name} replicas=[1, 2] repetitions=2 budget_seconds=none\n")


def test_runs_of_open_loads_alone_are_held_against_their_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    An open load sets the throughput itself, so that nothing could be told by it.
    """
    plan = synthetic.demo_plan(loads=(Open(arrival_rate=1.8, window_seconds=20),))
    runs = [run_of(tmp_path / name, plan, synthetic.steps(plan)) for name in "ab"]

    code = run(["compare", *(str(each.path) for each in runs)])

    assert code == 0
    assert "wait: B is the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("plan_b", "of_b", "words"),
    [
        (None, {"server_version": "1.0.0"}, "other server: version 1.32.0 and 1.0.0"),
        (
            None,
            {"machine": replace(synthetic.manifest().machine, host="there")},
            "other machine: host synthetic and there",
        ),
        (synthetic.demo_plan(warm_up_seconds=6.0), {}, "other plan: warm_up_seconds 5.0 and 6.0"),
        (
            None,
            {"versions": {**synthetic.manifest().versions, "scenario mine.py": "0123456789ab"}},
            "other scenario mine.py: none and 0123456789ab",
        ),
    ],
    ids=["server", "machine", "plan", "scenario"],
)
def test_runs_that_differ_in_more_than_a_setting_are_refused(
    plan_b: Plan | None,
    of_b: dict[str, Any],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the reason; --anyway turns it into a warning."""
    a, b = _two_runs(tmp_path, plan_b, **of_b)

    code = run(["compare", a, b])

    assert code == 2
    assert words in capsys.readouterr().err
    assert run(["compare", a, b, "--anyway"]) == 0
    assert f"note: {words}" in capsys.readouterr().out


def test_a_plans_flag_has_no_effect_on_two_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So it is refused."""
    a, b = _two_runs(tmp_path)

    assert run(["compare", a, b, "--rate", "3"]) == 2
    assert "--rate: has no effect on two finished runs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("standings", "code"),
    [
        ({"throughput": Standing.SAME}, 0),
        ({"throughput": Standing.BETTER, "worker-cpu": Standing.WORSE}, 0),
        ({"throughput": Standing.WORSE}, 1),
        ({"throughput": Standing.UNKNOWN}, 3),
    ],
    ids=["same", "better, and worse outside of the gate", "worse", "cannot tell"],
)
def test_the_gate_is_the_exit_code(standings: dict[str, Standing], code: int) -> None:
    """Only its quantities count."""
    told = tuple(
        QuantityComparison(name, "", 1.0, 1.0, standing, 1.0, 0.9, 1.1, 4, None)
        for name, standing in standings.items()
    )

    assert ComparisonResult(1, "r", "a", "b", ("throughput",), 0.05, told, 4).exit_code == code
