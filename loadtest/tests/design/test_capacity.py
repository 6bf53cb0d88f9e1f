"""
How much each count carries: which step is next, and the bracket in the end.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from changed_results import errors_of, shared
from event_system import Traits
from known_system import Subject, bound_of, capacity_of
from scripted_capacity_search import ToldSystem, always, rates_of, searching
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.capacities.capacity_search import SIDE_RATIO, CapacityBracket
from loadtest.design.capacity import Capacity
from loadtest.design.capacity_answer import capacity_result
from loadtest.report.capacity_text import capacity_headlines
from loadtest.report.numbers import rate as rate_text
from loadtest.results.capacity_result import Carries
from loadtest.results.measured_step import Measured
from loadtest.results.question import CapacityQuestion
from loadtest.results.window_decision import Decided

MET, MISSED, UNDECIDED = Decided.MET, Decided.MISSED, Decided.UNDECIDED


def _bracket(design: Capacity, system: ToldSystem, replicas: int = 1) -> CapacityBracket:
    found = design.search(replicas, system.kept).bracket
    assert found is not None
    return found


def test_each_count_is_saturated_first_and_then_probed() -> None:
    """One probe that decides both sides is enough, and brings the window of its own."""
    design, system = searching(), ToldSystem(always(MET, MISSED))

    answer = system.answer(design)

    assert [(step.key.replicas, step.key.kind) for step in system.kept] == [
        (1, "saturate"),
        (1, "open"),
        (2, "saturate"),
        (2, "open"),
    ]
    assert answer.why == "every count was searched"
    for replicas, rate in zip((1, 2), rates_of(system.kept), strict=True):
        bracket = _bracket(design, system, replicas)
        assert (bracket.low, bracket.high) == pytest.approx((rate / SIDE_RATIO, rate * SIDE_RATIO))
        assert bracket.low_confirmed and bracket.high_confirmed


def test_a_side_that_traffic_did_not_decide_is_the_models_word() -> None:
    """It is told as such, and the bracket is as wide."""
    design, system = searching((1,)), ToldSystem(always(MET, UNDECIDED))

    system.answer(design)

    bracket = _bracket(design, system)
    assert (bracket.low_confirmed, bracket.high_confirmed) == (True, False)
    assert bracket.low is not None and bracket.high is not None
    assert (bracket.high - bracket.low) / ((bracket.high + bracket.low) / 2) < 0.1
    sentence = capacity_headlines(capacity_result(design, system.kept, "a-run"))[0]
    assert (
        f"keeps it at {rate_text(bracket.low)}/s and misses it at {rate_text(bracket.high)}/s (by the model)."
        in sentence
    )


@pytest.mark.parametrize("ratio", [0.85, 0.93, 1.0, 1.08])
def test_the_search_follows_traffic_that_contradicts_the_model(ratio: float) -> None:
    """A capacity up to 15 % from the model's is found by the probes that follow."""
    design = searching((1,))
    first = ToldSystem(always(MET, MISSED))
    first.answer(design)
    capacity = ratio * rates_of(first.kept)[0]
    system = ToldSystem(
        lambda asked: (
            MET if (asked.arrival_rate or 0) / SIDE_RATIO < capacity else MISSED,
            MISSED if (asked.arrival_rate or 0) * SIDE_RATIO > capacity else MET,
        )
    )

    system.answer(design)

    bracket = _bracket(design, system)
    assert bracket.low is not None and bracket.high is not None
    assert bracket.low < capacity < bracket.high


def test_an_invalid_step_is_measured_once_more() -> None:
    """The second attempt counts; it says why it was made."""
    design = searching((1,))
    system = ToldSystem(always(MET, MISSED), invalid=lambda asked: asked.key.attempt == 1)

    system.answer(design)
    asked = design.next(system.kept[:1])

    assert [step.key.attempt for step in system.kept] == [1, 2, 1, 2]
    assert asked.why == "measured again, as it was invalid: a worker vanished"
    assert _bracket(design, system).low_confirmed


@pytest.mark.parametrize("kind", ["saturate", "open"])
def test_a_step_that_stays_invalid_leaves_no_bracket_of_its_count(kind: str) -> None:
    """The other count is searched all the same."""
    design = searching()
    system = ToldSystem(
        always(MET, MISSED), invalid=lambda asked: asked.key.kind == kind and asked.key.replicas == 1
    )

    system.answer(design)

    assert "is invalid: a worker vanished" in (_bracket(design, system).why or "")
    assert _bracket(design, system, 2).low is not None


def test_a_probe_that_decided_nothing_leaves_no_bracket() -> None:
    """Its note says why; the model alone is no answer."""
    design = searching((1,))
    system = ToldSystem(
        always(MET, MISSED),
        change=lambda measured: replace(measured, probe=None, notes=("no twins could be made: dead time",)),
    )

    system.answer(design)

    assert _bracket(design, system).low is None
    assert "no twins could be made: dead time" in (_bracket(design, system).why or "")


def test_a_rate_at_which_orders_fail_is_not_kept() -> None:
    """
    However short their tasks waited: the SLO bounds failures, too.
    """
    design, system = searching((1,)), ToldSystem(always(MET, MISSED))
    system.answer(design)
    *closed, probe = system.kept
    system.kept = [*closed, replace(probe, result=replace(probe.result, errors=errors_of(12, 400)))]

    bracket = _bracket(design, system)
    assert (bracket.low, bracket.high) == (None, None)
    assert "orders failed at" in (bracket.why or "") and "12 of 400 did" in (bracket.why or "")
    assert capacity_result(design, system.kept, "a-run").exit_code == 3


@pytest.mark.parametrize(
    ("sides", "kept"),
    [((MET, MISSED), False), ((MET, UNDECIDED), False), ((MISSED, MISSED), True)],
    ids=["activities agree", "one side agrees", "activities miss it too"],
)
def test_a_rate_at_which_workflow_tasks_wait_too_long_is_not_kept(
    sides: tuple[Decided, Decided], kept: bool
) -> None:
    """
    The bound is on both queues; where activities miss it as well, a lower rate is probed, and may keep it.
    """
    design, system = searching((1,)), ToldSystem(always(*sides))
    system.answer(design)
    closed, probe = system.kept[:2]
    late = replace(probe.result, workflow_decision=shared(0.4, 0.15))

    found = design.search(1, [closed, replace(probe, result=late)])

    rate = rates_of([probe])[0]
    if kept:
        assert found.bracket is None and found.rate is not None and found.rate < rate
        return
    assert found.bracket is not None and (found.bracket.low, found.bracket.high) == (None, None)
    why = found.bracket.why or ""
    assert why.startswith(f"workflow tasks missed the bound at {rate:.3g}/s, where activities did not: 5 %")
    assert "60 did, where 15 may" in why


def test_the_overhead_that_the_probe_shows_moves_the_next_rate() -> None:
    """Orders that draw 0.27 s and hold their slots 0.3 s: 30 ms that the saturate step did not tell."""
    design = searching((1,))

    def slower(measured: Measured) -> Measured:
        return replace(measured, drawn_work_seconds=0.27)

    system = ToldSystem(always(UNDECIDED, UNDECIDED), change=slower)

    system.answer(design)

    rates = rates_of(system.kept)
    assert len(rates) == 2
    assert rates[1] < 0.98 * rates[0]


def test_a_budget_ends_the_search() -> None:
    """It counts seconds of windows; what was not searched has no bracket."""
    design = searching(budget_seconds=70.0)
    system = ToldSystem(always(MET, MISSED))

    answer = system.answer(design)

    assert answer.why == "the budget of 70 s of windows is spent"
    assert [step.key.replicas for step in system.kept] == [1, 1]
    assert design.search(2, system.kept).bracket is None


def test_a_kept_step_is_not_measured_again() -> None:
    """So an interrupted search goes on where it was."""
    design, system = searching(), ToldSystem(always(MET, MISSED))
    system.answer(design)

    for number in range(1, len(system.kept)):
        assert design.left(system.kept[:number])[0] == system.kept[number].key
    assert design.left(system.kept) == ()


def test_the_answer_names_every_count_its_path_and_its_headroom() -> None:
    """Against a grid of the same resolution it takes an eighth of the seconds."""
    design = searching(rate=2.0)
    system = ToldSystem(always(MET, MISSED))
    system.answer(design)

    result = capacity_result(design, system.kept, "a-run")

    assert [one.replicas for one in result.counts] == [1, 2]
    assert [len(one.path) for one in result.counts] == [1, 1]
    assert [one.headroom.carries for one in result.counts if one.headroom is not None] == [
        Carries.NOT_ENOUGH,
        Carries.ENOUGH,
    ]
    assert (result.enough, result.exit_code) == (2, 0)
    assert result.measured_seconds < result.grid_seconds / 5


@pytest.mark.parametrize(
    ("rate", "code"), [(None, 0), (0.1, 0), (1000.0, 1)], ids=["brackets", "carried", "not-carried"]
)
def test_the_exit_code_is_the_gate(rate: float | None, code: int) -> None:
    """Without a rate it says whether every count has a bracket."""
    design, system = searching((1,), rate=rate), ToldSystem(always(MET, MISSED))
    system.answer(design)

    assert capacity_result(design, system.kept, "a-run").exit_code == code
    assert capacity_result(design, [], "a-run").exit_code == 3


@pytest.mark.parametrize(
    ("work", "known"),
    [("uniform", (5.0127, 0.5521)), ("exponential", (5.0055, 0.6104))],
    ids=["uniform", "exponential"],
)
def test_brackets_of_simulated_queues_hold_the_truth(work: str, known: tuple[float, float]) -> None:
    """Two whole searches of a system that the model does not hold in full; `make truth-capacity` makes a hundred."""
    traits = Traits(2, jitter_seconds=0.004, contention=0.02, partitions=2, retried=0.003)
    # Capacity and bound as `capacity_of` and `bound_of` find them in runs of 20,000 to 30,000 orders.
    subject = Subject(traits, work, known=known)
    truth, bound = subject.limit_utilization * capacity_of(subject), bound_of(subject).seconds

    for seed in (1, 2):
        design = Capacity(plan_of_one_count(2, bound, work, seed), CapacityQuestion(0, 1, 3), 60_000, 40_000)
        kept, _ = SearchedSystem(traits, seed).answer(design)
        bracket = design.search(2, kept).bracket
        assert bracket is not None and bracket.low is not None and bracket.high is not None
        assert bracket.low <= truth <= bracket.high
