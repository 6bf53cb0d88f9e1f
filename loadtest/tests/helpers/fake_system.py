"""
A faked system under test: it closes its workflows evenly, and is told what goes wrong with it.

It is made up, for tests of the loop alone; nothing here is ever a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fake_clock import FakeClock

from loadtest.plan import Plan
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import LeftOrders
from loadtest.results.step_instruction import StepInstruction

ACTIVITIES = 6
RATE_PER_REPLICA = 10.0
END_TO_END_SECONDS = 0.4
# Second of a step that has no arrivals yet.
BEFORE_ARRIVALS = -1e9


@dataclass
class FakeSystem:
    """
    What all fakes share.

    Attributes:
        clock: Virtual time.
        replicas: That run now.
        instruction: Of the running step.
        ends_at: Unix time at which arrivals stop.
        closed_before: Workflows of all earlier steps.
        away: Seconds of a step, from and to, in which a part cannot be asked, by the part: ``target``, ``queue``,
            ``worker``, ``workers``, ``server`` or ``starts``, when its processes began.
        replaced_at: Second of a step at which the first replica is another process.
        injectors_end_at, injectors_break_at: Second of a step at which the injectors report too early, or break.
        dies_at: Second of a step at which every worker and the server end.
        heals: Whether somebody starts again what ended.
        serves_pages: Whether the workers have a page.
        lacks: What the workers' pages lack, so that they cannot be used; ``None`` where they lack nothing.
        polls: Whether the workers poll the task queue.
        elsewhere: Activities in the histories that are of other task queues.
        left_children: Abandoned children in the histories that go on after their order.
        idle: Why new workflows reach none of them; then none is completed.
        versions: Versions of the workers in each replica, in words.
        versions_at: Unix time from which all of them poll; before it, one does.
        shares: Share of the new workflows that each version gets, in words.
        slots: Activity slots that each worker says it has, ``None`` if it does not say.
        beats_at: Unix time of the first heartbeat that holds numbers.
        processes: Processes of each worker.
        processes_at: Unix time from which these are listed.
        processes_after: Seconds after the start of their replica from which these are listed.
        group_size: Processes of each worker's process group; ``None`` where that is not known.
        shares_page: Whether several workers of each process write their slots to one series.
        supervised_at: Second of a step at which the first replica's worker is started anew within its process.
        strangers: Names of pollers that are no replicas.
        strangers_version: Their version in words; ``None`` where it is that of the replicas.
        shows_main: Whether the workers' pages show the kit's ``main``; ``None`` where nobody looked.
        miscounted: From and until when the workers' sums of free and used slots miss one, as unix times.
        silent_at, stopped_at: Second of a step at which the last replica asks for no more tasks, or is stopped.
        silent_for: Kind of the tasks that it then asks for no more: ``activity`` or ``workflow``.
        refuses: Seconds of a step, from and to, in which the server refuses one request each tenth of a second.
        server_restarts_at: Second of a step at which the server is another process.
        database_restarts_at: Second of a step at which the database is another process.
        robbed: Seconds of a step, from and to, in which the host keeps one of two cores back.
        crowded: Seconds of a step, from and to, in which other programs take a core of two.
        others_cores: How much of it they take.
        open_at_end: Workflows that each step leaves open.
        others_open: Workflows of other runs that stay open.
        left_ends_each: Seconds after which one after the other of these ends; 0 where none does.
        late_share: Share of the activities that wait 2 s.
        per_order: Workflows per second of each order that a closed load keeps open, up to what the replicas can do; ``None``
            where half of the slots are in use whatever is kept open.
        is_limited: Whether an open load completes no more than the replicas can do, and leaves the rest to the drain.
        queue_per_second: Rate limit of the queue's activities, as it was last set.
        stopped: How the injectors' last instruction ended: ``reported`` or ``cancelled``.
        scaled: Replica counts asked for.
        set_up: Cells asked for.
        ended_windows: Unix times at which the injectors were told to end their window.
    """

    clock: FakeClock = field(default_factory=FakeClock)
    replicas: tuple[Replica, ...] = ()
    instruction: StepInstruction | None = None
    ends_at: float = 0.0
    closed_before: int = 0
    away: dict[str, tuple[float, float]] = field(default_factory=dict)
    replaced_at: float | None = None
    injectors_end_at: float | None = None
    injectors_break_at: float | None = None
    dies_at: float | None = None
    heals: bool = False
    serves_pages: bool = True
    lacks: str | None = None
    polls: bool = True
    idle: str | None = None
    versions: frozenset[str] = frozenset()
    versions_at: float = 0.0
    shares: Mapping[str, float] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    left_children: int = 0
    slots: int | None = 10
    processes: int = 1
    processes_at: float = 0.0
    processes_after: float = 0.0
    group_size: int | None = None
    shares_page: bool = False
    supervised_at: float | None = None
    strangers: tuple[str, ...] = ()
    strangers_version: str | None = None
    shows_main: bool | None = None
    beats_at: float = 0.0
    miscounted: tuple[float, float] = (0.0, 0.0)
    silent_at: float | None = None
    stopped_at: float | None = None
    silent_for: str = "activity"
    refuses: tuple[float, float] | None = None
    server_restarts_at: float | None = None
    database_restarts_at: float | None = None
    robbed: tuple[float, float] | None = None
    crowded: tuple[float, float] | None = None
    others_cores: float = 1.0
    open_at_end: int = 0
    others_open: int = 0
    left_ends_each: float = 0.0
    late_share: float = 0.0
    per_order: float | None = None
    is_limited: bool = False
    queue_per_second: float | None = None
    stopped: list[str] = field(default_factory=list)
    scaled: list[int] = field(default_factory=list)
    set_up: list[Plan] = field(default_factory=list)
    ended_windows: list[float] = field(default_factory=list)

    @property
    def second(self) -> float:
        """
        Of the running step, from its first arrival; very early before there is one.
        """
        return BEFORE_ARRIVALS if self.instruction is None else self.clock.now() - self.instruction.start_at

    def is_past(self, second: float | None) -> bool:
        """
        Tell whether a second of the step has come.
        """
        return second is not None and self.second >= second

    def is_away(self, part: str) -> bool:
        """
        Tell whether a part cannot be asked now.
        """
        begin, end = self.away.get(part, (1e9, 1e9))
        return begin <= self.second < end or self.is_past(self.dies_at)

    def passed(self, span: tuple[float, float] | None) -> float:
        """
        Seconds of a span of the running step that have passed.
        """
        return 0.0 if span is None else max(0.0, min(self.second, span[1]) - span[0])

    def rate(self) -> float:
        """
        Workflows per second, as ordered.
        """
        assert self.instruction is not None
        full = RATE_PER_REPLICA * len(self.replicas)
        if self.instruction.arrival_rate is not None or self.per_order is None:
            return self.instruction.arrival_rate or full
        return min(full, self.per_order * (self.instruction.in_flight or 0))

    def left(self) -> LeftOrders:
        """
        Workflows of the step before, and of other runs, that are open now.
        """
        passed = self.clock.now() - self.ends_at
        ended = int(passed / self.left_ends_each) if self.left_ends_each else 0
        mine = self.open_at_end if self.ends_at else 0
        return LeftOrders(max(0, mine - ended), self.others_open)

    def slots_used(self) -> float:
        """
        Activity slots in use at each worker, of ten.
        """
        if self.per_order is None or self.instruction is None:
            return 5.0
        return min(10.0, 10 * self.rate() / (RATE_PER_REPLICA * len(self.replicas)))

    def started(self, at: float) -> int:
        """
        Workflows of the running step that were started until a unix time.
        """
        if self.instruction is None:
            return 0
        return int(max(0.0, min(at, self.ends_at) - self.instruction.start_at) * self.rate() + 1e-6)

    def closed(self, at: float) -> int:
        """
        Workflows of all steps that were closed until a unix time.
        """
        return self.closed_before + self._own_closed(at)

    def _own_closed(self, at: float) -> int:
        started = self.started(at - END_TO_END_SECONDS)
        if not self.is_limited or self.instruction is None:
            return started
        passed = max(0.0, at - END_TO_END_SECONDS - self.instruction.start_at)
        return min(started, int(passed * RATE_PER_REPLICA * len(self.replicas)))

    async def drain(self) -> None:
        """
        Wait for what is open, at most as long as the instruction says.
        """
        assert self.instruction is not None
        await self.clock.sleep(END_TO_END_SECONDS + 0.1)
        while self.open_orders() and self.clock.now() < self.ends_at + self.instruction.drain_seconds:
            await self.clock.sleep(1.0)

    def open_orders(self) -> int:
        """
        Workflows of the running step that are open now.
        """
        return self.started(self.clock.now()) - self._own_closed(self.clock.now())

    def waiting(self) -> int:
        """
        Activities in the queue: one for each order that the replicas of a limited system have not come to.
        """
        return self.open_orders() if self.is_limited else 0
