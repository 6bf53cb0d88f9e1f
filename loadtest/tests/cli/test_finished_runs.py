"""
Two finished runs as one comparison: what is paired, what is left out, and what is refused.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import synthetic_steps
from synthetic_runs import kept_run, run_of

from loadtest.cli.app import run
from loadtest.plan import Open, Plan, Saturate, WorkerSetup


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


def test_two_runs_are_compared_in_money(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The user's prices add a row, which can be the gate, and a note says what it is made of.
    """
    a, b = _two_runs(tmp_path)
    table = tmp_path / "mine.toml"
    table.write_text('currency = "crowns"\nworker_core_hour = 0.4\nfixed_month = 7\n', encoding="utf-8")

    code = run(["compare", a, b, "--prices", str(table), "--gate", "money"])

    out = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "money: B is the same" in out
    assert "money, crowns a million orders" in out
    assert "at your prices: the worker's CPU; not in it: cores that idle, what a month costs" in out


def test_runs_with_too_few_steps_alike_say_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody made rounds of A B B A there: what is counted is pairs of steps, and repetitions make more."""
    plan = synthetic_steps.demo_plan(replicas=(1,))
    runs = [run_of(tmp_path / name, plan, synthetic_steps.steps(plan)) for name in ("a", "b")]

    code = run(["compare", *(str(each.path) for each in runs)])

    out = " ".join(capsys.readouterr().out.split())
    assert code == 3
    assert "1 pair is whole and valid, at least 3 are needed" in out
    assert "round" not in out
    assert "more repetitions in both plans give more" in out


def test_what_differs_in_two_plans_is_named_by_its_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The beginnings of two lists of loads are alike; a load that one plan alone has is named by its kind."""
    plan, longer = synthetic_steps.demo_plan(), Saturate(window_seconds=30)
    others = [plan.model_copy(update={"loads": loads}) for loads in ((longer, plan.loads[1]), plan.loads[:1])]
    a = run_of(tmp_path / "a", plan, synthetic_steps.steps(plan))
    told = []
    for number, other in enumerate(others):
        b = run_of(tmp_path / str(number), other, [])
        assert run(["compare", str(a.path), str(b.path)]) == 2
        told.append(capsys.readouterr().err)

    assert "not comparable: other plan: loads.0.window_seconds 15.0 and 30.0; run both" in told[0]
    assert "not comparable: other plan: loads.1.kind open and none; run both" in told[1]


def test_runs_of_one_name_are_told_apart_by_their_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As runs of two machines that began in the same second."""
    plan = synthetic_steps.demo_plan()
    a = run_of(tmp_path / "a", plan, synthetic_steps.steps(plan)).path
    b = a.rename(a.with_name("same"))
    c = run_of(tmp_path / "c", plan, synthetic_steps.steps(plan)).path
    same = c.rename(c.with_name("same"))

    run(["compare", str(b), str(same)])

    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first.endswith("a/same")
    assert second.endswith("c/same")


def test_each_run_has_prices_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    The same work at half of the price costs half; of two currencies nothing could be said.
    """
    a, b = _two_runs(tmp_path)
    dear, cheap, other = (tmp_path / f"{name}.toml" for name in ("dear", "cheap", "other"))
    dear.write_text('currency = "crowns"\nworker_core_hour = 0.4\n', encoding="utf-8")
    cheap.write_text('currency = "crowns"\nworker_core_hour = 0.2\nworker_gib_hour = 9\n', encoding="utf-8")
    other.write_text('currency = "coins"\nworker_core_hour = 0.2\n', encoding="utf-8")
    flags = ["compare", a, b, "--gate", "money", "--a-prices"]

    code = run([*flags, str(dear), "--b-prices", str(cheap)])
    out = " ".join(capsys.readouterr().out.split())
    back = run([*flags, str(cheap), "--b-prices", str(dear)])
    capsys.readouterr()

    assert (code, back) == (0, 1)
    assert "money: B is better" in out
    assert "in A the worker's CPU; in B the worker's CPU; not in it: cores that idle, memory" in out
    assert run([*flags, str(dear), "--b-prices", str(other)]) == 2
    assert "currency 'crowns' and 'coins': sums of two currencies" in capsys.readouterr().err


def test_prices_of_no_order_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """
    What a month costs whatever the rate is is the same for both.
    """
    a, b = _two_runs(tmp_path)
    table = tmp_path / "mine.toml"
    table.write_text('currency = "crowns"\nfixed_month = 7\n', encoding="utf-8")

    code = run(["compare", a, b, "--prices", str(table)])

    assert code == 2
    assert (
        "prices nothing that an order uses; give one above 0 of worker_core_hour," in capsys.readouterr().err
    )


def test_what_the_runs_said_of_themselves_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A setting that no worker is known to read is no difference between them."""
    told = "the plan names worker.sandbox, which these workers (temporal-python 1.35.0) are not known to read"
    a, b = _two_runs(tmp_path, synthetic_steps.demo_plan(worker=WorkerSetup(sandbox=False)), notes=(told,))

    run(["compare", a, b])

    assert f"{Path(b).name}: {told}" in capsys.readouterr().out


def test_waits_at_different_rates_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Each run offered a share of what it found itself: a quicker B got more orders, and that is no longer wait.
    """
    plan = synthetic_steps.demo_plan()
    runs = [
        run_of(tmp_path / name, plan, synthetic_steps.steps(plan, arrival_rate=rate))
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
    plan_a = synthetic_steps.demo_plan(replicas=(1, 2), repetitions=2)
    plan_b = plan_a.model_copy(update={"replicas": (1, 2, 4), "budget_seconds": 500.0, "repetitions": 3})
    steps_b = synthetic_steps.steps(plan_b)
    broken = [replace(steps_b[0], gone=("worker-1",)), *steps_b[1:]]
    a = run_of(tmp_path / "a", plan_a, synthetic_steps.steps(plan_a))
    b = run_of(tmp_path / "b", plan_b, broken)

    code = run(["compare", str(a.path), str(b.path)])

    out = capsys.readouterr().out
    assert code == 0
    assert "note: steps that one run alone has are left out: 10 of run B\n" in out
    assert "note: 1 of 8 steps is left out, as not valid in one of the runs\n" in out
    first = out.partition("\n")[0]
    assert first.endswith(f"{a.path.name} replicas=[1, 2] repetitions=2 budget_seconds=none")


def test_runs_of_open_loads_alone_are_held_against_their_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    An open load sets the throughput itself, so that nothing could be told by it.
    """
    plan = synthetic_steps.demo_plan(loads=(Open(arrival_rate=1.8, window_seconds=20),))
    runs = [run_of(tmp_path / name, plan, synthetic_steps.steps(plan)) for name in "ab"]

    code = run(["compare", *(str(each.path) for each in runs)])

    assert code == 0
    assert "wait: B is the same" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("plan_b", "of_b", "words"),
    [
        (None, {"server_version": "1.0.0"}, "other server: version 1.32.0 and 1.0.0"),
        (
            None,
            {"machine": replace(synthetic_steps.manifest().machine, host="there")},
            "other machine: host synthetic and there",
        ),
        (
            None,
            {"machine": replace(synthetic_steps.manifest().machine, allowed_cores=1.0)},
            "other machine: usable_cores 2 and 1",
        ),
        (synthetic_steps.demo_plan(warm_up_seconds=6.0), {}, "other plan: warm_up_seconds 5.0 and 6.0"),
        (
            None,
            {"versions": {**synthetic_steps.manifest().versions, "scenario mine.py": "0123456789ab"}},
            "other scenario mine.py: none and 0123456789ab",
        ),
    ],
    ids=["server", "machine", "cores", "plan", "scenario"],
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
