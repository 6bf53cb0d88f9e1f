"""
A window goes on until its twins decide, or its budget or fixed length is over.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from loadtest.analysis.twin.decision import DecisionRule
from loadtest.analysis.twin.stopping_rule import Enough, FixedWindow, GoOn, UntilDecided
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks
from loadtest.results.window_decision import Decided

TWINS = TwinLateTasks(tuple(tuple([1] * 80) for _ in range(6)))


def _fed(rule: UntilDecided, late_per_second: float, seconds: int = 80) -> tuple[int, Enough, list[str]]:
    said = []
    for second in range(1, seconds + 1):
        found = rule.feed(second, 10.0 * second, round(late_per_second * second))
        if isinstance(found, Enough):
            return second, found, said
        said.append(found.sentence)
    raise AssertionError("it never ends")


@pytest.mark.parametrize(("late_per_second", "answer"), [(0.1, Decided.MET), (2.5, Decided.MISSED)])
def test_a_clear_case_ends_at_the_first_look(late_per_second: float, answer: Decided) -> None:
    """
    Not before, however clear it is.
    """
    second, found, said = _fed(UntilDecided(TWINS, 80), late_per_second)

    assert second == 20
    assert found.decision is not None
    assert found.decision.answer is answer
    assert found.sentence.startswith(f"{answer.value} after 20 s: ")
    assert "next look at 20 s" in said[0]


def test_an_unclear_case_says_what_is_undecided_and_spends_its_budget() -> None:
    """
    At each look it says why it goes on; at the end what would decide it.
    """
    second, found, said = _fed(UntilDecided(TWINS, 60, arrival_rate=2.0), 1.0)

    assert second == 60
    assert found.decision is not None
    assert found.decision.answer is Decided.UNDECIDED
    assert said[19] == (
        "undecided at 20 s: 20 late, and a system just at the limit would have 20 ± 8; next look at 25 s"
    )
    assert said[25] == "26 late, a system just at the limit would have 26; next look at 30 s"
    assert found.sentence.endswith(
        "write max_window_seconds = 120, or test 1.86/s or 2.14/s, which is decided sooner"
    )


def test_a_window_in_which_hardly_a_task_could_be_late_is_told_how_long_it_must_be() -> None:
    """
    One late task of the twins in a minute: twice the minute would tell no more, and so would four times.
    """
    rare = TwinLateTasks(((*[0] * 30, 1, *[0] * 49),) * 6)

    _, found, _ = _fed(UntilDecided(rare, 60, arrival_rate=0.1), 0.0)

    assert "a system just at the limit would have 1.0 late by now, too few to tell" in found.sentence
    assert "write max_window_seconds = 720, or test" in found.sentence


def test_a_budget_between_two_looks_is_the_last_look() -> None:
    """
    What 50 s show is judged, though no look is planned there.
    """
    rule = UntilDecided(TWINS, 50, DecisionRule(looks=(20, 60)))

    second, found, said = _fed(rule, 1.0)

    assert second == 50
    assert found.decision is not None and found.decision.seconds == 50
    assert said[-1].endswith("next look at 50 s")


def test_a_look_that_was_missed_is_made_as_soon_as_there_is_a_count() -> None:
    """
    Counts at 15 and 33 s: the looks of 20 and 30 s are made at 33.
    """
    rule = UntilDecided(TWINS, 80)

    assert isinstance(rule.feed(15, 150, 1), GoOn)
    found = rule.feed(33, 330, 3)

    assert isinstance(found, Enough)
    assert found.decision is not None and found.decision.seconds == 33


@pytest.mark.parametrize(
    ("late_per_second", "ended"), [(0.1, 50), (2.5, 20)], ids=["met waits for it", "missed does not"]
)
def test_met_is_no_answer_before_enough_of_what_else_is_counted(late_per_second: float, ended: int) -> None:
    """
    It ends at the first look from then on; a bound that is missed is missed, whatever else would be seen.
    """
    second, _, said = _fed(UntilDecided(TWINS, 80, met_from_seconds=41), late_per_second)

    assert second == ended
    if ended > 20:
        assert said[24] == "met so far, and too few workflow tasks or orders were seen; next look at 30 s"


def test_a_budget_ends_met_all_the_same() -> None:
    """
    There is no time left for what else is counted.
    """
    second, found, _ = _fed(UntilDecided(TWINS, 60, met_from_seconds=70), 0.1)

    assert second == 60
    assert found.decision is not None and found.decision.answer is Decided.MET


def test_counts_that_run_backwards_are_refused() -> None:
    """
    A worker that began anew must not pass for a quiet second.
    """
    rule = UntilDecided(TWINS, 80)
    rule.feed(5, 50, 4)

    with pytest.raises(ValueError, match="run backwards"):
        rule.feed(6, 60, 0)


def test_a_budget_beyond_the_twins_is_refused() -> None:
    """
    Past their end there would be nothing to compare with.
    """
    with pytest.raises(ValueError, match="simulate them longer"):
        UntilDecided(TWINS, 81)


def test_a_fixed_window_ends_when_it_is_over() -> None:
    """
    It decides nothing.
    """
    rule = FixedWindow(20)

    assert rule.feed(19.5, 1, 1) == GoOn("0 s of a fixed window are left")
    assert rule.feed(20.0, 1, 1) == Enough("the window of 20 s is over")
    assert rule.longest_seconds == 20


def test_a_decision_is_written_as_json() -> None:
    """
    Plain data all through, so that a report can be drawn from the folder.
    """
    _, found, _ = _fed(UntilDecided(TWINS, 80), 0.1)
    assert found.decision is not None

    written = json.loads(json.dumps(asdict(found.decision)))

    assert written["answer"] == "met"
    assert len(written["blocks"]) == 2
