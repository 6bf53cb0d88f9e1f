"""
Which invalid closed steps a sweep leaves as they are, and what it says of them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import BESIDE_OTHERS, UNSEEN_SERVER, Change, counter, filled, little, not_level

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.analysis.judged_steps.worth_another_attempt import answer_rests_on, why_not_again
from loadtest.plan import Fraction, Load, Open, Saturate
from loadtest.results.disturbance import OutsideLook
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepVerdict

PLAN = synthetic_steps.demo_plan()
SATURATE, SHARE, GIVEN = Saturate(window_seconds=15), Open(), Open(arrival_rate=1.8)


def _late(step: Measured) -> Measured:
    assert step.worker_window is not None
    return replace(step, worker_window=replace(step.worker_window, seconds=1.03 * step.worker_window.seconds))


def _stalled(step: Measured) -> Measured:
    looks = tuple(OutsideLook(5.0 * n, 5.0, 5.0, stall_seconds=1.2 if n == 2 else 0.0) for n in range(5))
    return replace(step, outside=looks)


def _without_a_replica(step: Measured) -> Measured:
    return replace(step, gone=("worker-2",))


def _restarted(step: Measured) -> Measured:
    return replace(step, outside=(OutsideLook(10.0, 5.0, 5.0, restarts=("the server",)),))


def _closed(replicas: int, *changes: Change) -> Measured:
    step = synthetic_steps.step(replicas, "saturate")
    for change in changes:
        step = change(step)
    return step


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param((not_level, filled), id="not level"),
        pytest.param((_late, filled), id="a look came late"),
        pytest.param((_stalled, filled), id="stood still for want of a core"),
    ],
)
def test_what_a_full_machine_makes_is_not_measured_again(changes: tuple[Change, ...]) -> None:
    """The same would come of it, and it is told as a note of the step."""
    step = _closed(4, *changes)

    read = read_step(step, PLAN, judge_closed([step], PLAN))

    assert read.verdict is StepVerdict.INVALID
    told = why_not_again(step, PLAN)
    assert told is not None
    assert "1.97 of 2 cores are busy" in told
    assert read.notes[-1] == f"a sweep does not measure this step again: {told}"


@pytest.mark.parametrize(
    ("replicas", "changes"),
    [
        pytest.param(1, (not_level, filled), id="the count of which the rate is a share"),
        pytest.param(4, (not_level,), id="a machine with a core left"),
        pytest.param(4, (not_level, lambda s: filled(s, BESIDE_OTHERS)), id="filled by other programs"),
        pytest.param(
            4, (not_level, lambda s: filled(s, UNSEEN_SERVER)), id="beside a server whose CPU is not seen"
        ),
        pytest.param(4, (not_level, _without_a_replica, filled), id="a replica went as well"),
        pytest.param(4, (little(1.2), filled), id="time is missing on one side"),
        pytest.param(
            4, (counter("server_whole", "server.workflow_closed", 1), filled), id="counts do not agree"
        ),
        pytest.param(4, (not_level, _restarted, filled), id="the server was started anew"),
    ],
)
def test_what_may_go_by_itself_is_measured_again(replicas: int, changes: tuple[Change, ...]) -> None:
    """And so is whatever an answer rests on."""
    step = _closed(replicas, *changes)

    assert read_step(step, PLAN).verdict is StepVerdict.INVALID
    assert why_not_again(step, PLAN) is None
    assert not any("measure this step again" in note for note in read_step(step, PLAN).notes)


@pytest.mark.parametrize(
    ("loads", "replicas", "rests"),
    [
        pytest.param((SATURATE, SHARE), 1, True, id="the rate is a share of it"),
        pytest.param((SATURATE, SHARE), 4, False, id="the rate is another count's"),
        pytest.param((SATURATE, GIVEN), 1, False, id="the plan names the rate"),
        pytest.param((SATURATE, SHARE, Fraction()), 4, True, id="a fraction of it is asked"),
    ],
)
def test_an_answer_rests_on_the_loads_that_give_its_rate(
    loads: tuple[Load, ...], replicas: int, rests: bool
) -> None:
    """Beside its own steps, on which it always rests."""
    plan = synthetic_steps.demo_plan(loads=loads)

    assert answer_rests_on(replicas, 0, plan) is rests
    assert answer_rests_on(replicas, 1, plan)


def test_a_plan_of_closed_loads_alone_wants_each_of_them() -> None:
    """They are all that it asks for."""
    plan = synthetic_steps.demo_plan(loads=(SATURATE,))
    step = filled(not_level(synthetic_steps.step(4, "saturate", 1, plan)))

    assert why_not_again(step, plan) is None


def test_an_attempt_that_was_made_is_not_told_as_left_out() -> None:
    """As in runs of older versions, and in searches for a capacity, which rest on the closed load of each count."""
    first = _closed(4, not_level, filled)
    second = replace(first, key=replace(first.key, attempt=2))
    closed = judge_closed([first, second], PLAN)

    assert not any(
        "again" in note for step in (first, second) for note in read_step(step, PLAN, closed).notes
    )
