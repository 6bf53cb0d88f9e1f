"""
How sure the answers of a run are: one sentence a fact, with the numbers that it rests on.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.plan import Slo
from loadtest.report.certainty import certainties
from loadtest.results.disturbance import Disturbance, DisturbanceKind
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Errors, Limit, MeasuredCapacity
from loadtest.results.sweep_result import SweepResult
from loadtest.results.window_decision import Decided, Decision, LongRunP95

MISSED = Decision(Decided.MISSED, 40.0, 61.0, 22.0, 4.0, None, ())
LONG_RUN = LongRunP95(0.229, 2.1, 1.4, 3.3, None, 61.0, 58.0, ())


@pytest.fixture(scope="module")
def sweep() -> SweepResult:
    """
    A run of one saturate and one open step.
    """
    return analyse(
        [synthetic_steps.step(1, "saturate"), synthetic_steps.step(1, "open")],
        synthetic_steps.demo_plan(),
        synthetic_steps.manifest(),
    )


def _told(sweep: SweepResult, **readings: object) -> tuple[str, ...]:
    """Say what is said of the open step with other readings."""
    (found,) = certainties(_with(sweep, lambda step: replace(step, **readings)))  # type: ignore[arg-type]
    return found.sentences


def _with(sweep: SweepResult, change: object) -> SweepResult:
    steps = tuple(
        step if step.load.kind == "saturate" else change(step)  # type: ignore[operator]
        for step in sweep.steps
    )
    return replace(sweep, steps=steps)


def test_only_open_steps_answer_anything(sweep: SweepResult) -> None:
    """The saturate step is there to calibrate; the title names the count and its rate."""
    assert [found.title for found in certainties(sweep)] == ["1 replica at 1.8/s"]


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        pytest.param(
            MISSED,
            "Missed. In 40 s 61 tasks waited longer than 150 ms. A system just at the limit would have had 22 ± 10 on the "
            "very same arrivals and work, so the difference is no luck of these arrivals.",
            id="missed",
        ),
        pytest.param(
            replace(MISSED, answer=Decided.MET, late=3.0),
            "Met. In 40 s 3 tasks waited longer than 150 ms.",
            id="met",
        ),
        pytest.param(
            replace(MISSED, answer=Decided.UNDECIDED, late=25.0, why="3 more than the limit"),
            "± 10 on the very same arrivals and work: 3 more than the limit. To decide it, write max_window_seconds = 80, "
            "or test a rate that is 7 % lower or higher.",
            id="undecided-and-what-would-decide-it",
        ),
        pytest.param(
            replace(MISSED, answer=Decided.MET, why="by the model, which the window did not contradict"),
            "Met by the model, which the window did not contradict.",
            id="by-the-model",
        ),
        pytest.param(
            replace(
                MISSED,
                answer=Decided.UNDECIDED,
                late=0.0,
                twin_late=1.5,
                why="1.5 late by now, too few to tell",
            ),
            "To decide it, write max_window_seconds = 320, or",
            id="so-slow-that-nothing-could-be-late-yet",
        ),
        pytest.param(
            Decision(Decided.UNDECIDED, 40.0, 0.0, 0.0, 0.0, "its activities wait in other task queues", ()),
            "Undecided: its activities wait in other task queues.",
            id="without-twins",
        ),
    ],
)
def test_an_answer_is_told_with_what_it_rests_on(sweep: SweepResult, decision: Decision, told: str) -> None:
    """Both counts of late tasks, 2.6 deviations of their difference, and the seconds."""
    assert told in _told(sweep, decision=decision)[0]


def test_no_decision_is_told_with_its_reason(sweep: SweepResult) -> None:
    """Nothing is guessed from the window's own p95."""
    sentences = _told(sweep, decision=None, why={"decision": "this cell has no valid saturate step"})

    assert sentences[0] == "Not decided: this cell has no valid saturate step."


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param(
            LONG_RUN,
            "The p95 of this window alone is 229 ms; the long run has about 2.1 s, between 1.4 s and 3.3 s by what "
            "a rate 5 % lower or higher would have and by this window.",
            id="known",
        ),
        pytest.param(
            replace(LONG_RUN, value=None, low=None, high=None, why="the window has too few samples for it"),
            "229 ms; what the long run has is not known: the window has too few samples for it.",
            id="refused",
        ),
        pytest.param(
            replace(LONG_RUN, alarms=("61 late tasks, and the model expects 20 ± 9",)),
            "The model does not fit this step (61 late tasks, and the model expects 20 ± 9), so no long run is told from it",
            id="misfit",
        ),
    ],
)
def test_the_windows_p95_never_stands_alone(sweep: SweepResult, found: LongRunP95, told: str) -> None:
    """Beside it stands the long run's, or why that is not known."""
    assert told in " ".join(_told(sweep, long_run_p95=found))


def test_what_is_left_of_the_capacity_is_told(sweep: SweepResult) -> None:
    """1.8/s of 2.4/s are 75 %, and 0.6/s are left; what limited the capacity is named unless it was the slots."""
    capacity = MeasuredCapacity(2.4, 0.05, known_draws=True, limit=Limit.HAND_OVER)

    text = " ".join(_told(sweep, capacity=capacity, utilization_ratio=0.75))

    assert "Offered is 75 % of what was completed under saturation, 2.40 ± 0.05/s" in text
    assert "limited by hand-over, not by the slots" in text
    assert "0.6/s are left" in text


def test_a_rate_above_what_was_completed_leaves_nothing(sweep: SweepResult) -> None:
    """Nobody has -0.02/s to spare."""
    capacity = MeasuredCapacity(1.78, 0.05, known_draws=True, limit=Limit.SLOTS)

    text = " ".join(_told(sweep, capacity=capacity, utilization_ratio=1.01))

    assert "1.78 ± 0.05/s (the luck of the draws taken out): nothing is left." in text


def test_orders_of_minutes_have_a_capacity(sweep: SweepResult) -> None:
    """Thousandths a second are not none."""
    capacity = MeasuredCapacity(0.00333, 0.0004, known_draws=True, limit=Limit.SLOTS)
    (step,) = [step for step in sweep.steps if step.load.kind == "open"]

    text = " ".join(
        _told(sweep, capacity=capacity, utilization_ratio=0.6, load=replace(step.load, arrival_rate=0.002))
    )

    assert "0.0033 ± 0.0004/s" in text
    assert "0.00133/s are left" in text


def test_no_failure_of_few_orders_is_no_proof(sweep: SweepResult) -> None:
    """Of 0 of 54 up to 5.4 % may fail in the long run."""
    assert _told(sweep, errors=Errors(0, 54, 0.0, 0.054))[-1] == (
        "0 of 54 orders failed, so up to 5.4 % may in the long run."
    )


@pytest.mark.parametrize(
    ("decision", "told"),
    [
        pytest.param(None, " is not decided: the rate is not so far from the limit.", id="not decided"),
        pytest.param(
            replace(MISSED, answer=Decided.MET, why="by the model, and the window does not contradict it"),
            ": met by the model, and the window does not contradict it.",
            id="met",
        ),
    ],
)
def test_the_orders_time_is_answered_where_it_is_bounded(
    sweep: SweepResult, decision: Decision | None, told: str
) -> None:
    """It may be all that the plan asks."""
    asked = replace(sweep, slo=Slo(schedule_to_start_p95_seconds=None, end_to_end_p95_seconds=2.5))
    why = {"end_to_end_decision": "the rate is not so far from the limit"}

    sentences = _told(asked, end_to_end_decision=decision, why=why)

    assert f"Whether at most 5 % of the orders take longer than 2.5 s{told}" in sentences


def test_repetitions_are_told_apart(sweep: SweepResult) -> None:
    """Each has an answer of its own, and the count's is made of both."""
    (step,) = [step for step in sweep.steps if step.load.kind == "open"]
    both = (replace(step, decision=MISSED), replace(step, repetition=2, decision=replace(MISSED, late=55.0)))

    (found,) = certainties(replace(sweep, steps=(sweep.steps[0], *both)))

    assert any(told.startswith("Repetition 1: missed. In 40 s 61 tasks") for told in found.sentences)
    assert any(told.startswith("Repetition 2: missed. In 40 s 55 tasks") for told in found.sentences)


def test_an_overloaded_step_says_nothing_of_a_long_run(sweep: SweepResult) -> None:
    """Its waits grow with the window."""
    reasons = ("2.60/s is above capacity",)

    sentences = _told(sweep, verdict=StepVerdict.OVERLOADED, reasons=reasons)

    assert sentences == ("Overloaded: 2.60/s is above capacity. Its waits are those of this window alone.",)


def test_a_disturbed_attempt_is_told_beside_the_one_that_counts(sweep: SweepResult) -> None:
    """What hit it and when, and that nothing rests on it."""
    hit = Disturbance(
        DisturbanceKind.STOLEN_CPU, 14.5, 24.5, "the host kept up to 0.80 of 2 cores back", counts=True
    )
    (step,) = [step for step in sweep.steps if step.load.kind == "open"]
    disturbed = replace(step, verdict=StepVerdict.INVALID, disturbances=(hit,), decision=MISSED)
    again = replace(step, attempt=2)
    both: tuple[StepResult, ...] = (sweep.steps[0], disturbed, again)

    (found,) = certainties(replace(sweep, steps=both))

    assert found.sentences[-1] == (
        "Attempt 1 was disturbed and was measured again: the host kept up to 0.80 of 2 cores back in seconds 14 to 24. "
        "Nothing above rests on it."
    )
    assert not any("61 tasks" in sentence for sentence in found.sentences)


def test_a_disturbed_attempt_that_none_followed_was_not_measured_again(sweep: SweepResult) -> None:
    """Another repetition is no other attempt: the last one of three, or one before the run was interrupted."""
    hit = Disturbance(
        DisturbanceKind.STALL, 14.5, 24.5, "this machine stood still for up to 2.0 s", counts=True
    )
    (step,) = [step for step in sweep.steps if step.load.kind == "open"]
    disturbed = replace(step, verdict=StepVerdict.INVALID, disturbances=(hit,))
    other = replace(step, repetition=2)

    (found,) = certainties(replace(sweep, steps=(sweep.steps[0], disturbed, other)))

    assert found.sentences[-1] == (
        "Repetition 1: attempt 1 was disturbed: this machine stood still for up to 2.0 s in seconds 14 to 24. "
        "Nothing above rests on it."
    )
