"""
What of a step's looks becomes its facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from fake_clock import FakeClock
from fake_ports import FakeMetrics, FakeTarget
from fake_steps import WINDOW_SECONDS, carry_out
from fake_system import FakeSystem

from loadtest.experiment import step
from loadtest.experiment.snapshot import Snapshot
from loadtest.results.measured_step import ProcessUse, Replica


async def test_differences_are_over_the_edges_that_they_name(system: FakeSystem) -> None:
    """The halves add up to the window, and the window is part of the whole."""
    measured, _ = await carry_out(system)

    assert measured.worker_halves is not None
    assert measured.worker_window is not None
    assert measured.worker_whole is not None
    halves = [half.counters["worker.workflow_completed"] for half in measured.worker_halves]
    assert sum(halves) == measured.worker_window.counters["worker.workflow_completed"]
    assert [half.seconds for half in measured.worker_halves] == [WINDOW_SECONDS / 2] * 2
    assert measured.worker_whole.counters["worker.workflow_completed"] == measured.injector.whole.sent
    assert measured.server_whole is not None
    assert measured.server_whole.counters["server.workflow_closed"] == measured.injector.whole.sent


async def test_cpu_is_that_of_the_window(system: FakeSystem) -> None:
    """Seconds since a process' start say nothing of a window."""
    measured, _ = await carry_out(system)

    assert measured.use["worker"].cpu_seconds == pytest.approx(WINDOW_SECONDS / 10)


async def test_cpu_that_was_not_known_at_the_start_is_not_known(system: FakeSystem) -> None:
    """The reason stands beside it."""
    system.away = {"target": (9.0, 11.0)}

    measured, _ = await carry_out(system)

    assert measured.use["worker"].cpu_seconds is None
    assert measured.use["worker"].why == "not known at the window's start"


@pytest.mark.parametrize(
    ("least", "is_known"), [(60.0, True), (61.0, False)], ids=["long enough", "too short"]
)
async def test_cpu_that_is_told_in_averages_is_not_known_of_a_shorter_window(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch, least: float, is_known: bool
) -> None:
    """Whatever the longest window of the plan is: one that is decided early ends early."""
    used = FakeTarget.use

    async def averaged(target: FakeTarget) -> Mapping[str, ProcessUse]:
        return {part: replace(use, least_seconds=least) for part, use in (await used(target)).items()}

    monkeypatch.setattr(FakeTarget, "use", averaged)

    measured, _ = await carry_out(system)

    assert (measured.use["server"].cpu_seconds is not None) is is_known
    assert is_known or "say nothing of a window of 60 s" in (measured.use["server"].why or "")


async def test_cpu_of_a_window_with_a_gap_is_not_known(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what was used while nobody could be asked; the same gap before both edges hides nothing."""
    used = FakeTarget.use

    async def broken_off(target: FakeTarget) -> Mapping[str, ProcessUse]:
        gaps = {"worker": 1, "server": 2 if system.second > 50 else 1}
        return {part: replace(use, gaps=gaps[part]) for part, use in (await used(target)).items()}

    monkeypatch.setattr(FakeTarget, "use", broken_off)

    measured, _ = await carry_out(system)

    assert measured.use["worker"].cpu_seconds is not None
    assert measured.use["server"].cpu_seconds is None
    assert measured.use["server"].why == "nobody could be asked for a part of the window"


async def test_a_replica_that_nobody_asked_for_is_named(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An autoscaler adds one in mid-window."""
    taken = step.take_snapshot

    async def with_one_more(*args: object, **options: object) -> Snapshot:
        snapshot = await taken(*args, **options)  # type: ignore[arg-type]
        more = Replica("worker-9", None, 9, system.clock.now())
        return replace(snapshot, alive=(*snapshot.alive, more)) if system.second > 50 else snapshot

    monkeypatch.setattr(step, "take_snapshot", with_one_more)

    measured, _ = await carry_out(system)

    assert measured.appeared == ("worker-9",)
    assert measured.gone == ()


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        pytest.param((0.5, 0.25), 0.25, id="the-least"),
        pytest.param((0.5, None), None, id="one-without"),
        pytest.param((None, None), None, id="none"),
    ],
)
async def test_the_cores_that_workers_may_use_are_told(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch, limits: tuple[float | None, ...], told: float | None
) -> None:
    """A replica without a limit is not throttled, so the others' limit is not that of the step."""
    scaled = FakeTarget.scale

    async def limited(target: FakeTarget, replicas: int) -> Sequence[Replica]:
        found = await scaled(target, len(limits))
        return [replace(one, core_limit=limit) for one, limit in zip(found, limits, strict=True)]

    monkeypatch.setattr(FakeTarget, "scale", limited)

    measured, _ = await carry_out(system)

    assert measured.limits.worker_core_limit == told


async def test_a_problem_that_is_seen_at_two_edges_is_told_once(system: FakeSystem) -> None:
    """The same words twice help nobody."""
    system.away = {"target": (9.0, 1e6)}

    measured, _ = await carry_out(system)

    assert len(measured.problems) == len(set(measured.problems)) == 1


async def test_fakes_refuse_what_the_real_ones_refuse() -> None:
    """A counter that fell is an error of the fake as well, and no negative number."""
    system = FakeSystem(clock=FakeClock(), replicas=(Replica("worker-1", None, None, 0.0),))
    metrics = FakeMetrics(system)
    system.closed_before = 5
    before = await metrics.scrape({"worker-1": ""}, "worker")
    system.closed_before = 3

    with pytest.raises(Exception, match="a counter fell"):
        metrics.difference(before, await metrics.scrape({"worker-1": ""}, "worker"), "worker")
