"""
``loadtest compare``: what it refuses, what it writes, and its exit codes, without measuring anything.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.cli.app import run
from loadtest.plan import Open, Saturate
from loadtest.plan.prices import PriceTable, SidePrices
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.plan_setting import setting_text
from loadtest.results.question import CompareQuestion, question_of
from loadtest.results.run_folder import Run
from loadtest.results.step_key import step_keys

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
PRICES = str(Path(DEMO).with_name("prices.toml"))
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
def test_prices_stay_with_the_run(tmp_path: Path, begun: list[Run]) -> None:
    """A resumed comparison and a report made again tell the same money, whatever became of the file."""
    table = tmp_path / "mine.toml"
    table.write_text('currency = "crowns"\nmillion_actions = 25\n', encoding="utf-8")

    run(["compare", DEMO, *SANDBOX, "--prices", str(table), "--gate", "money", "--output", str(tmp_path)])
    table.unlink()

    question = question_of(begun[0])
    assert isinstance(question, CompareQuestion) and question.gate == ("money",)
    assert question.prices == PriceTable(currency="crowns", million_actions=25)


@pytest.mark.process
def test_prices_of_each_setting_stay_with_the_run(tmp_path: Path, begun: list[Run]) -> None:
    """A server of one's own is paid by its cores, a rented one by its actions."""
    own, rented = tmp_path / "own.toml", tmp_path / "rented.toml"
    own.write_text('currency = "crowns"\nserver_core_hour = 0.4\n', encoding="utf-8")
    rented.write_text('currency = "crowns"\nmillion_actions = 25\n', encoding="utf-8")
    flags = ["--a-prices", str(own), "--b-prices", str(rented), "--output", str(tmp_path)]

    run(["compare", DEMO, *SANDBOX, *flags])

    question = question_of(begun[0])
    assert isinstance(question, CompareQuestion)
    assert question.side_prices == SidePrices(
        PriceTable(currency="crowns", server_core_hour=0.4),
        PriceTable(currency="crowns", million_actions=25),
    )


@pytest.mark.process
def test_the_setting_left_out_is_the_plans(tmp_path: Path, begun: list[Run]) -> None:
    """`--b` alone compares a change with the plan as it is."""
    run(["compare", DEMO, "--b", "worker.activity_slots=6", "--output", str(tmp_path)])

    assert begun[0].plan.factors == {"worker.activity_slots": (4, 6)}


@pytest.mark.process
def test_a_key_of_the_server_is_one_key_however_it_is_written(tmp_path: Path, begun: list[Run]) -> None:
    """As in `--set` and the plan's [server], or as in its [factors]."""
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'name = "server"\n[server.dynamic_config]\n"some.key" = 1\n"other.key" = 5\n', encoding="utf-8"
    )
    settings = ["--b", "server.dynamic_config.some.key=2", "--b", "server.other.key=5"]

    run(["compare", str(plan), *settings, "--output", str(tmp_path / "results")])

    assert begun[0].plan.factors == {"server.some.key": (1, 2)}
    assert begun[0].plan.server.dynamic_config == {"some.key": 1, "other.key": 5}


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
        (["--a", "worker.sandbox=true", "--b", "worker.sandbox=true"], "both settings are the same; give"),
        (
            ["--b", "worker.sandbox=true"],
            "--b worker.sandbox=true: both settings are the same, as what is left out",
        ),
        (
            ["--b", "worker.sandbox=true", "--b", "worker.sandbox=false"],
            "worker.sandbox is given twice by --b",
        ),
        (["--b", "worker.sandbx=true", "--a", "worker.sandbx=false"], "did you mean `worker.sandbox`?"),
        (["--b", "worker.sandbx=true"], "--b worker.sandbx: no such setting; did you mean `worker.sandbox`?"),
        (["--b", "replicas=2"], "`loadtest sweep PLAN --replicas 1,2` measures several counts"),
        (["--b", "worker.sandbox"], "no KEY=VALUE"),
        (["--b", "server.some.key=1"], "give both --a and --b"),
        ([*SANDBOX, "--gate", "speed"], "no such quantity; there are: throughput"),
        ([*SANDBOX, "--gate", "money"], "--gate money: needs your prices; give --prices FILE"),
        ([*SANDBOX, "--prices", "gone.toml"], "--prices gone.toml: no such price table in "),
        (
            [*SANDBOX, "--a-prices", PRICES, "--b-prices", "gone.toml"],
            "--b-prices gone.toml: no such price table in ",
        ),
        ([*SANDBOX, "--b-prices", PRICES], f"--prices of one setting alone ({PRICES}); give both"),
        (
            [*SANDBOX, "--prices", PRICES, "--b-prices", PRICES],
            f"--prices {PRICES}: prices both settings, and --a-prices and --b-prices one each",
        ),
        (
            [*SANDBOX, "--gate", "money", "--prices", PRICES, "--address", "127.0.0.1:7233"],
            "--gate money: the server's page counts it; give --server-metrics",
        ),
        ([*SANDBOX, "--gate", "wait"], "--gate wait: without --rate both settings are saturated"),
        ([*SANDBOX, "--rate", "2", "--gate", "throughput"], "--gate throughput: --rate makes it the same"),
        (
            [*SANDBOX, "--rate", "2", "--gate", "late", "--set", "slo.schedule_to_start_p95_seconds=none"],
            "--gate late: the plan bounds no waits",
        ),
        (
            [*SANDBOX, "--gate", "actions", "--address", "127.0.0.1:7233"],
            "--gate actions: the server's page counts it; give --server-metrics",
        ),
        (
            ["--a-address", "a:1", "--b-address", "b:1", "--gate", "state-transitions"],
            "--gate state-transitions: the server's page counts it",
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
        (
            [*SANDBOX, "--junit", "answer", "--markdown", "./answer"],
            "--markdown answer: --junit names the same file; give each its own",
        ),
        (
            [*SANDBOX, "--markdown", "/dev/stdout"],
            "--markdown /dev/stdout: cannot be written: it is no regular",
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
