"""
``loadtest size`` on a folder: text, JSON, prices, and what it refuses.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from synthetic_runs import kept_run, run_of

from loadtest.cli.app import run as program
from loadtest.plan import Open, Plan
from loadtest.results.plan_setting import value_text
from loadtest.results.run_folder import Run

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return kept_run(tmp_path / "results", synthetic_steps.demo_plan(replicas=(1, 2, 3, 4)), steps=8)


def files(run: Run) -> dict[str, float]:
    return {str(path): path.stat().st_mtime for path in run.path.rglob("*")}


def test_the_answer_is_told_and_the_folder_stays_as_it_was(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The text begins with the sentence, prices have their currency, and no file of the run is touched.
    """
    before = files(run)

    code = program(
        ["size", str(run.path), "--rate", "5", "--prices", str(REPOSITORY / "loadtest/plans/prices.toml")]
    )

    told = capsys.readouterr().out
    assert code == 0
    assert told.startswith("5 orders/s with p95 wait of at most 150 ms: 3 replicas (3 to 4)")
    assert "coins a month" in told
    assert files(run) == before


def test_what_the_run_did_not_look_at_is_told_beside_its_answer(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Whoever takes the table for all that a rate needs forgets the workers of the other task queues.
    """
    told = "activities of these workflows are scheduled on other task queues too (mail)"
    run.write_manifest(replace(run.manifest, notes=(told,)))

    program(["size", str(run.path), "--rate", "5"])

    assert f"\nnote: {told}\n" in capsys.readouterr().out


def test_json_has_what_the_text_has(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The JSON names replicas with both ends, and the quantities by name.
    """
    code = program(["size", str(run.path), "--rate", "5", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["schema"] == 1
    assert found["replicas"]["needed"]["value"] == 3
    assert {"worker cores", "server cores", "actions"} <= {one["quantity"] for one in found["quantities"]}


def test_a_rate_that_cannot_be_told_ends_with_3(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """
    A refusal of the replicas is no answer: exit code 3, with the step to add.
    """
    code = program(["size", str(run.path), "--rate", "900"])

    assert code == 3
    assert "add replica counts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--rate", "0"], "error: --rate 0: must be a number above 0"),
        (["--rate", "nan"], "error: --rate nan: must be a number above 0"),
        (["--rate", "1e300"], "error: --rate 1e+300: must be at most 1,000,000 orders per second"),
        (["--rate", "5", "--wait-p95", "86401"], "error: --wait-p95 86401: must be at most 86,400 seconds"),
        (["--rate", "5", "--wait-p95", "-1"], "error: --wait-p95 -1: must be a number of seconds above 0"),
        (
            ["--rate", "5", "--prices", "gone.toml"],
            "error: --prices gone.toml: no such price table in ",
        ),
        (
            ["--rate", "5", "--set", "codec=true"],
            "error: --set codec=true: no factor of this run; its factors: none",
        ),
    ],
    ids=["no rate", "nan", "a rate of no world", "longest wait", "wait", "no prices", "no factor"],
)
def test_bad_input_is_one_line(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    """
    What cannot be used is named in one line, with exit code 2.
    """
    code = program(["size", str(run.path), *arguments])

    error = capsys.readouterr().err
    assert code == 2
    assert error.startswith(told)
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            'currency = "coins"\nworker_core_hour = -1',
            "worker_core_hour = -1: must be greater than or equal to 0",
        ),
        ("worker_core_hour = 1", "currency: is missing"),
        ('currency = "coins"\nworker_hour = 1', "worker_hour: no such key"),
        (
            "currency = coins",
            "not a TOML file: Invalid value (at line 1, column 12); see loadtest/plans/prices.toml",
        ),
    ],
    ids=["negative", "no currency", "unknown key", "no toml"],
)
def test_a_price_table_that_does_not_fit_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, told: str
) -> None:
    """
    A price table is read as strictly as a plan.
    """
    table = tmp_path / "prices.toml"
    table.write_text(text)

    code = program(["size", str(run.path), "--rate", "5", "--prices", str(table)])

    error = capsys.readouterr().err
    assert code == 2
    assert told in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("factors", "setting", "code"),
    [
        ({"worker.activity_slots": (4, 8)}, "worker.activity_slots=4", 0),
        ({"worker.activity_slots": (4, 8)}, "worker.activity_slots=4.0", 0),
        ({"worker.sandbox": (True, False)}, "worker.sandbox=1", 2),
        ({"worker.sandbox": (True, False)}, "worker.sandbox=true", 0),
    ],
)
def test_a_setting_is_one_of_the_runs_own_values(
    factors: dict[str, tuple[int | bool, ...]], setting: str, code: int, tmp_path: Path
) -> None:
    """
    As the plan has it, however the number is written; one is not true.
    """
    plan = synthetic_steps.demo_plan(replicas=(1, 2, 3, 4), factors=factors)
    run = run_of(tmp_path / "results", plan, synthetic_steps.factor_steps(plan))

    assert program(["size", str(run.path), "--rate", "5", "--set", setting]) == code


def test_a_run_that_varies_a_setting_asks_which(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Where a factor has several values one must be chosen; its values are listed.
    """
    plan = synthetic_steps.demo_plan(factors={"worker.activity_slots": (4, 8)})
    run = kept_run(tmp_path / "results", plan)

    code = program(["size", str(run.path), "--rate", "5"])

    assert code == 2
    assert "worker.activity_slots: the run varies it (4, 8); choose one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("factors", "first"),
    [
        ({"worker.sandbox": (True, False)}, True),
        ({"worker_command": ("node a.js", "node b.js")}, "node a.js"),
        ({"profile": ("1", "2")}, "1"),
    ],
    ids=["true or false", "blanks", "a number as a text"],
)
def test_the_choice_that_it_proposes_can_be_typed(
    factors: dict[str, tuple[bool | str, ...]],
    first: bool | str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """
    The flag that the refusal ends with, pasted into a shell, chooses the first value.
    """
    plan = synthetic_steps.demo_plan(replicas=(1, 2), factors=factors)
    run = run_of(tmp_path / "results", plan, synthetic_steps.factor_steps(plan))
    program(["size", str(run.path), "--rate", "2"])
    proposed = shlex.split(capsys.readouterr().err.partition("such as ")[2])

    code = program(["size", str(run.path), "--rate", "2", "--json", *proposed])

    (name,) = factors
    assert code == 0
    assert json.loads(capsys.readouterr().out)["setting"] == f"{name}={value_text(first)}"


@pytest.mark.parametrize(
    ("plan", "gone", "told"),
    [
        (
            synthetic_steps.demo_plan(replicas=(1,)),
            ("worker-1",),
            "no saturate step of the run is valid: replica worker-1 ended",
        ),
        (
            synthetic_steps.demo_plan(replicas=(1,), loads=(Open(arrival_rate=1.8, window_seconds=20),)),
            (),
            "the run has no saturate step; add a load of kind saturate",
        ),
    ],
    ids=["not valid", "none"],
)
def test_a_run_that_tells_no_throughput_says_why(
    plan: Plan, gone: tuple[str, ...], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    A load that is there is not asked for again, and what invalid steps saw is not called unseen.
    """
    run = run_of(
        tmp_path / "results", plan, [replace(step, gone=gone) for step in synthetic_steps.steps(plan)]
    )

    code = program(["size", str(run.path), "--rate", "2"])

    text = capsys.readouterr().out
    assert code == 3
    assert told in text.splitlines()[0]
    if gone:
        refused = [line for line in text.splitlines() if line.startswith("refused: ")]
        assert {line.rpartition(": ")[2] for line in refused} == {"no step of the run is valid"}
        assert "nobody" not in text
        assert "All of these intervals" not in text
