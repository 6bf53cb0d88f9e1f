"""
A run that varies factors: each combination on its own, and a curve for each factor.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from built_report import build_report
from sweep_schema import validate_sweep
from synthetic_runs import run_of

from loadtest.analysis import analyse
from loadtest.plan import Slo, Work
from loadtest.report.certainty import certainties
from loadtest.report.factor_curves import factor_lines, late_share, varied_factors
from loadtest.report.headlines import headlines
from loadtest.report.run_cells import cells, parts
from loadtest.report.sweep_text import text_report
from loadtest.results.measured_step import Measured
from loadtest.results.sweep_result import SweepResult

TWO, FOUR = {"worker.activity_slots": 2}, {"worker.activity_slots": 4}
RATE = 3.0
# Two slots of 0.1 s x 6 activities complete 3.2 orders/s: with four slots one replica has as many as two with two.
PLAN = synthetic_steps.demo_plan(
    replicas=(1, 2), factors={"worker.activity_slots": (2, 4)}, work=Work(seconds=0.1)
)


@pytest.fixture(scope="module")
def steps() -> list[Measured]:
    """
    Two slot counts, each with two replica counts and two loads.
    """
    return synthetic_steps.factor_steps(PLAN, RATE)


@pytest.fixture(scope="module")
def sweep(steps: list[Measured]) -> SweepResult:
    """
    What is said of them.
    """
    return analyse(steps, PLAN, synthetic_steps.manifest())


def test_each_combination_is_judged_from_its_own_steps_alone(
    sweep: SweepResult, steps: list[Measured]
) -> None:
    """
    Throughput, speed-up, demand and verdict are those of a run of that setting alone.
    """
    for combination, factors in zip(sweep.combinations, (TWO, FOUR), strict=True):
        alone = [step for step in steps if dict(step.key.factors) == factors]
        plan = PLAN.with_factors(factors)
        mine = [replace(step, key=replace(step.key, factors=())) for step in alone]
        known = analyse(mine, plan, synthetic_steps.manifest())

        assert combination.factors == factors
        assert combination.scaling == known.scaling
        assert combination.verdict is known.verdict
        assert [each.replicas for each in combination.demands] == [each.replicas for each in known.demands]
    two, four = (each.scaling.throughput_per_second["1"].value for each in sweep.combinations)
    assert two is not None
    assert four is not None
    assert four > 1.7 * two


def test_the_certainty_of_each_combination_is_told_apart(sweep: SweepResult) -> None:
    """
    Two settings of one count are no two repetitions, and each is named.
    """
    told = certainties(sweep)

    assert [each.title for each in told] == [
        f"{count} at 3/s with worker.activity_slots={slots}"
        for slots in (2, 4)
        for count in ("1 replica", "2 replicas")
    ]
    assert not any(sentence.startswith("Repetition") for each in told for sentence in each.sentences)


def test_a_step_keeps_its_whole_key(sweep: SweepResult, steps: list[Measured]) -> None:
    """
    Factors and attempt are part of what a step is.
    """
    assert [step.key for step in sweep.steps] == [step.key for step in steps]
    again = replace(steps[0], key=replace(steps[0].key, attempt=2))
    assert analyse([again], PLAN, synthetic_steps.manifest()).steps[0].key == again.key


def test_a_run_has_the_worst_verdict_of_its_combinations(steps: list[Measured]) -> None:
    """
    A pass of one setting hides no invalid step of another, and the reason names the setting.
    """
    broken = [
        replace(step, gone=("worker-1",))
        if dict(step.key.factors) == FOUR and step.key.kind == "open"
        else step
        for step in steps
    ]

    found = analyse(broken, PLAN, synthetic_steps.manifest())

    assert found.verdict.value == "invalid"
    assert found.combinations[0].verdict.value != "invalid"
    assert [reason.partition(": ")[0] for reason in found.reasons] == ["worker.activity_slots=4"] * 2


def test_a_setting_that_was_not_measured_is_no_pass(steps: list[Measured]) -> None:
    """
    A run that ended after the first of two settings, which passes, is undecided, and names the other.
    """
    plan = PLAN.model_copy(update={"slo": Slo(schedule_to_start_p95_seconds=0.5)})
    first = [step for step in steps if dict(step.key.factors) == TWO]

    found = analyse(first, plan, synthetic_steps.manifest())

    assert [each.verdict.value for each in found.combinations] == ["pass"]
    assert found.verdict.value == "undecided"
    assert found.reasons == ("worker.activity_slots=4: no step was measured",)
    text = text_report(found)
    assert text.startswith(
        "demo: undecided (each setting that was measured keeps the goal, and not all of the plan's were)\n"
    )
    assert "\nundecided: worker.activity_slots=4: no step was measured\n" in text


def test_the_text_names_the_setting_of_each_row_and_sentence(sweep: SweepResult) -> None:
    """
    A column for the factor, a row for each step, a headline and a verdict for each combination; words are explained once.
    """
    text = text_report(sweep)
    head, keys, _, *rows = text[text.index("\n  ") :].split("\n\n")[1].splitlines()

    assert (head.split()[0], keys.split()[0]) == ("worker", "activity_slots")
    assert [row.split()[:3] for row in rows] == [
        [slots, count, kind] for slots in "24" for kind in ("saturate", "open") for count in "12"
    ]
    for combination in sweep.combinations:
        assert f"{combination.verdict.value}: {combination.setting}\n" in text
        mine = [line for line in headlines(sweep) if line.startswith(f"{combination.setting}: ")]
        assert "the goal at 3 orders/s" in mine[0]
        assert any(line.startswith(f"{combination.setting}: 2 replicas complete") for line in mine)
    for explained in ("the SLO: at most", "hours may differ", "at full throttle", "`loadtest capacity`"):
        assert sum(explained in line for line in headlines(sweep)) == 1


def test_the_curve_of_a_factor_has_a_line_for_each_other_setting(sweep: SweepResult) -> None:
    """
    Throughput and the share of late activities of each replica count, at each value.
    """
    assert varied_factors(sweep) == {"worker.activity_slots": (2, 4)}
    lines = factor_lines(sweep, "worker.activity_slots")

    assert [(line.name, sorted(line.throughput), sorted(line.late)) for line in lines] == [
        ("1 replica", [2, 4], [2, 4]),
        ("2 replicas", [2, 4], [2, 4]),
    ]
    one = lines[0]
    assert one.throughput[4] == sweep.combinations[1].scaling.throughput_per_second["1"]
    assert one.late[2] > 2 * one.late[4]


def test_two_factors_give_lines_of_each_others_values() -> None:
    """
    A line is one replica count and one value of every other factor.
    """
    plan = synthetic_steps.demo_plan(
        replicas=(1,), factors={"worker.activity_slots": (2, 4), "codec": (False, True)}
    )
    found = analyse(synthetic_steps.factor_steps(plan), plan, synthetic_steps.manifest())

    assert [line.name for line in factor_lines(found, "codec")] == [
        "1 replica, worker.activity_slots=2",
        "1 replica, worker.activity_slots=4",
    ]
    assert [line.name for line in factor_lines(found, "worker.activity_slots")] == [
        "1 replica, codec=false",
        "1 replica, codec=true",
    ]


def test_a_cells_late_share_is_over_all_tasks_of_its_repetitions(sweep: SweepResult) -> None:
    """
    A short repetition weighs by its tasks, and an invalid one nothing.
    """
    cell = cells(parts(sweep)[1], load=1)[0]
    shares = []
    for ratio, tasks in ((0.0, 300), (0.4, 100)):
        waits = cell.steps[0].schedule_to_start_seconds
        shares.append(
            replace(
                cell.steps[0],
                late_ratio=ratio,
                schedule_to_start_seconds=replace(waits, activity=replace(waits.activity, n=tasks)),
            )
        )

    assert late_share(replace(cell, steps=tuple(shares))) == pytest.approx(0.1)


@pytest.mark.usefixtures("few_timelines")
def test_the_page_shows_each_setting_and_each_curve(steps: list[Measured], tmp_path: Path) -> None:
    """
    A curve for the factor, pictures, demand and scaling for each setting, every anchor once, and the schema holds.
    """
    run = run_of(tmp_path, PLAN, steps)

    page = build_report(run.path).read_text(encoding="utf-8")

    document = json.loads((run.path / "sweep.json").read_text(encoding="utf-8"))
    validate_sweep(document)
    assert [step["factors"] for step in document["steps"]].count(TWO) == 4
    assert [step["factors"] for step in document["steps"]].count(FOUR) == 4
    assert (run.path / "plots/factor-worker-activity_slots.svg").is_file()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for index, setting in enumerate(("worker.activity_slots=2", "worker.activity_slots=4"), 1):
        assert f'id="scaling-{index}"' in page
        assert f"Replicas needed at 3/s with {setting}</h2>" in page
        assert f"Speed-up and efficiency with {setting}</h2>" in page
        assert f'<a href="#setting-{index}"><code>{setting}</code></a>' in page
        assert f"<code>1-open1-1-{setting.replace('=', '-')}</code>" in page


def test_a_run_without_factors_names_no_setting(demo: Path) -> None:
    """
    Nothing of all this is seen where nothing but replicas is varied.
    """
    page = demo.read_text(encoding="utf-8")

    assert "Settings</h2>" not in page
    assert 'id="scaling"' in page
    assert "Replicas needed at 1.8/s</h2>" in page
