"""
What a run says in sentences and in its table.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import synthetic_steps
from closed_steps import lacking_orders

from loadtest.analysis import analyse, exit_code
from loadtest.plan import Saturate, Slo
from loadtest.report.headlines import headlines
from loadtest.report.sweep_text import text_report
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult, StepVerdict, Waits
from loadtest.results.sweep_result import PartCost, SweepResult
from loadtest.results.window_decision import Decided

PLAN = synthetic_steps.demo_plan()


@pytest.fixture(scope="module")
def steps() -> list[Measured]:
    """
    The demo's six steps.
    """
    return synthetic_steps.steps()


@pytest.fixture(scope="module")
def sweep(steps: list[Measured]) -> SweepResult:
    """
    What is said of them.
    """
    return analyse(steps, PLAN, synthetic_steps.manifest())


def with_waits(sweep: SweepResult, p95s: dict[int, float]) -> SweepResult:
    """
    Give the open steps known waits, and the run what follows from them.
    """
    # The rest of the analysis is tested elsewhere: here its answer is set by hand.

    def change(step: StepResult) -> StepResult:
        if step.load.kind == "saturate":
            return step
        wait = step.schedule_to_start_seconds.activity
        workflow = replace(step.schedule_to_start_seconds.workflow, p50=0.003)
        return replace(
            step, schedule_to_start_seconds=Waits(workflow, replace(wait, p95=p95s[step.replicas]))
        )

    return replace(sweep, steps=tuple(change(step) for step in sweep.steps))


def test_the_demos_headlines_read_as_a_reader_wants_them(sweep: SweepResult) -> None:
    """How many to deploy comes first, then what each count does, and the largest count with its error and speed-up."""
    known = replace(
        with_waits(sweep, {1: 0.636, 2: 0.082, 4: 0.010}),
        scaling=replace(
            sweep.scaling,
            throughput_per_second={
                "1": Estimate(2.2, 0.1, 5, "batches"),
                "4": Estimate(8.6, 0.31, 5, "batches"),
            },
            speedup={"4": Estimate(3.91, 0.2, 5, "batches")},
            efficiency={"4": Estimate(0.977, 0.03, 5, "batches")},
        ),
    )

    found = headlines(known)

    assert found[0] == (
        "Deploy 2 replicas: the fewest of those tried that keep the goal at 1.8 orders/s "
        "(the SLO: at most 5 % of the tasks wait longer than 150 ms for a worker), at 41 % of their capacity; with one "
        "of them lost the rest do not."
    )
    assert found[1] == (
        "2 and 4 replicas are enough, 1 is not. In the windows measured (seconds; hours may differ) 25 % of 220 "
        "activities waited longer than 150 ms with 1, none of 223 with 2 and none of 223 with 4."
    )
    assert found[2] == (
        "4 replicas complete 8.6 ± 0.3 orders/s saturated (at full throttle, whatever the waits), 3.9x one replica "
        "(efficiency 0.98 ± 0.03). It is 2.20 ± 0.10/s with 1. `loadtest capacity` finds how much of it keeps the goal."
    )
    assert re.match(
        r"One more order costs 83 ms \(\d+ to \d+\) in the server, 36 ms \(\d+ to \d+\) in the workers and",
        found[3],
    )


def test_a_cost_names_the_steps_that_its_own_line_runs_through(sweep: SweepResult) -> None:
    """
    Not those of a server whose CPU nobody saw.
    """
    unseen = PartCost(None, None, 0, "the server was started by somebody else")

    told = [
        line for line in headlines(replace(sweep, cost=replace(sweep.cost, server=unseen))) if "costs" in line
    ]

    assert len(told) == 1
    assert told[0].endswith(f"(a line through {sweep.cost.worker.steps} steps, with its 95 % intervals).")


def test_a_run_that_misses_its_slo_says_by_how_much() -> None:
    """
    No count keeps it: the largest count's miss is told as a number and as a factor.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=0.001))

    text = text_report(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert text.startswith("demo: fail (no replica count tried keeps the goal)\n")
    assert "How many replicas to deploy for the goal at 1.8 orders/s" in text
    assert (
        "is not known: not even 4 replicas are enough: 5 % of the activities may wait longer than 1 ms"
        in text
    )
    assert "waited longer, where a system just at that limit has" in text


def test_an_undecided_run_says_what_would_decide_it() -> None:
    """
    Undecided is an outcome of its own: its reason and the window to write stand in the first sentence.
    """
    # One replica is near this limit; far from it the model alone would answer.
    plan = synthetic_steps.demo_plan(replicas=(1,), slo=Slo(schedule_to_start_p95_seconds=0.6))
    undecided = [
        replace(step, decision=replace(step.decision, answer=Decided.UNDECIDED, why="too near to tell"))
        if step.decision is not None
        else step
        for step in synthetic_steps.steps(plan)
    ]

    sweep = analyse(undecided, plan, synthetic_steps.manifest())

    assert (sweep.verdict.value, exit_code(sweep)) == ("undecided", 3)
    assert "1 replica is undecided. With 1: " in headlines(sweep)[0]
    assert "write max_window_seconds = 40 or more" in headlines(sweep)[0]


def test_an_invalid_run_says_so_first(steps: list[Measured]) -> None:
    """
    No sentence comes before it, and the invalid step's numbers stand in brackets.
    """
    broken = [replace(steps[0], gone=("worker-1",)), *steps[1:]]

    sweep = analyse(broken, PLAN, synthetic_steps.manifest())
    text = text_report(sweep)

    assert headlines(sweep)[0].startswith(
        "This run is invalid: step replicas=1 load=saturate repetition=1: replica worker-1 ended"
    )
    assert "[2.21 ± 0.11]" in text
    assert "invalid: step replicas=1 load=saturate repetition=1: replica worker-1 ended or restarted" in text


def test_each_reason_of_an_invalid_run_is_counted(steps: list[Measured]) -> None:
    """
    Those of the first step that broke and those of all others.
    """
    broken = [replace(step, gone=("worker-1",), appeared=("a", "b")) for step in steps]

    sweep = analyse(broken, PLAN, synthetic_steps.manifest())

    reasons = sum(len(step.reasons) for step in sweep.steps)
    assert reasons > len(steps)
    assert headlines(sweep)[0].endswith(f"({reasons - 1} more reasons below).")


def test_a_headline_never_rests_on_an_invalid_step(steps: list[Measured]) -> None:
    """
    With the largest count broken the sentence speaks of the next one.
    """
    broken = [
        replace(step, gone=("worker-1",)) if (step.key.replicas, step.key.kind) == (4, "saturate") else step
        for step in steps
    ]

    sentences = headlines(analyse(broken, PLAN, synthetic_steps.manifest()))

    assert any(sentence.startswith("2 replicas complete") for sentence in sentences)
    assert not any(sentence.startswith("4 replicas complete") for sentence in sentences)


def test_an_interrupted_run_says_what_is_left(steps: list[Measured]) -> None:
    """
    Three of six steps: what was measured is told, and how to do the rest.
    """
    sweep = analyse(steps[:3], PLAN, synthetic_steps.manifest())

    assert headlines(sweep, "; `loadtest sweep --resume mine/r` does what is left")[-1] == (
        "3 of 6 steps were not measured; `loadtest sweep --resume mine/r` does what is left."
    )
    assert sweep.missing == ("2-open1-1", "4-saturate-1", "4-open1-1")


def test_an_overloaded_count_is_named_as_such(sweep: SweepResult) -> None:
    """
    Its latency grows with the window, so the number alone would mislead.
    """
    overloaded = replace(
        sweep,
        steps=tuple(
            replace(step, verdict=StepVerdict.OVERLOADED, reasons=("above capacity",))
            if (step.replicas, step.load.kind) == (1, "open")
            else step
            for step in sweep.steps
        ),
    )

    assert "with 1 (overloaded)" in " ".join(headlines(overloaded))


@pytest.mark.parametrize(
    ("scenario", "unit"),
    [
        ("repair", "orders"),
        ("repair_rework", "orders"),
        ("noop", "workflows"),
        ("path/to/mine.py", "workflows"),
    ],
)
def test_what_is_completed_has_the_scenarios_name(scenario: str, unit: str, steps: list[Measured]) -> None:
    """
    A user's own workflow is not an order.
    """
    plan = synthetic_steps.demo_plan(scenario=scenario)

    text = text_report(analyse(steps, plan, synthetic_steps.manifest()))

    assert f"{unit}/s" in text
    assert ("orders" in text) == (unit == "orders")


def test_a_plan_of_one_replica_count_reads_well() -> None:
    """
    One replica completes, and nothing is compared.
    """
    plan = synthetic_steps.demo_plan(replicas=(1,))

    found = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert found[2].startswith(
        "1 replica completes 2.21 ± 0.11 orders/s saturated (at full throttle, whatever the waits)."
    )


def test_a_saturate_only_plan_has_no_demand_sentence() -> None:
    """
    No open load, no rate to be kept.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(window_seconds=15),))

    sweep = analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest())

    assert not any("deploy" in sentence.lower() for sentence in headlines(sweep))
    assert sweep.demand.why.startswith("the plan has no open load")


def test_the_table_has_one_line_a_step_and_fits_a_wide_terminal(sweep: SweepResult) -> None:
    """
    Columns stand under their heads, and no line is longer than 140 signs but the sentences.
    """
    lines = text_report(sweep).splitlines()
    rule = next(index for index, line in enumerate(lines) if line.startswith("---"))

    table = lines[rule - 2 : rule + 7]

    assert len(table) == 9
    assert max(len(line) for line in table) <= 140
    assert table[0].split()[:4] == ["replicas", "load", "verdict", "offered"]


def test_a_rate_that_the_slots_did_not_limit_is_labelled(steps: list[Measured]) -> None:
    """
    A loop that cannot fill the slots scales by construction, so its rate is no capacity of them.
    """
    idle = [
        lacking_orders(replace(step, slots_used=0.8 * (step.slots or 0)))
        if step.key.kind == "saturate"
        else step
        for step in steps
    ]

    found = headlines(analyse(idle, PLAN, synthetic_steps.manifest()))

    assert any("not all slots were in use" in sentence for sentence in found)
