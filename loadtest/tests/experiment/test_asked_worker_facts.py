"""
The subject is measured: what the workers say of themselves decides load and verdict, and not the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import WARM_UP_SECONDS, carry_out, quick_plan
from fake_system import FakeSystem
from fake_workers import FakeWorkers

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.grid import Grid
from loadtest.errors import InputError
from loadtest.experiment.asked_worker_facts import latest_known
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, PhaseStarted, ProblemSeen
from loadtest.plan import Plan, WorkerSetup
from loadtest.results.measured_step import Replica
from loadtest.results.problem import ProblemCause
from loadtest.results.run_folder import Run
from loadtest.results.step_result import StepVerdict
from loadtest.results.worker_facts import WorkerFacts

SATURATE = 0


def _plan(slots: int | None) -> Plan:
    return quick_plan(worker=WorkerSetup(activity_slots=slots))


async def test_a_saturate_load_keeps_as_many_open_as_the_real_slots_ask_for(system: FakeSystem) -> None:
    """A hundred slots in each of two workers, whatever the kit's own worker would have."""
    system.slots = 100

    measured, _ = await carry_out(system, load=SATURATE)

    assert (measured.in_flight, measured.slots) == (400, 200)
    assert [worker.activity_slots for worker in measured.workers] == [100, 100]


async def test_a_saturate_load_of_orders_without_activities_here_follows_workflow_slots(
    system: FakeSystem,
) -> None:
    """Two workers of ten activity slots and a hundred for workflow tasks."""
    measured, _ = await carry_out(system, load=SATURATE, activities=0)

    assert measured.in_flight == 400


async def test_a_plans_number_that_nobody_runs_with_is_refused_before_any_load(system: FakeSystem) -> None:
    """Both numbers and the setting to change stand in one line."""
    system.slots = 100

    with pytest.raises(InputError, match=r"activity_slots = 4 .* run with 100.* write activity_slots = 100"):
        await carry_out(system, plan=_plan(4))
    assert system.instruction is None


@pytest.mark.parametrize("load", [0, 1], ids=["saturate", "open"])
async def test_what_a_run_varies_and_no_worker_is_seen_to_read_is_refused_before_any_load(
    system: FakeSystem, load: int
) -> None:
    """Both values may be one, so rounds of load would end as "the same"."""
    system.shows_main = False

    with pytest.raises(
        InputError, match=r"varies worker\.sandbox, .*only the kit's `main`.*--a-worker-command"
    ):
        await carry_out(system, own_worker=False, load=load, factors=(("worker.sandbox", False),))
    assert system.instruction is None


@pytest.mark.parametrize(
    ("own_worker", "shows_main"),
    [(True, False), (False, True), (False, None)],
    ids=["ours", "main", "not-looked"],
)
async def test_workers_that_may_read_it_are_measured(
    system: FakeSystem, own_worker: bool, shows_main: bool | None
) -> None:
    """The kit's own worker does, though its page failed to answer; so does whoever uses the kit's main."""
    system.shows_main = shows_main

    measured, _ = await carry_out(system, own_worker=own_worker, factors=(("worker.sandbox", False),))

    assert measured.injector.whole.completed


async def test_a_page_that_did_not_answer_once_is_read_again(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy machine is no reason to take the kit's main for a program that reads no settings."""
    system.shows_main, told = True, FakeWorkers.facts

    async def late(workers: FakeWorkers, replicas: Sequence[Replica]) -> Sequence[WorkerFacts]:
        facts = await told(workers, replicas)
        return facts if system.clock.now() > began + 3 else [replace(one, shows_main=False) for one in facts]

    began = system.clock.now()
    monkeypatch.setattr(FakeWorkers, "facts", late)

    measured, _ = await carry_out(system, own_worker=False, factors=(("worker.sandbox", False),))

    assert measured.injector.whole.completed


async def test_slots_that_are_varied_are_waited_for(system: FakeSystem) -> None:
    """An open load does not follow the slots, but whether they are the varied ones must be known."""
    system.shows_main, system.slots, system.beats_at = False, 4, system.clock.now() + 30

    measured, _ = await carry_out(
        system, own_worker=False, plan=_plan(4), factors=(("worker.activity_slots", 4),)
    )

    assert measured.slots == 8


async def test_a_sum_that_misses_one_for_a_moment_is_taken_back(system: FakeSystem) -> None:
    """Free and used slots are counted one after the other, so one heartbeat may say three of four."""
    now = system.clock.now()
    system.slots, system.miscounted = 4, (now, now + 6)

    measured, _ = await carry_out(system, plan=_plan(4))

    assert [worker.activity_slots for worker in measured.workers] == [4, 4]
    assert read_step(measured, _plan(4)).verdict is StepVerdict.VALID


async def test_a_sum_under_load_does_not_change_what_was_known_before(system: FakeSystem) -> None:
    """A process keeps its slots."""
    system.slots, system.miscounted = 4, (system.clock.now() + 5, float("inf"))

    measured, _ = await carry_out(system, plan=_plan(4))

    assert [worker.activity_slots for worker in measured.workers] == [4, 4]
    assert read_step(measured, _plan(4)).verdict is StepVerdict.VALID


async def test_a_number_that_is_only_known_at_the_end_makes_the_step_invalid(system: FakeSystem) -> None:
    """The first heartbeat holds none, and an open load does not wait for the second."""
    system.slots, system.beats_at = 100, system.clock.now() + 30

    measured, _ = await carry_out(system, plan=_plan(4))
    result = read_step(measured, _plan(4))

    assert result.verdict is StepVerdict.INVALID
    assert "run with 100" in result.reasons[0]


async def test_a_saturate_load_waits_for_the_first_heartbeat_with_numbers(system: FakeSystem) -> None:
    """Whoever watches is told what for."""
    told: list[Event] = []
    system.slots, system.beats_at = 100, system.clock.now() + 30

    measured, _ = await carry_out(system, tell=told.append, load=SATURATE)

    assert measured.in_flight == 400
    assert any(isinstance(event, PhaseStarted) and "heartbeats" in event.phase for event in told)


async def test_a_step_of_more_orders_than_can_be_awaited_begins_no_load(system: FakeSystem) -> None:
    """The slots that an SDK gives by itself are known once the workers have told them."""
    system.slots = 1000

    with pytest.raises(InputError, match="2 replicas would keep 4,000 orders open"):
        await carry_out(system, load=SATURATE)
    assert system.instruction is None


async def test_a_later_count_of_too_many_slots_ends_the_run_at_the_first(
    system: FakeSystem, tmp_path: Path
) -> None:
    """One replica can be measured, four cannot: that is told before minutes are spent on two."""
    system.slots = 200
    run = Run.create(tmp_path, quick_plan(replicas=(1, 2, 4), shuffle=False), synthetic_steps.manifest())

    with pytest.raises(InputError, match="4 replicas would keep 1,600 orders open"):
        await run_experiment(
            {None: fake_ports(system)}, run, Subject(6, own_worker=False), Grid(run.plan), print, system.clock
        )
    assert len(run.read_steps()) == 1


def test_polls_that_a_worker_has_without_load_are_its_pollers() -> None:
    """Under load some of them are being answered."""
    before = (WorkerFacts("w", activity_pollers=5), WorkerFacts("v"))
    after = (WorkerFacts("w", activity_pollers=2), WorkerFacts("v", activity_pollers=1))

    assert [one.activity_pollers for one in latest_known(before, after)] == [5, 1]


@pytest.mark.parametrize("away", [True, False], ids=["server-does-not-answer", "worker-does-not-say"])
async def test_slots_that_nobody_saw_are_not_known(system: FakeSystem, away: bool) -> None:
    """The step is measured all the same; its share of slots in use is no number, with the reason."""
    system.slots = None
    system.away = {"workers": (-1e12, 1e6)} if away else {}

    measured, _ = await carry_out(system, load=SATURATE)
    result = read_step(measured, quick_plan())

    assert (measured.slots, result.slots_used_ratio, result.activity_slots) == (None, None, None)
    told = "cannot be read" if away else "it does not say"
    assert told in result.why["slots_used_ratio"]
    assert any(told in note for note in result.notes)
    assert result.verdict is StepVerdict.VALID, result.reasons


async def test_slots_in_use_come_of_the_workers_where_they_serve_no_page_of_ours(system: FakeSystem) -> None:
    """Half of them, at each look of the window."""
    system.serves_pages = False

    measured, _ = await carry_out(system, own_worker=False)

    assert (measured.slots_used, measured.slots) == (10, 20)
    assert read_step(measured, quick_plan()).slots_used_ratio == 0.5


@pytest.mark.parametrize(
    ("kind", "silent_for", "told"),
    [
        pytest.param("silent_at", "activity", "asked for no activities", id="no-activities"),
        pytest.param("silent_at", "workflow", "asked for no workflow tasks", id="no-workflow-tasks"),
        pytest.param("stopped_at", "activity", "did not answer", id="stopped"),
    ],
)
async def test_one_silent_replica_among_ten_is_named_within_ten_seconds(
    system: FakeSystem, kind: str, silent_for: str, told: str
) -> None:
    """Whoever watches reads its name at once, and the step is invalid."""
    events: list[tuple[float, Event]] = []
    setattr(system, kind, WARM_UP_SECONDS + 20)
    system.silent_for = silent_for

    measured, _ = await carry_out(
        system, tell=lambda event: events.append((system.second, event)), replicas=10
    )
    result = read_step(measured, quick_plan())

    ((at, problem),) = [(at, event.problem) for at, event in events if isinstance(event, ProblemSeen)]
    assert problem.startswith("replica worker-10 ")
    assert told in problem
    assert at - (WARM_UP_SECONDS + 20) <= 10
    assert result.verdict is StepVerdict.INVALID
    assert any("replica worker-10 " in reason for reason in result.reasons)
    (silent,) = measured.problems
    assert (silent.cause, silent.subject) == (ProblemCause.REPLICA_SILENT, "worker-10")


async def test_a_look_that_fails_is_a_gap(system: FakeSystem) -> None:
    """Nobody is called silent for it."""
    system.away = {"workers": (WARM_UP_SECONDS + 1, WARM_UP_SECONDS + 31)}

    measured, _ = await carry_out(system)

    assert any("a look at the workers failed" in note for note in measured.notes)
    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID


def test_slots_of_processes_that_came_later_count() -> None:
    """A launcher starts one after the other."""
    first = WorkerFacts("w", "heartbeat", activity_slots=20, workflow_slots=100)
    last = WorkerFacts("w", "heartbeat", activity_slots=60, workflow_slots=300, processes=3)

    (known,) = latest_known([first], [last])

    assert (known.activity_slots, known.workflow_slots) == (60, 300)
