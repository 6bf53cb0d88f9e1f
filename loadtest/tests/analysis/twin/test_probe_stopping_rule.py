"""
A probe's window ends when both sides are decided, when one contradicts the model, or with its budget.
"""

from __future__ import annotations

import pytest

from loadtest.analysis.capacities.capacity_search import PROBE_MISFIT_RATIO
from loadtest.analysis.twin import DecisionRule, Enough, TwinLateTasks
from loadtest.analysis.twin.probe_stopping_rule import UntilSidesDecided
from loadtest.results.window_decision import Decided

MET, MISSED, UNDECIDED = Decided.MET, Decided.MISSED, Decided.UNDECIDED
BUDGET = 100


def _twins(late_a_second: int) -> TwinLateTasks:
    return TwinLateTasks(tuple((late_a_second,) * BUDGET for _ in range(6)))


@pytest.mark.parametrize(
    ("late_a_second", "sides", "answer", "seconds"),
    [
        pytest.param(4, (MET, MISSED), UNDECIDED, 20, id="between-the-two"),
        pytest.param(9, (MISSED, MISSED), MISSED, 20, id="later-than-the-slower"),
        pytest.param(1, (MET, MET), MET, 20, id="fewer-than-the-faster"),
        pytest.param(6, (UNDECIDED, MISSED), UNDECIDED, BUDGET, id="like-the-slower"),
        pytest.param(2, (MET, UNDECIDED), UNDECIDED, BUDGET, id="like-the-faster"),
    ],
)
def test_both_sides_are_decided_by_one_window(
    late_a_second: int, sides: tuple[Decided, Decided], answer: Decided, seconds: int
) -> None:
    """Of a slower system 6 tasks a second are late and of a faster one 2."""
    rule = UntilSidesDecided(_twins(6), _twins(2), BUDGET, DecisionRule(misfit_ratio=PROBE_MISFIT_RATIO))

    for second in range(1, BUDGET + 1):
        said = rule.feed(second, 24 * second, late_a_second * second)
        if isinstance(said, Enough):
            break

    assert isinstance(said, Enough)
    assert said.probe is not None and said.decision is not None
    assert (said.probe.against_slower.answer, said.probe.against_faster.answer) == sides
    assert (said.decision.answer, second) == (answer, seconds)


def test_counts_that_run_backwards_are_refused() -> None:
    """As after a restart of what counts."""
    rule = UntilSidesDecided(_twins(6), _twins(2), BUDGET, DecisionRule())
    rule.feed(1.0, 24, 3)

    with pytest.raises(ValueError, match="run backwards"):
        rule.feed(2.0, 30, 2)
