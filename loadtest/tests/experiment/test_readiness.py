"""
Readiness is by sets of identities with a poll since their start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from fake_clock import FakeClock
from fake_system import FakeSystem
from fake_workers import FakeWorkers

from loadtest.errors import TargetError
from loadtest.experiment.readiness import missing, wait_until_polling
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog

STARTED = 1000.0
OURS = Replica("worker-1@host", None, 41, STARTED)
FOREIGN = Replica("42@host", None, 42, STARTED)
LATER = Replica("77@host", None, 77, STARTED + 10)


@pytest.mark.parametrize(
    ("replicas", "pollers", "expected"),
    [
        pytest.param([OURS], {}, ("worker-1@host",), id="nobody-polls"),
        pytest.param([OURS], {"worker-1@host": STARTED + 1}, (), id="polls"),
        pytest.param(
            [OURS], {"worker-1@host": STARTED - 30}, ("worker-1@host",), id="polled-before-its-start"
        ),
        pytest.param(
            [OURS], {"worker-9@host": STARTED - 5}, ("worker-1@host",), id="only-a-killed-one-is-listed"
        ),
        pytest.param(
            [OURS, FOREIGN],
            {"worker-1@host": STARTED, "worker-9@host": STARTED - 5},
            ("42@host",),
            id="right-count-wrong-set",
        ),
        pytest.param([FOREIGN], {"43@host": STARTED + 2}, (), id="the-worker-behind-a-launcher"),
        pytest.param([FOREIGN], {"front desk": STARTED + 2}, (), id="a-worker-that-names-itself"),
        pytest.param(
            [FOREIGN], {"front desk": STARTED - 9}, ("42@host",), id="one-that-named-itself-and-is-gone"
        ),
        pytest.param(
            [FOREIGN, LATER],
            {"front desk": STARTED + 2, "back office": STARTED + 12},
            (),
            id="two-that-name-themselves",
        ),
        pytest.param(
            [FOREIGN, LATER],
            {"front desk": STARTED + 2, "back office": STARTED + 3},
            ("77@host",),
            id="neither-has-polled-since-the-later-start",
        ),
        pytest.param([FOREIGN], {"42@host@queue": STARTED + 2}, (), id="a-go-worker-adds-its-queue"),
        pytest.param([FOREIGN], {"421@host": STARTED - 2}, ("42@host",), id="a-longer-pid-is-another"),
        pytest.param(
            [OURS], {"worker-1@host": STARTED + 1, "x": STARTED}, (), id="extra-identities-are-ignored"
        ),
    ],
)
def test_missing_is_decided_by_identity_and_time(
    replicas: list[Replica], pollers: dict[str, float], expected: tuple[str, ...]
) -> None:
    """Neither a count nor a stale entry makes a replica ready."""
    assert missing(replicas, pollers, {41: 41, 42: 42, 43: 42, 77: 77}.get) == expected


class SomeQueue:
    """
    A task queue whose pollers are given.
    """

    def __init__(self, workflow: set[str], activity: set[str]) -> None:
        self._look = Backlog(
            0, 0, 0.0, dict.fromkeys(activity, STARTED + 1), dict.fromkeys(workflow, STARTED + 1)
        )

    @classmethod
    def of(cls, look: Backlog) -> SomeQueue:
        """
        One that is looked at.
        """
        queue = cls(set(), set())
        queue._look = look
        return queue

    @property
    def unanswered(self) -> str | None:
        """Why it tells nothing."""
        return "PERMISSION_DENIED: no such right" if self._look is None else None

    async def give_new_workflows(self, since: float) -> None:
        """Nobody has a version."""

    async def limit_activities(self, per_second: float | None) -> None:
        """Nobody limits it."""

    async def look(self) -> Backlog | None:
        """
        The same at each look.
        """
        return self._look


async def _sound() -> None:
    pass


TEN = [Replica(f"worker-{n}@host", None, 100 + n, STARTED) for n in range(10)]
ALL = {replica.identity for replica in TEN}


@pytest.mark.parametrize(
    ("workflow", "activity", "told"),
    [
        pytest.param(
            ALL,
            ALL - {"worker-7@host"},
            r"\['worker-7@host'\] do not poll .* for activities",
            id="no-activities",
        ),
        pytest.param(
            ALL - {"worker-7@host"},
            ALL,
            r"\['worker-7@host'\] do not poll .* for workflow tasks",
            id="no-workflow-tasks",
        ),
        pytest.param(ALL, ALL, None, id="all-poll"),
    ],
)
async def test_one_silent_replica_among_ten_is_named_long_before_the_timeout(
    workflow: set[str], activity: set[str], told: str | None
) -> None:
    """What the others took, and a grace: nobody waits a minute for it."""
    clock = FakeClock()
    queue = SomeQueue(workflow, activity)

    if told is None:
        await wait_until_polling(TEN, queue, _sound, clock)
        return
    began = clock.now()
    with pytest.raises(TargetError, match=told) as refused:
        await wait_until_polling(TEN, queue, _sound, clock)
    assert clock.now() - began < 10
    assert "polling_seconds" not in str(refused.value)


@pytest.mark.parametrize("listed", [2, 1], ids=["both-live", "one-has-no-heartbeat"])
async def test_replicas_that_share_a_name_are_told_apart_by_their_heartbeats(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch, listed: int
) -> None:
    """A program that always calls itself alike is one poller, however many of it run."""
    queue, workers = SomeQueue({"bakery"}, {"bakery"}), FakeWorkers(system)

    async def names(_: FakeWorkers, replicas: Sequence[Replica]) -> Mapping[str, frozenset[str]]:
        return {replica.identity: frozenset({"bakery"}) for replica in replicas[:listed]}

    monkeypatch.setattr(FakeWorkers, "names", names)

    if listed == 2:
        await wait_until_polling(TEN[:2], queue, _sound, FakeClock(), workers=workers)
        return
    with pytest.raises(TargetError, match=r"^replicas \['worker-1@host'\] do not poll"):
        await wait_until_polling(TEN[:2], queue, _sound, FakeClock(), workers=workers)


async def test_a_replica_that_polls_for_nothing_is_named() -> None:
    """It lives, and neither kind of task is asked for."""
    clock = FakeClock()
    queue = SomeQueue(ALL - {"worker-7@host"}, ALL - {"worker-7@host"})

    with pytest.raises(TargetError, match=r"^replicas \['worker-7@host'\] do not poll the task queue after"):
        await wait_until_polling(TEN, queue, _sound, clock)


async def test_a_start_that_may_be_slow_is_told_how_it_is_waited_for() -> None:
    """A compiler or a virtual machine may take more than a minute, and the log then says nothing of a mistake."""
    with pytest.raises(TargetError, match=r"by --set waits\.polling_seconds=180$"):
        await wait_until_polling([OURS], SomeQueue(set(), set()), _sound, FakeClock(), timeout_seconds=90)


async def test_replicas_that_ran_before_tell_nothing_of_how_long_a_start_takes() -> None:
    """One that ended and is started anew has the whole time, however long the others have polled."""
    clock = FakeClock()
    anew = Replica("worker-7@host", None, 207, STARTED + 100)
    replicas = [anew if replica.identity == anew.identity else replica for replica in TEN]
    queue = SomeQueue(ALL - {anew.identity}, ALL - {anew.identity})
    began = clock.now()

    with pytest.raises(TargetError, match="after 60 s"):
        await wait_until_polling(replicas, queue, _sound, clock)

    assert clock.now() - began >= 60


async def test_a_replica_whose_start_was_noted_by_a_clock_that_was_set_back_is_ready() -> None:
    """It polls, and cannot have been started after the wait for it began."""
    clock = FakeClock(STARTED - 3600)
    ours = replace(OURS, started_at=STARTED)
    looked = Backlog(0, 0, 0.0, {ours.identity: clock.now() + 1}, {ours.identity: clock.now() + 1})

    await wait_until_polling([ours], SomeQueue.of(looked), _sound, clock, timeout_seconds=5)


async def test_a_server_that_does_not_describe_the_queue_is_told_and_not_the_workers() -> None:
    """Their task queue, namespace and log are right, and a longer wait would end alike."""
    queue = SomeQueue(set(), set())
    queue._look = None

    with pytest.raises(TargetError, match=r"PERMISSION_DENIED: no such right.*DescribeTaskQueue") as refused:
        await wait_until_polling(TEN, queue, _sound, FakeClock())
    assert "check the worker" not in str(refused.value)
    assert "polling_seconds" not in str(refused.value)


class _OnTwoQueues(FakeWorkers):
    """
    Workers that poll another task queue too.
    """

    async def other_queues(self, replicas: Sequence[Replica]) -> Sequence[str]:
        """One for what they bake."""
        return ("ovens",)


@pytest.mark.parametrize(
    ("workflow", "activity", "told"),
    [
        pytest.param(
            ALL,
            set[str](),
            r"another task queue \(they poll ovens\).*ACTIVITIES_PER_WORKFLOW",
            id="no-activities",
        ),
        pytest.param(set[str](), ALL, "let them register the workflow", id="no-workflows"),
        pytest.param(set[str](), set[str](), 'write task_queue = "ovens"', id="neither"),
    ],
)
async def test_workers_for_one_kind_of_task_are_told_what_a_run_wants(
    system: FakeSystem, workflow: set[str], activity: set[str], told: str
) -> None:
    """A plan with the queue of their activities would start no workflow that anybody takes."""
    with pytest.raises(TargetError, match=told) as refused:
        await wait_until_polling(
            TEN, SomeQueue(workflow, activity), _sound, FakeClock(), workers=_OnTwoQueues(system)
        )
    assert ("write task_queue" in str(refused.value)) is (not workflow and not activity)


@pytest.mark.parametrize(
    ("pollers", "told"),
    [
        pytest.param({"1@host"}, "1@host may be several of them", id="all-alike"),
        pytest.param({"1@a", "1@b"}, "check the worker's task queue", id="two-of-ten"),
        pytest.param(set[str](), "check the worker's task queue", id="none"),
    ],
)
async def test_workers_that_call_themselves_alike_are_told_so(pollers: set[str], told: str) -> None:
    """In containers on the host's network each is process 1 of the host; their queue and log were blamed."""
    with pytest.raises(TargetError, match=told):
        await wait_until_polling(TEN, SomeQueue(pollers, pollers), _sound, FakeClock())
