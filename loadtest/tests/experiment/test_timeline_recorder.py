"""
The seconds of a step: what is seen, and what is a gap.
"""

from __future__ import annotations

from collections.abc import Sequence

import fake_ports
import pytest
from fake_steps import WARM_UP_SECONDS, WINDOW_SECONDS, AnsweringRule, carry_out, quick_plan
from fake_system import FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.window_plan import WindowPlan
from loadtest.experiment.progress import Event, Tick
from loadtest.plan import Slo
from loadtest.results.metric_difference import Histogram
from loadtest.results.step_result import StepVerdict
from loadtest.results.window_decision import Decided

ENDS = WARM_UP_SECONDS + WINDOW_SECONDS


async def test_each_second_says_its_phase_and_what_was_counted(system: FakeSystem) -> None:
    """Warm-up, window and drain by the order's own lengths; counts only rise."""
    measured, _ = await carry_out(system)
    seconds = measured.timeline

    assert [second.phase for second in seconds if second.at < WARM_UP_SECONDS] == ["warm-up"] * 10
    assert {second.phase for second in seconds if WARM_UP_SECONDS <= second.at < ENDS} == {"window"}
    assert {second.phase for second in seconds if second.at >= ENDS} == {"drain"}
    finished = [second.activities_finished for second in seconds]
    assert None not in finished
    assert finished == sorted(finished, key=lambda count: count or 0.0)
    # 420 workflows of the window and 68 of the warm-up had closed by then; six activities each.
    assert seconds[69].activities_finished == pytest.approx(6 * 7 * 68.6, abs=12)


@pytest.mark.parametrize("part", ["queue", "worker"])
async def test_polls_that_fail_are_gaps_and_no_zeros(system: FakeSystem, part: str) -> None:
    """Five seconds without an answer in mid-window: nothing is known of them, and the step goes on."""
    system.away = {part: (20.5, 25.5)}

    measured, _ = await carry_out(system)

    gaps = {
        round(second.at)
        for second in measured.timeline
        if (second.backlog_activity if part == "queue" else second.activities_finished) is None
    }
    assert gaps == {21, 22, 23, 24, 25}
    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID
    if part == "worker":
        assert any("a look at the workers' pages failed" in note for note in measured.notes)


async def test_the_first_seconds_count_from_the_first_look(system: FakeSystem) -> None:
    """Counts of earlier steps are on the same pages and in no second of this one."""
    await carry_out(system)

    measured, _ = await carry_out(system)

    first = measured.timeline[0].activities_finished
    assert first is not None
    assert first < 6 * 7 * 2


async def test_late_tasks_are_counted_from_the_windows_first_look(system: FakeSystem) -> None:
    """A tenth of the window's tasks waits longer than the bound, whatever the warm-up had."""
    system.late_share = 0.1
    rule = AnsweringRule(WINDOW_SECONDS, answers_at=30, answer=Decided.MISSED)

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0))

    assert measured.decision is not None
    assert measured.decision.late == pytest.approx(0.1 * 6 * 7 * measured.decision.seconds, rel=0.02)


async def test_of_many_workers_those_looked_at_stand_for_all(system: FakeSystem) -> None:
    """The twins are late as all workers are: half of the counts would pass for half of the late tasks, and so for met."""
    system.late_share = 0.1
    rule = AnsweringRule(WINDOW_SECONDS, answers_at=30, answer=Decided.MISSED)

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0), replicas=28)

    assert measured.decision is not None
    assert measured.decision.late == pytest.approx(0.1 * 6 * 7 * measured.decision.seconds, rel=0.05)
    assert rule.seen_ratio == 0.5


async def test_what_the_rule_says_is_told_with_each_second(system: FakeSystem) -> None:
    """Nothing in the warm-up; then how many tasks were late so far."""
    told: list[Event] = []

    await carry_out(system, WindowPlan(AnsweringRule(WINDOW_SECONDS, 20), "1/1", 1.0), told.append)

    said = [(event.second.at, event.undecided) for event in told if isinstance(event, Tick)]
    assert {sentence for at, sentence in said if at < WARM_UP_SECONDS} == {""}
    assert any(sentence.startswith("0 of ") for at, sentence in said if at > WARM_UP_SECONDS + 2)


async def test_a_rule_gets_nothing_where_the_pages_are_away(system: FakeSystem) -> None:
    """It decides on the next look that there is, and the window goes on until then."""
    system.away = {"worker": (WARM_UP_SECONDS + 15, WARM_UP_SECONDS + 25.5)}
    rule = AnsweringRule(WINDOW_SECONDS, answers_at=20)

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0))

    assert measured.decision is not None
    assert 25 <= measured.decision.seconds <= 27
    assert measured.window_seconds < WINDOW_SECONDS


def _in_the_sdks_buckets(samples: Sequence[float]) -> Histogram:
    bounds = (0.1, 0.5, 1.0, 5.0, float("inf"))
    places = [next(place for place, bound in enumerate(bounds) if sample <= bound) for sample in samples]
    return Histogram(bounds, tuple(places.count(place) for place in range(len(bounds))), sum(samples))


async def test_pages_that_do_not_tell_the_late_tasks_are_read_all_the_same(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step is valid and undecided, as nobody knows how many were late; its window is whole and its seconds are no gaps."""
    monkeypatch.setattr(fake_ports, "buckets", _in_the_sdks_buckets)
    plan = quick_plan(slo=Slo(schedule_to_start_p95_seconds=0.05))

    measured, _ = await carry_out(
        system, WindowPlan(AnsweringRule(WINDOW_SECONDS, 20), "1/1", 0.05), plan=plan
    )

    found = read_step(measured, plan)
    assert (found.verdict, found.reasons, found.decision) == (StepVerdict.VALID, (), None)
    assert "waited between 0 and 0.1 s, the histogram has no bound in between" in found.why["decision"]
    assert measured.window_seconds == WINDOW_SECONDS
    assert not any("could not be read" in note for note in measured.notes)
    assert None not in [second.activities_finished for second in measured.timeline]
