"""
Which replica counts keep the SLO, and the fewest that do.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
import synthetic
from readings import made

from loadtest.analysis.slo import demands, fewest, judge_count, judge_step
from loadtest.plan import Fraction, Open, Saturate, Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Judgement, SloAnswer

PLAN = synthetic.demo_plan()
MET, MISSED, UNKNOWN = SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNKNOWN


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
    changes: dict[str, object], slo: dict[str, object], answer: SloAnswer, told: str, template: StepResult
) -> None:
    """
    One missed bound is enough to miss; a reading that is not shown leaves a step unknown, never met.
    """
    step = made(template, **changes)  # type: ignore[arg-type]

    judgement = judge_step(step, Slo(**slo))  # type: ignore[arg-type]

    assert judgement.answer is answer
    assert told in " ".join(judgement.why)


def test_a_percentile_with_too_few_samples_names_the_window_that_would_do(template: StepResult) -> None:
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
    p95s: list[float | None], answer: SloAnswer, template: StepResult
) -> None:
    """
    A count that keeps the SLO by luck once has not kept it.
    """
    steps = [made(template, repetition=number, activity=p95) for number, p95 in enumerate(p95s, 1)]

    assert judge_count(steps, PLAN.slo).answer is answer


def test_an_invalid_repetition_counts_only_if_there_is_no_other(template: StepResult) -> None:
    """
    Repetitions are there to replace one that went wrong.
    """
    broken = made(template, repetition=1, verdict=StepVerdict.INVALID)
    good = made(template, repetition=2)

    assert judge_count([broken, good], PLAN.slo).answer is MET
    assert judge_count([broken], PLAN.slo).answer is UNKNOWN
    assert judge_count([], PLAN.slo).answer is UNKNOWN


def test_the_worst_of_several_missing_repetitions_is_told(template: StepResult) -> None:
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


def test_each_open_load_has_a_demand_of_its_own(template: StepResult) -> None:
    """
    Two common rates need two answers.
    """
    plan = synthetic.demo_plan(
        loads=(
            Saturate(),
            Open(arrival_rate=1.0),
            Open(arrival_rate=4.0),
            Fraction(),
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
