"""
What a search for the limit answers, as one sentence and as an exit code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.report.limits_page import limits_headline
from loadtest.results.comparison_result import QuantityComparison, Standing
from loadtest.results.limits_result import LimitsAnswer, LimitsResult, TriedRelief
from loadtest.results.suspect import Suspect, SuspectName

SLOTS = found(
    SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use while 18 activities wait and polls are answered at once"
)
POLLERS = found(SuspectName.ACTIVITY_POLLERS, 3, "5 of 5 polls are out all the time")
QUEUE = found(SuspectName.QUEUE_RATE_WORKER, 2, "6 activities/s")
CALLED = found(SuspectName.DOWNSTREAM, 4, "an activity executes 992 ms instead of 100 ms")


def _result(answer: LimitsAnswer, *tried: TriedRelief, **more: Any) -> LimitsResult:
    base = LimitsResult(1, "r", answer, (SLOTS,), None, tried, (SLOTS, POLLERS), None, None)
    return replace(base, **more)


def _tried(suspect: Suspect, relief: str, standing: Standing, *interval: float) -> TriedRelief:
    compared = QuantityComparison("throughput", "orders/s", 2.5, 3.5, standing, *interval, 3, None)
    return TriedRelief(suspect, relief, compared)


MOVED = _tried(SLOTS, "6 activity slots", Standing.BETTER, 1.41, 1.34, 1.48)
SAME = _tried(SLOTS, "6 activity slots", Standing.SAME, 1.01, 0.98, 1.03)
UNSURE = _tried(SLOTS, "6 activity slots", Standing.UNKNOWN, 1.05, 0.9, 1.2)


@pytest.mark.parametrize(
    ("result", "sentence", "code"),
    [
        (
            _result(LimitsAnswer.PROVED, MOVED, next=POLLERS),
            "Activity slots hold you back: 4 of 4 in use while 18 activities wait and polls are answered at once. "
            "6 activity slots gave +41 % (+34 to +48). Change `worker.activity_slots` of the plan, "
            "`REPAIRSHOP_ACTIVITY_SLOTS`, Helm `settings.activitySlots`. "
            "Next: activity pollers, 5 of 5 polls are out all the time.",
            0,
        ),
        (
            _result(LimitsAnswer.PROVED, replace(MOVED, suspect=QUEUE), limits=(QUEUE,), next=QUEUE),
            "The task queue's rate limit, set by its workers, holds you back: 6 activities/s. "
            "6 activity slots gave +41 % (+34 to +48). Change `max_task_queue_activities_per_second` in the worker's code. "
            "Next: the task queue's rate limit, set by its workers again, 6 activities/s.",
            0,
        ),
        (
            _result(LimitsAnswer.NAMED, limits=(CALLED,), why_not_relieved="it is none of the kit's"),
            "What the activities call may hold it back: an activity executes 992 ms instead of 100 ms. "
            "Not relieved here, as it is none of the kit's. Change the capacity of what the activities call.",
            0,
        ),
        (
            _result(LimitsAnswer.NOT_FOUND, SAME, limits=()),
            "Not found: nothing that was relieved raised the throughput (6 activity slots gave the same, +1 % (-2 to +3)). "
            "Not relieved: activity pollers (5 of 5 polls are out all the time).",
            3,
        ),
        (
            _result(LimitsAnswer.NOT_FOUND, SAME, limits=(), ranking=(SLOTS,)),
            "Not found: nothing that was relieved raised the throughput (6 activity slots gave the same, +1 % (-2 to +3)).",
            3,
        ),
        (
            _result(LimitsAnswer.UNKNOWN, UNSURE),
            "Cannot tell whether activity slots hold you back: "
            "6 activity slots gave +5 % (-10 to +20), which does not tell after 3 rounds.",
            3,
        ),
        (
            _result(LimitsAnswer.UNKNOWN, SAME, limits=(), problem="the search ended"),
            "Cannot tell what holds you back: the search ended.",
            3,
        ),
        (
            _result(LimitsAnswer.NOT_FOUND, limits=()),
            "Activity slots or activity pollers may hold it back: 4 of 4 in use while 18 activities wait and polls are answered "
            "at once; 5 of 5 polls are out all the time. Not proved, as nothing was relieved. "
            "To change: `worker.activity_slots` of the plan, `REPAIRSHOP_ACTIVITY_SLOTS`, Helm `settings.activitySlots`; or "
            "`worker.activity_pollers` of the plan, `REPAIRSHOP_ACTIVITY_POLLERS`, Helm `settings.activityPollers`.",
            3,
        ),
        (
            _result(LimitsAnswer.NOT_FOUND, limits=(), ranking=()),
            "Not found: no reading of the saturated step points at a limit.",
            3,
        ),
    ],
    ids=[
        "proved",
        "a name with a comma",
        "not relieved here",
        "not found",
        "nothing else is suspected",
        "cannot tell",
        "interrupted",
        "not proved",
        "nothing points anywhere",
    ],
)
def test_the_answer_is_one_sentence_and_an_exit_code(result: LimitsResult, sentence: str, code: int) -> None:
    """With readings, gain, setting and the next suspect."""
    assert limits_headline(result) == sentence
    assert result.exit_code == code
