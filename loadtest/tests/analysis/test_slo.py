"""
Which replica counts keep the SLO, the fewest that do, and what the run comes to.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import synthetic

from loadtest.analysis import analyse, exit_code, read_step
from loadtest.analysis.slo import demands, fewest, judge_count, judge_step
from loadtest.analysis.verdict import decide
from loadtest.plan import Load, LoadKind, Plan, Slo
from loadtest.results.estimate import Estimate, Percentiles, Wait
from loadtest.results.step import Step, StepVerdict, Waits
from loadtest.results.sweep import Judgement, RunVerdict, SloAnswer

PLAN = synthetic.demo_plan()
NO_MEAN = Estimate(None, None, 0, "batches")
MET, MISSED, UNKNOWN = SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNKNOWN


@pytest.fixture(scope="module")
def template() -> Step:
    """
    A read open step, to be changed.
    """
    return read_step(synthetic.step(1, "open"), PLAN)


@pytest.fixture(scope="module")
def saturated() -> Step:
    """
    A read saturate step, to be changed.
    """
    return read_step(synthetic.step(1, "saturate"), PLAN)


def waiting(p95: float | None, n: int = 300) -> Wait:
    """
    A wait with that p95.
    """
    return Wait(NO_MEAN, 0.001, p95, None, n)


def made(
    step: Step,
    *,
    replicas: int = 1,
    repetition: int = 1,
    activity: float | None = 0.01,
    workflow: float | None = 0.003,
    end_to_end: float | None = 1.0,
    error_ratio: float = 0.0,
    verdict: StepVerdict = StepVerdict.VALID,
) -> Step:
    """
    A step with these readings.
    """
    why = {"schedule_to_start_seconds.activity.p95": "12 samples"} if activity is None else {}
    return replace(
        step,
        step=f"{replicas}-{step.load.kind}-{repetition}",
        replicas=replicas,
        repetition=repetition,
        schedule_to_start_seconds=Waits(waiting(workflow), waiting(activity)),
        end_to_end_seconds=Percentiles(0.5, end_to_end, None, 300),
        error_ratio=error_ratio,
        verdict=verdict,
        reasons=() if verdict is StepVerdict.VALID else (f"it is {verdict.value}",),
        why=why,
    )


@pytest.mark.parametrize(
    ("changes", "slo", "answer", "told"),
    [
        pytest.param({"activity": 0.15}, {}, MET, "", id="at the bound"),
        pytest.param({"activity": 0.151}, {}, MISSED, "activity queue's", id="activity queue"),
        pytest.param({"workflow": 0.2}, {}, MISSED, "workflow queue's", id="workflow queue"),
        pytest.param(
            {"activity": 9.0}, {"schedule_to_start_p95_seconds": None}, MET, "", id="no bound asked"
        ),
        pytest.param(
            {"end_to_end": 2.0}, {"end_to_end_p95_seconds": 1.9}, MISSED, "end-to-end p95", id="end to end"
        ),
        pytest.param({"end_to_end": None}, {}, MET, "", id="a reading nobody asks for"),
        pytest.param(
            {"error_ratio": 0.001}, {}, MISSED, "error ratio is 0.10 % where 0.00 %", id="any error"
        ),
        pytest.param({"error_ratio": 0.01}, {"error_ratio": 0.02}, MET, "", id="errors allowed"),
        pytest.param({"activity": None}, {}, UNKNOWN, "12 samples", id="not shown"),
        pytest.param(
            {"activity": None, "error_ratio": 0.5}, {}, MISSED, "error ratio", id="missed beats not shown"
        ),
        pytest.param({"verdict": StepVerdict.INVALID}, {}, UNKNOWN, "it is invalid", id="invalid"),
        pytest.param({"verdict": StepVerdict.OVERLOADED}, {}, MISSED, "overloaded", id="overloaded"),
    ],
)
def test_a_step_is_held_against_each_bound(
    changes: dict[str, object], slo: dict[str, object], answer: SloAnswer, told: str, template: Step
) -> None:
    """
    One missed bound is enough to miss; a reading that is not shown leaves a step unknown, never met.
    """
    step = made(template, **changes)  # type: ignore[arg-type]

    judgement = judge_step(step, Slo(**slo))  # type: ignore[arg-type]

    assert judgement.answer is answer
    assert told in " ".join(judgement.why)


def test_a_percentile_with_too_few_samples_names_the_window_that_would_do(template: Step) -> None:
    """
    100 samples in 20 s: 200 need 40 s, and a tenth more for luck.
    """
    step = made(template, activity=None)
    few = replace(step.schedule_to_start_seconds.activity, n=100)
    step = replace(step, schedule_to_start_seconds=replace(step.schedule_to_start_seconds, activity=few))

    (why,) = judge_step(step, PLAN.slo).why

    assert why.endswith("write window_seconds = 44 or more (now 20)")


@pytest.mark.parametrize(
    ("p95s", "answer"),
    [
        pytest.param([0.1, 0.1, 0.1], MET, id="all keep it"),
        pytest.param([0.1, 0.2, 0.1], MISSED, id="one of three misses"),
        pytest.param([0.1, None, 0.1], UNKNOWN, id="one is not shown"),
        pytest.param([0.2, None, 0.1], MISSED, id="one misses, one is not shown"),
    ],
)
def test_every_repetition_must_keep_the_slo(
    p95s: list[float | None], answer: SloAnswer, template: Step
) -> None:
    """
    A count that keeps the SLO by luck once has not kept it.
    """
    steps = [made(template, repetition=number, activity=p95) for number, p95 in enumerate(p95s, 1)]

    assert judge_count(steps, PLAN.slo).answer is answer


def test_an_invalid_repetition_counts_only_if_there_is_no_other(template: Step) -> None:
    """
    Repetitions are there to replace one that went wrong.
    """
    broken = made(template, repetition=1, verdict=StepVerdict.INVALID)
    good = made(template, repetition=2)

    assert judge_count([broken, good], PLAN.slo).answer is MET
    assert judge_count([broken], PLAN.slo).answer is UNKNOWN
    assert judge_count([], PLAN.slo).answer is UNKNOWN


def test_the_worst_of_several_missing_repetitions_is_told(template: Step) -> None:
    """
    A reader wants to know by how much at worst, not each repetition's number.
    """
    steps = [made(template, repetition=number, activity=p95) for number, p95 in enumerate([0.2, 0.6, 0.1], 1)]

    why = judge_count(steps, PLAN.slo).why

    assert len(why) == 1
    assert "2 of 3 repetitions, the worst" in why[0]
    assert "600 ms where 150 ms" in why[0]


@pytest.mark.parametrize("answers", list(itertools.product(SloAnswer, repeat=3)), ids=lambda a: "-".join(a))
def test_the_fewest_is_told_only_if_every_smaller_count_is_known_to_miss(
    answers: tuple[SloAnswer, ...],
) -> None:
    """
    All 27 tables of three counts: the answer is the first that keeps it, unless a smaller one is unknown.
    """
    counts = (1, 2, 4)
    judgements = {c: Judgement(a, ("because",)) for c, a in zip(counts, answers, strict=True)}

    replicas, why = fewest(judgements)

    if MET not in answers:
        assert replicas is None
    else:
        first = answers.index(MET)
        known = all(answer is MISSED for answer in answers[:first])
        assert replicas == (counts[first] if known else None)
        later_miss = MISSED in answers[first:]
        assert ("look for another limit" in why) == (known and later_miss)
    assert why


def test_no_count_at_all_has_no_demand() -> None:
    """
    A sweep interrupted before its first open step says so.
    """
    assert fewest({}) == (None, "no step of this load was measured")


def test_each_open_load_has_a_demand_of_its_own(template: Step) -> None:
    """
    Two common rates need two answers.
    """
    plan = synthetic.demo_plan(
        loads=(
            Load(kind=LoadKind.SATURATE),
            Load(kind=LoadKind.OPEN, arrival_rate=1.0),
            Load(kind=LoadKind.OPEN, arrival_rate=4.0),
            Load(kind=LoadKind.FRACTION),
        ),
        replicas=(1, 2),
    )
    p95s = {(1, 1): 0.1, (1, 2): 0.1, (2, 1): 0.9, (2, 2): 0.1}
    steps = [
        replace(
            made(template, replicas=replicas, activity=p95),
            load=replace(template.load, index=load, arrival_rate=[0, 1.0, 4.0][load]),
        )
        for (load, replicas), p95 in p95s.items()
    ]

    found = demands(steps, plan)

    assert [(each.load, each.arrival_rate, each.replicas) for each in found] == [(1, 1.0, 1), (2, 4.0, 2)]


def cells(template: Step, saturated: Step, p95s: dict[int, float | None]) -> list[Step]:
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
        pytest.param({1: 0.6, 2: None, 4: 0.1}, (), RunVerdict.INVALID, id="fewest not known"),
        pytest.param({1: None, 2: None, 4: None}, (), RunVerdict.INVALID, id="nothing known"),
        pytest.param(
            {1: 0.6, 2: 0.1, 4: 0.01}, ((4, "open"),), RunVerdict.INVALID, id="an open step invalid"
        ),
        pytest.param(
            {1: 0.6, 2: 0.1, 4: 0.01}, ((1, "saturate"),), RunVerdict.INVALID, id="a saturate step invalid"
        ),
        pytest.param({1: 0.6, 2: 0.4, 4: 0.3}, ((2, "open"),), RunVerdict.INVALID, id="invalid beats fail"),
        pytest.param({1: 0.6, 2: 0.1}, (), RunVerdict.PASS, id="a larger count not reached"),
        pytest.param(
            {1: 0.6, 2: 0.4}, (), RunVerdict.INVALID, id="interrupted before a count that might keep it"
        ),
    ],
)
def test_a_run_is_judged_by_all_its_cells(
    p95s: dict[int, float | None],
    broken: tuple[tuple[int, str], ...],
    verdict: RunVerdict,
    template: Step,
    saturated: Step,
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

    found, reasons = decide(steps, PLAN, demands(steps, PLAN))

    assert found is verdict, reasons
    assert bool(reasons) == (verdict is not RunVerdict.PASS)


@pytest.mark.parametrize(
    ("error_ratio", "verdict"), [(0.0, RunVerdict.PASS), (0.02, RunVerdict.FAIL)], ids=["clean", "errors"]
)
def test_a_plan_without_an_open_load_is_held_against_its_errors(
    error_ratio: float, verdict: RunVerdict, saturated: Step
) -> None:
    """
    The waits of a closed load are its own making; its failures are not.
    """
    plan = synthetic.demo_plan(loads=(Load(kind=LoadKind.SATURATE),), replicas=(1,))
    steps = [replace(saturated, error_ratio=error_ratio)]

    assert decide(steps, plan, demands(steps, plan))[0] is verdict


def test_a_fraction_load_is_held_against_the_slo_where_there_is_no_common_rate(template: Step) -> None:
    """
    Without an open load each step of a fraction load must keep the SLO.
    """
    plan = synthetic.demo_plan(
        loads=(Load(kind=LoadKind.SATURATE), Load(kind=LoadKind.FRACTION)), replicas=(1,)
    )

    verdicts = [decide([made(template, activity=p95)], plan, ())[0] for p95 in (0.1, 0.2)]

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
    plan: Plan = synthetic.demo_plan(slo=Slo(schedule_to_start_p95_seconds=slo))

    sweep = analyse(synthetic.steps(plan, arrival_rate), plan, synthetic.manifest())

    assert exit_code(sweep) == expected


def test_a_run_that_rests_on_an_invalid_step_ends_with_3() -> None:
    """
    3 invalid, and so does a run without any step.
    """
    steps = synthetic.steps()
    steps[0] = replace(steps[0], gone=("worker-1",))

    broken = analyse(steps, PLAN, synthetic.manifest())
    empty = analyse([], PLAN, synthetic.manifest())

    assert (exit_code(broken), exit_code(empty)) == (3, 3)
    assert empty.reasons == ("no step was measured",)
    assert len(empty.missing) == 6
