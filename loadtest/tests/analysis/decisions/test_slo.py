"""
Which replica counts keep the SLO, and the fewest that do.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import made

from loadtest.analysis.decisions.fewest_replicas import answer_in_words, fewest_replicas_by_load
from loadtest.analysis.decisions.slo import judge_count, judge_step
from loadtest.plan import Fraction, Open, Saturate, Slo
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Limit, MeasuredCapacity
from loadtest.results.sweep_result import Judgement, SloAnswer
from loadtest.results.window_decision import Decided, Decision

PLAN = synthetic_steps.demo_plan()
MET, MISSED, UNDECIDED = SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNDECIDED


@pytest.mark.parametrize(
    ("changes", "slo", "answer", "told"),
    [
        pytest.param({"activity": 0.15}, {}, MET, "", id="at the bound"),
        pytest.param(
            {"activity": 0.151},
            {},
            MISSED,
            "60 waited longer, where a system just at that limit has 15",
            id="activity queue",
        ),
        pytest.param({"workflow": 0.2}, {}, MISSED, "workflow tasks may wait", id="workflow queue"),
        pytest.param({"workflow": None}, {}, UNDECIDED, "not decided", id="workflow queue not seen"),
        pytest.param(
            {"activity": 9.0}, {"schedule_to_start_p95_seconds": None}, MET, "", id="no bound asked"
        ),
        pytest.param(
            {"end_to_end": 2.0}, {"end_to_end_p95_seconds": 1.9}, MISSED, "orders may take", id="end to end"
        ),
        pytest.param({"end_to_end": None}, {}, MET, "", id="a reading nobody asks for"),
        pytest.param({"failed": 1}, {}, MISSED, "0 % of the orders may fail: 1 of 1000 did", id="any error"),
        pytest.param(
            {"failed": 0},
            {"error_ratio": 0.00005},
            UNDECIDED,
            "0.005 % of the orders may fail",
            id="rare errors",
        ),
        pytest.param({"failed": 10}, {"error_ratio": 0.02}, MET, "", id="errors allowed"),
        pytest.param(
            {"failed": 10}, {"error_ratio": 0.012}, UNDECIDED, "up to 1.69% may", id="as many as are allowed"
        ),
        pytest.param(
            {"failed": 40}, {"error_ratio": 0.02}, MISSED, "3.03% or more do", id="more than allowed"
        ),
        pytest.param(
            {"finished": 54}, {"error_ratio": 0.01}, UNDECIDED, "0 of 54 did, so up to 5.40%", id="too few"
        ),
        pytest.param({"finished": 54}, {}, MET, "", id="none allowed, none seen"),
        pytest.param({"activity": None}, {}, UNDECIDED, "write max_window_seconds = 40", id="undecided"),
        pytest.param({"activity": None, "failed": 500}, {}, MISSED, "may fail", id="missed beats not shown"),
        pytest.param({"verdict": StepVerdict.INVALID}, {}, UNDECIDED, "it is invalid", id="invalid"),
        pytest.param({"verdict": StepVerdict.OVERLOADED}, {}, MISSED, "overloaded", id="overloaded"),
    ],
)
def test_a_step_is_held_against_each_bound(
    changes: dict[str, object], slo: dict[str, object], answer: SloAnswer, told: str, template: StepResult
) -> None:
    """
    One missed bound is enough to miss; a reading that is not shown leaves a step undecided, never met.
    """
    step = made(template, **changes)  # type: ignore[arg-type]

    judgement = judge_step(step, Slo(**slo))  # type: ignore[arg-type]

    assert judgement.answer is answer
    assert told in " ".join(judgement.why)


def test_a_raw_percentile_is_never_the_answer(template: StepResult) -> None:
    """
    A window without twins may show any p95: what it means in the long run is not decided.
    """
    slo = Slo(end_to_end_p95_seconds=1.9)
    good = made(template)
    blind = [
        replace(good, decision=None),
        replace(good, workflow_decision=None),
        replace(good, end_to_end_decision=None),
    ]

    assert judge_step(good, slo).answer is MET
    assert [judge_step(step, slo).answer for step in blind] == [UNDECIDED] * 3


def test_a_rate_at_capacity_is_undecided_whatever_the_window_shows(template: StepResult) -> None:
    """
    There waits grow with the window, so the window's length would be the answer.
    """
    step = replace(made(template), load_level="at capacity", utilization_ratio=0.99)

    judgement = judge_step(step, PLAN.slo)

    assert judgement.answer is UNDECIDED
    assert "at capacity (99 %)" in judgement.why[0]


def test_a_rate_within_the_error_of_a_capacity_that_is_hardly_known_is_not_called_at_it(
    template: StepResult,
) -> None:
    """
    A closed load of a few turns a slot knows it to 30 %: 84 % of that is no rate at which waits must grow.
    """
    rough = MeasuredCapacity(2.5, 0.75, known_draws=False, limit=Limit.SLOTS)
    step = replace(made(template), load_level="at capacity", utilization_ratio=0.84, capacity=rough)

    judgement = judge_step(step, PLAN.slo)

    assert judgement.answer is UNDECIDED
    assert "84 % of a capacity that is known to ± 30 %" in judgement.why[0]


@pytest.mark.parametrize("limit", [Limit.LOOP, Limit.UNTRIED])
def test_a_rate_above_a_closed_load_that_left_slots_free_asks_for_more_orders(
    template: StepResult, limit: Limit
) -> None:
    """
    Orders that begin with a delay or wait for timers hold no slot: a longer window of as many shows no more.
    """
    left = MeasuredCapacity(3.0, 0.3, known_draws=False, limit=limit)
    step = replace(made(template), load_level="at capacity", utilization_ratio=1.32, capacity=left)

    judgement = judge_step(step, PLAN.slo)

    assert judgement.answer is UNDECIDED
    assert "132 % of what the closed load completed" in judgement.why[0]
    assert "in_flight_per_slot" in judgement.why[0]
    assert "window_seconds" not in judgement.why[0]


def with_late(template: StepResult, repetition: int, late: float) -> StepResult:
    """
    A repetition with so many late tasks, where a system at the limit has 40 and a deviation of 10.
    """
    decision = Decision(Decided.UNDECIDED, 60.0, late, 40.0, 10.0, "too near", ())
    return replace(made(template, repetition=repetition), decision=decision)


@pytest.mark.parametrize(
    ("late", "answer"),
    [
        pytest.param([20, 20, 20], MET, id="three a little below"),
        pytest.param([60, 60, 60], MISSED, id="three a little above"),
        pytest.param([10, 60, 45], UNDECIDED, id="they cancel out"),
        pytest.param([40, 42, 160], UNDECIDED, id="a stall of one"),
        pytest.param([20], UNDECIDED, id="one alone"),
    ],
)
def test_repetitions_add_up_and_never_vote(
    late: list[float], answer: SloAnswer, template: StepResult
) -> None:
    """
    Each alone is undecided; together they decide what they agree on.
    """
    steps = [with_late(template, number, each) for number, each in enumerate(late, 1)]

    assert judge_count(steps, PLAN.slo).answer is answer


def test_more_repetitions_of_one_truth_do_not_drift_to_a_miss(template: StepResult) -> None:
    """
    A system clearly below the limit stays met however often it is measured.
    """
    lucky = [12.0, 14.0, 31.0, 9.0, 16.0]
    answers = [
        judge_count(
            [with_late(template, n, late) for n, late in enumerate(lucky[:number], 1)], PLAN.slo
        ).answer
        for number in range(2, 6)
    ]

    assert answers == [MET] * 4


def test_a_bound_is_told_as_it_was_given(template: StepResult) -> None:
    """
    Half a millisecond is not none.
    """
    judgement = judge_step(made(template, activity=None), Slo(schedule_to_start_p95_seconds=0.0005))

    assert "longer than 0.5 ms" in judgement.why[0]


def test_an_invalid_repetition_counts_only_if_there_is_no_other(template: StepResult) -> None:
    """
    Repetitions are there to replace one that went wrong.
    """
    broken = made(template, repetition=1, verdict=StepVerdict.INVALID)
    good = made(template, repetition=2)

    assert judge_count([broken, good], PLAN.slo).answer is MET
    assert judge_count([broken], PLAN.slo).answer is UNDECIDED
    assert judge_count([], PLAN.slo).answer is UNDECIDED


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param(
            {1: MISSED, 8: MET}, "8 replicas are enough, 1 is not; 2 to 7 were not measured", id="a gap"
        ),
        pytest.param({1: MISSED, 2: MET, 4: MET}, "2 and 4 replicas are enough, 1 is not", id="neighbours"),
        pytest.param(
            {1: MISSED, 2: MISSED, 4: MET},
            "4 replicas are enough, 1 and 2 are not; 3 was not measured",
            id="one between",
        ),
        pytest.param(
            {1: MISSED, 2: UNDECIDED, 4: MET},
            "4 replicas are enough, 1 is not; 2 is undecided; 3 was not measured",
            id="an undecided one",
        ),
        pytest.param(
            {2: MET, 4: MET}, "2 and 4 replicas are enough; 1 was not measured", id="the smallest is enough"
        ),
        pytest.param({1: MISSED, 2: MISSED}, "not even 2 replicas are enough", id="none"),
        pytest.param({1: UNDECIDED}, "1 replica is undecided", id="nothing decided"),
        pytest.param({1: MISSED, 2: UNDECIDED}, "1 replica is not enough; 2 is undecided", id="none so far"),
        pytest.param({}, "no step of this load was measured", id="nothing measured"),
    ],
)
def test_the_answer_names_each_count_and_what_was_not_measured(
    answers: dict[int, SloAnswer], told: str
) -> None:
    """
    "Fewest" over counts that nobody measured would be a guess.
    """
    assert answer_in_words({n: Judgement(answer, ()) for n, answer in answers.items()}) == told


def test_each_open_load_has_a_demand_of_its_own(template: StepResult) -> None:
    """
    Two common rates need two answers.
    """
    plan = synthetic_steps.demo_plan(
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

    found = fewest_replicas_by_load(steps, plan)

    assert [(each.load, each.arrival_rate, each.replicas) for each in found] == [(1, 1.0, 1), (2, 4.0, 2)]
