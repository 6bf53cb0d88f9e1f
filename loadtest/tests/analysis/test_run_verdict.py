"""
What a run comes to, and the exit code that says it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import errors_of, made

from loadtest.analysis import analyse, exit_code, read_step
from loadtest.analysis.decisions.fewest_replicas import fewest_replicas_by_load
from loadtest.analysis.run_verdict import decide
from loadtest.plan import Fraction, Open, Plan, Saturate, Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import RunVerdict

PLAN = synthetic_steps.demo_plan()


@pytest.fixture(scope="module")
def saturated() -> StepResult:
    """
    A read saturate step, to be changed.
    """
    return read_step(synthetic_steps.step(1, "saturate"), PLAN)


def cells(template: StepResult, saturated: StepResult, p95s: dict[int, float | None]) -> list[StepResult]:
    """
    A saturate and an open step for each replica count.
    """
    return [
        step
        for replicas, p95 in p95s.items()
        for step in (
            replace(saturated, replicas=replicas, step=f"{replicas}-saturate-1"),
            made(template, replicas=replicas, activity=p95),
        )
    ]


@pytest.mark.parametrize(
    ("p95s", "broken", "verdict"),
    [
        pytest.param({1: 0.6, 2: 0.1, 4: 0.01}, (), RunVerdict.PASS, id="two are enough"),
        pytest.param({1: 0.6, 2: 0.4, 4: 0.3}, (), RunVerdict.FAIL, id="none keeps it"),
        pytest.param({1: 0.6, 2: None, 4: 0.1}, (), RunVerdict.PASS, id="four are enough, two undecided"),
        pytest.param({1: None, 2: None, 4: None}, (), RunVerdict.UNDECIDED, id="nothing known"),
        pytest.param(
            {1: 0.6, 2: 0.1, 4: 0.01}, ((4, "open"),), RunVerdict.INVALID, id="an open step invalid"
        ),
        pytest.param(
            {1: 0.6, 2: 0.1, 4: 0.01},
            ((1, "saturate"),),
            RunVerdict.INVALID,
            id="the saturate step invalid of which the rate is a share",
        ),
        pytest.param(
            {1: 0.6, 2: 0.1, 4: 0.01},
            ((2, "saturate"), (4, "saturate")),
            RunVerdict.PASS,
            id="saturate steps invalid on which no answer rests",
        ),
        pytest.param(
            {1: 0.6, 2: 0.4, 4: 0.3},
            ((4, "saturate"),),
            RunVerdict.FAIL,
            id="none keeps it, whatever the largest completes",
        ),
        pytest.param(
            {1: 0.6, 2: None, 4: 0.1},
            ((4, "saturate"),),
            RunVerdict.INVALID,
            id="a saturate step invalid beside an answer that is open",
        ),
        pytest.param(
            {1: 0.6, 2: 0.4, 4: None},
            ((2, "saturate"),),
            RunVerdict.INVALID,
            id="a saturate step invalid where nobody knows whether any count keeps it",
        ),
        pytest.param({1: 0.6, 2: 0.4, 4: 0.3}, ((2, "open"),), RunVerdict.INVALID, id="invalid beats fail"),
        pytest.param({1: 0.6, 2: 0.1}, (), RunVerdict.PASS, id="a larger count not reached"),
        pytest.param(
            {1: 0.6, 2: 0.4}, (), RunVerdict.UNDECIDED, id="interrupted before a count that might keep it"
        ),
    ],
)
def test_a_run_is_judged_by_all_its_cells(
    p95s: dict[int, float | None],
    broken: tuple[tuple[int, str], ...],
    verdict: RunVerdict,
    template: StepResult,
    saturated: StepResult,
) -> None:
    """
    Pass needs an answer that rests on valid steps alone; a headline on an invalid step makes the run invalid.
    """
    steps = [
        replace(step, verdict=StepVerdict.INVALID, reasons=("broken",))
        if (step.replicas, step.load.kind) in broken
        else step
        for step in cells(template, saturated, p95s)
    ]

    found, reasons = decide(steps, PLAN, fewest_replicas_by_load(steps, PLAN))

    assert found is verdict, reasons
    assert bool(reasons) == (verdict is not RunVerdict.PASS)


def test_a_fixed_rate_needs_no_closed_load(template: StepResult, saturated: StepResult) -> None:
    """
    Each answer rests on its own steps where the plan names the rate.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Open(arrival_rate=1.8)))
    steps = [
        replace(step, verdict=StepVerdict.INVALID, reasons=("broken",))
        if step.load.kind == "saturate"
        else step
        for step in cells(template, saturated, {1: 0.6, 2: 0.1, 4: 0.01})
    ]

    assert decide(steps, plan, fewest_replicas_by_load(steps, plan)) == (RunVerdict.PASS, ())


@pytest.mark.parametrize(
    ("p95s", "verdict"),
    [
        pytest.param(({1: 0.6, 2: 0.4}, {1: None, 2: None}), RunVerdict.FAIL, id="missed and undecided"),
        pytest.param(({1: None, 2: None}, {1: 0.6, 2: 0.4}), RunVerdict.FAIL, id="undecided and missed"),
        pytest.param(({1: 0.6, 2: None}, {1: 0.6, 2: None}), RunVerdict.UNDECIDED, id="some may"),
        pytest.param(({1: 0.1, 2: 0.1}, {1: 0.6, 2: 0.4}), RunVerdict.FAIL, id="kept and missed"),
        pytest.param(({1: 0.1, 2: 0.1}, {1: 0.6, 2: None}), RunVerdict.UNDECIDED, id="kept and undecided"),
    ],
)
def test_a_rate_that_no_count_keeps_fails_the_run_whatever_is_known_of_the_others(
    p95s: tuple[dict[int, float | None], ...], verdict: RunVerdict, template: StepResult
) -> None:
    """
    Nothing that the other rate's window might still show makes a pass of it; the reasons are those of the miss alone.
    """
    plan = synthetic_steps.demo_plan(
        loads=(Saturate(), Open(arrival_rate=1.8), Open(arrival_rate=2.4)), replicas=(1, 2)
    )
    steps = [
        replace(step, load=replace(step.load, index=index, arrival_rate=rate))
        for index, (rate, found) in enumerate(zip((1.8, 2.4), p95s, strict=True), 1)
        for count, p95 in found.items()
        for step in [made(template, replicas=count, activity=p95)]
    ]

    found, reasons = decide(steps, plan, fewest_replicas_by_load(steps, plan))

    assert found is verdict
    if verdict is RunVerdict.FAIL:
        assert all("not even 2 replicas are enough" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("failed", "verdict"), [(0, RunVerdict.PASS), (2, RunVerdict.FAIL)], ids=["clean", "errors"]
)
def test_a_plan_without_an_open_load_is_held_against_its_errors(
    failed: int, verdict: RunVerdict, saturated: StepResult
) -> None:
    """
    The waits of a closed load are its own making; its failures are not.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(),), replicas=(1,))
    steps = [replace(saturated, errors=errors_of(failed))]

    assert decide(steps, plan, fewest_replicas_by_load(steps, plan))[0] is verdict


def test_a_fraction_load_is_held_against_the_slo_where_there_is_no_common_rate(
    template: StepResult, saturated: StepResult
) -> None:
    """
    Without an open load each step of a fraction load must keep the SLO.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Fraction()), replicas=(1,))

    verdicts = [decide([saturated, made(template, activity=p95)], plan, ())[0] for p95 in (0.1, 0.2)]

    assert verdicts == [RunVerdict.PASS, RunVerdict.FAIL]


@pytest.mark.parametrize(
    ("arrival_rate", "slo", "expected"),
    [
        pytest.param(1.8, 0.15, 0, id="pass"),
        pytest.param(1.8, 0.001, 1, id="SLO missed"),
    ],
)
def test_exit_codes_follow_the_verdict(arrival_rate: float, slo: float, expected: int) -> None:
    """
    0 pass, 1 an SLO is missed.
    """
    plan: Plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=slo))

    sweep = analyse(synthetic_steps.steps(plan, arrival_rate), plan, synthetic_steps.manifest())

    assert exit_code(sweep) == expected


def test_a_run_that_rests_on_an_invalid_step_ends_with_3() -> None:
    """
    3 invalid, and so does a run without any step.
    """
    steps = synthetic_steps.steps()
    steps[0] = replace(steps[0], gone=("worker-1",))

    broken = analyse(steps, PLAN, synthetic_steps.manifest())
    empty = analyse([], PLAN, synthetic_steps.manifest())

    assert (exit_code(broken), exit_code(empty)) == (3, 3)
    assert empty.reasons == ("no step was measured",)
    assert len(empty.missing) == 6


@pytest.mark.parametrize(
    ("p95s", "verdict"),
    [
        pytest.param((0.1, None), RunVerdict.UNDECIDED, id="met and not decided"),
        pytest.param((0.2, None), RunVerdict.FAIL, id="missed and not decided"),
        pytest.param((0.1, 0.1), RunVerdict.PASS, id="met"),
    ],
)
def test_a_fraction_load_that_is_not_decided_is_no_pass(
    p95s: tuple[float | None, float | None],
    verdict: RunVerdict,
    template: StepResult,
    saturated: StepResult,
) -> None:
    """
    Without an open load, too, what is not known is neither kept nor missed.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Fraction()), replicas=(1, 2))
    steps = cells(template, saturated, dict(zip((1, 2), p95s, strict=True)))

    found, reasons = decide(steps, plan, ())

    assert found is verdict
    assert bool(reasons) == (verdict is not RunVerdict.PASS)
    if verdict is RunVerdict.UNDECIDED:
        assert reasons[0].startswith("replicas=2 load=fraction: ")


def test_an_attempt_that_does_not_count_leaves_nothing_undecided(
    template: StepResult, saturated: StepResult
) -> None:
    """
    The one after it stands for the cell.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Fraction()), replicas=(1,))
    first = made(template, activity=0.1, verdict=StepVerdict.INVALID)

    assert decide([saturated, first, made(template, activity=0.1)], plan, ())[0] is RunVerdict.PASS


def test_failures_that_are_not_decided_are_no_pass(saturated: StepResult) -> None:
    """
    No failure in 20 orders says nothing of a bound of one percent.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(),), replicas=(1,), slo=Slo(error_ratio=0.01))

    verdicts = [decide([replace(saturated, errors=errors_of(0, n))], plan, ())[0] for n in (20, 1000)]

    assert verdicts == [RunVerdict.UNDECIDED, RunVerdict.PASS]


def test_a_plan_without_an_open_load_is_no_pass_before_its_last_cell(
    template: StepResult, saturated: StepResult
) -> None:
    """
    What a budget or an interruption left out may miss.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Fraction()), replicas=(1, 2))

    found, reasons = decide(cells(template, saturated, {1: 0.1}), plan, ())

    assert found is RunVerdict.UNDECIDED
    assert reasons == (
        "replicas=2 load=saturate: no such step was measured",
        "replicas=2 load=fraction: no such step was measured",
    )
