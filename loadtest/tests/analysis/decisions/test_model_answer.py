"""
Loads far from the limit: what the model answers alone, and when it leaves the answer to others.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import synthetic_steps
from histograms import buckets

from loadtest.analysis import read_step
from loadtest.analysis.decisions.model_answer import SeenWindow, answer_by_model
from loadtest.analysis.readings.null_reasons import NO_WORKER
from loadtest.analysis.twin import Measure, SloBound
from loadtest.plan import ArrivalKind, Arrivals, Open, Slo, Work
from loadtest.results.window_decision import Decided

HELD = buckets(np.random.default_rng(1).uniform(0.13, 0.39, 400).tolist())
# 4 slots of 0.26 s and six activities: 2.56 orders/s.
QUIET = SeenWindow(20.0, 1.0, 4, (1,) * 6, HELD, 0.01, 120, 0.0)


@pytest.mark.parametrize(
    ("changes", "bound", "answer"),
    [
        pytest.param({}, SloBound(0.5), Decided.MET, id="40 % of capacity"),
        pytest.param({"rate": 2.1}, SloBound(0.5), None, id="82 %"),
        pytest.param({"late": 5.0}, SloBound(0.5), None, id="contradicted by the window"),
        pytest.param({"counted": 50}, SloBound(0.5), None, id="too few to contradict"),
        pytest.param({"seconds": 3.0}, SloBound(0.5), None, id="too short to contradict"),
        pytest.param({"rate": 3.2, "late": 90.0}, SloBound(0.5), Decided.MISSED, id="above capacity"),
        pytest.param({"rate": 3.2, "late": 8.0}, SloBound(0.5), None, id="above, hardly late yet"),
        pytest.param(
            {"counted": 20},
            SloBound(4.0, measure=Measure.END_TO_END),
            Decided.MET,
            id="orders take 1.7 s of 4",
        ),
        pytest.param(
            {"counted": 20, "late": 20.0},
            SloBound(1.0, measure=Measure.END_TO_END),
            Decided.MISSED,
            id="1.7 s of 1",
        ),
        pytest.param({"counted": 20}, SloBound(1.9, measure=Measure.END_TO_END), None, id="1.7 s of 1.9"),
    ],
)
def test_only_what_is_far_from_the_limit_is_answered(
    changes: dict[str, float], bound: SloBound, answer: Decided | None
) -> None:
    """
    Model and window must both say so.
    """
    found = answer_by_model(replace(QUIET, **changes), bound)  # type: ignore[arg-type]

    assert (found.answer if found is not None else None) is answer


@pytest.mark.parametrize(
    ("counted", "late", "known", "answer"),
    [
        pytest.param(20, 0, True, Decided.MET, id="the kit's own orders"),
        pytest.param(20, 0, False, None, id="one of ten late, and none of 20 in every eighth window"),
        pytest.param(59, 0, False, Decided.MET, id="none of 59"),
        pytest.param(92, 1, False, None, id="one of 92"),
        pytest.param(93, 1, False, Decided.MET, id="one of 93"),
        pytest.param(20, 3, False, None, id="three of 20, which may be one of 25"),
        pytest.param(100, 15, False, Decided.MISSED, id="many, however few wait"),
        pytest.param(100, 15, True, None, id="many of the kit's own, which the model holds whole"),
    ],
)
def test_orders_whose_time_no_model_holds_must_show_it_themselves(
    counted: int, late: float, known: bool, answer: Decided | None
) -> None:
    """
    Of orders that are not the kit's the model has the mean: not that one of ten sleeps for ten times as long as the others.
    """
    seen = replace(QUIET, counted=counted, late=late, orders_known=known)

    found = answer_by_model(seen, SloBound(4.0, measure=Measure.END_TO_END))

    assert (found.answer if found is not None else None) is answer
    if answer is Decided.MISSED:
        assert found is not None and "15 of 100 late, though by the model hardly a task waits" in (
            found.why or ""
        )


@pytest.mark.parametrize(
    ("load", "told"),
    [
        pytest.param(
            Open(arrival_rate=0.1), "write max_window_seconds = {} or more (now 120)", id="no length"
        ),
        pytest.param(
            Open(arrival_rate=0.1, window_seconds=120),
            "write window_seconds = {} or more (now 120)",
            id="fixed",
        ),
    ],
)
@pytest.mark.parametrize(
    ("scenario", "work", "orders"),
    [
        pytest.param("repair", Work(seconds=0.3), 20, id="the kit's own"),
        pytest.param(
            "repair", Work(seconds=0.3, rework_probability=0.1), 93, id="of which some are done again"
        ),
        pytest.param(
            "repair", Work(seconds=0.3, failure_probability=0.1), 93, id="of which some are tried again"
        ),
        pytest.param("other", Work(), 93, id="others"),
    ],
)
def test_a_slow_rate_is_told_how_long_its_window_must_be(
    load: Open, told: str, scenario: str, work: Work, orders: int
) -> None:
    """
    A rate of a twentieth of the capacity was to be lower still, and `window_seconds` to be left out where there was none.
    """
    slo = Slo(schedule_to_start_p95_seconds=0.15, end_to_end_p95_seconds=5.0)
    plan = synthetic_steps.demo_plan(loads=(synthetic_steps.demo_plan().loads[0], load), slo=slo)
    slow = replace(synthetic_steps.step(1, "open", plan=plan, arrival_rate=0.1), decision=None)
    plan = plan.model_copy(update={"scenario": scenario, "work": work})

    step = read_step(slow, plan)

    assert step.decision is None and step.end_to_end_decision is None
    assert step.why["decision"] == (
        f"72 activities in a window of 120 s, and 100 are needed; {told.format(184)}"
    )
    wanted = math.ceil(1.1 * 120 * orders / 12)
    assert step.why["end_to_end_decision"] == (
        f"12 orders in a window of 120 s, and {orders} are needed; {told.format(wanted)}"
    )


def test_workers_without_a_page_are_told_that_it_is_needed() -> None:
    """
    No other rate and no other window would tell.
    """
    slo = Slo(schedule_to_start_p95_seconds=0.15, end_to_end_p95_seconds=5.0)
    plan = synthetic_steps.demo_plan(slo=slo)
    blind = replace(
        synthetic_steps.step(1, "open", plan=plan), decision=None, worker_window=None, worker_whole=None
    )

    step = read_step(blind, plan)

    assert step.why["decision"] == step.why["end_to_end_decision"] == NO_WORKER


@pytest.mark.parametrize(
    ("most", "answer"), [(30.0, Decided.MET), (0.9, Decided.MISSED)], ids=["generous", "impossible"]
)
def test_an_end_to_end_bound_is_decided_by_the_model_where_it_is_far(most: float, answer: Decided) -> None:
    """
    Orders of two seconds against thirty, and against less than their work.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(end_to_end_p95_seconds=most))

    step = read_step(synthetic_steps.step(2, "open", plan=plan), plan)

    assert step.end_to_end_decision is not None
    assert step.end_to_end_decision.answer is answer


def test_activities_of_which_only_the_short_ones_end_in_the_window_are_all_counted() -> None:
    """
    Their times are those of the whole step, drain and all: 2.4 times as long, the rate is above capacity, and nobody has waited
    yet as the slots only fill.
    """
    raw = replace(synthetic_steps.step(2, "open"), decision=None)
    assert raw.worker_whole is not None
    name = "worker.activity_execution"
    long = buckets(np.random.default_rng(1).uniform(0.3, 3.0, 400).tolist())
    longer = {**raw.worker_whole.histograms, name: long}
    slow = replace(raw, worker_whole=replace(raw.worker_whole, histograms=longer))

    answers = [read_step(step, synthetic_steps.demo_plan()).decision for step in (raw, slow)]

    assert answers[0] is not None and answers[0].answer is Decided.MET
    assert answers[1] is None


def test_a_shape_is_judged_at_its_highest_rate() -> None:
    """
    A spike to three times a quiet rate is not far below capacity.
    """
    loads = [
        Open(arrival_rate=1.0, window_seconds=20, arrivals=Arrivals(kind=kind))
        for kind in (ArrivalKind.CONSTANT, ArrivalKind.SPIKE)
    ]
    raw = replace(synthetic_steps.step(1, "open", arrival_rate=1.0), decision=None)
    found = [
        read_step(raw, synthetic_steps.demo_plan(loads=(synthetic_steps.demo_plan().loads[0], load))).decision
        for load in loads
    ]

    assert found[1] is None
