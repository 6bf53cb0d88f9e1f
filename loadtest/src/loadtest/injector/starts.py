"""
The starts of one step: each is sent, acknowledged, awaited and counted here.

It decides which results are awaited.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from temporalio.client import Client, WorkflowHandle

from loadtest.injector import failure_of_error
from loadtest.injector.meters import Meters
from loadtest.injector.scenario_start import (
    NoHandleError,
    Workflow,
    is_cancelled_from_outside,
    start_by,
    workflow_of,
)
from loadtest.injector.start_settings import SampleSink, SharedStartSettings
from loadtest.injector.tally import Tally
from loadtest.injector.workflow_close import Close, OrderFailed, wait_for_close
from loadtest.results.failure import Failure
from loadtest.results.problem import Problem, ProblemCause
from loadtest.scenario import Arrival

if TYPE_CHECKING:
    from loadtest.injector.tracing import Tracing

# Without this pause a closed loop whose starts are refused would become a busy loop.
PAUSE_AFTER_A_FAILED_START_SECONDS = 0.2

now = time.perf_counter


@dataclass(slots=True)
class _Flight:
    number: int
    intended: float
    level: int
    workflow: Workflow | None = None


class Starts:
    """
    All starts of one injector's step.

    Attributes:
        sampling_level: Sampling level: the result of every 2^level-th start is awaited.
        on_end: Called whenever a workflow has ended.
        on_unusable: Called at the first start for which the scenario returned no handle of a workflow of its own.
        unusable: Error of that start.
    """

    def __init__(
        self,
        client: Client,
        terms: SharedStartSettings,
        tally: Tally,
        meters: Meters,
        stock: SampleSink,
        tracing: Tracing | None,
    ) -> None:
        self._client = client
        self._terms = terms
        self._tally = tally
        self._meters = meters
        self._stock = stock
        self._tracing = tracing
        self._queued: deque[tuple[int, float]] = deque()
        self._starting = 0
        self._awaiting: dict[int, dict[asyncio.Task[None], _Flight]] = {}
        self._tasks: dict[asyncio.Task[None], _Flight] = {}
        self._unasked: list[tuple[WorkflowHandle[Any, Any], _Flight]] = []
        self._open = set[Workflow | None]()
        self._launched = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.sampling_level = 0
        self.on_end: Callable[[], None] | None = None
        self.on_unusable: Callable[[], None] | None = None
        self.unusable: NoHandleError | None = None

    @property
    def open(self) -> int:
        """
        Workflows of this injector that are open now; an estimate once results are sampled.
        """
        return self._starting + self.awaited

    @property
    def awaited(self) -> int:
        """
        Those of the open workflows that the server has confirmed.
        """
        return self._sampled << self.sampling_level

    @property
    def _sampled(self) -> int:
        return sum(len(tasks) for level, tasks in self._awaiting.items() if level >= self.sampling_level)

    def due(self, number: int, intended: float) -> None:
        """
        Send a start that is due, or queue it when too many are in flight.
        """
        self._tally.offered(intended)
        self._meters.offered.inc()
        if self._queued or self.open >= self._terms.max_in_flight:
            self._queued.append((number, intended))
            return
        self._launch(number, intended)

    async def drain(self, deadline: float) -> int:
        """
        Wait until nothing is open, then ask how those workflows ended that were not awaited.

        Args:
            deadline: Time on the injector's clock; workflows that are open then are counted as unfinished.

        Returns:
            Number of workflows that were open, or not even sent, at the deadline.
        """
        with contextlib.suppress(TimeoutError):  # what is left then is counted below
            async with asyncio.timeout(max(0.0, deadline - now())):
                await self._idle.wait()
                await self._ask_the_unasked()
        queued = [*self._queued]
        self._queued.clear()  # first, as each flight that lands would launch one of them
        cancelled = dict(self._tasks)
        for task in cancelled:
            task.cancel()
        if cancelled:
            await asyncio.wait(cancelled)
        unfinished = [flight for task, flight in cancelled.items() if task.cancelled()]
        unfinished += [flight for _, flight in self._unasked]
        self._unasked.clear()
        for flight in unfinished:
            self._fail(
                failure_of_error.UNFINISHED, flight.intended, TimeoutError("open when the drain gave up")
            )
        for _, intended in queued:
            self._fail(failure_of_error.NEVER_SENT, intended, TimeoutError("queued when the drain gave up"))
        self._meters.in_flight.set(0)
        return len(unfinished) + len(queued)

    def _launch(self, number: int, intended: float) -> None:
        # Trailing zeros of the number of launches: 0 for every second one, 1 for every fourth, ...
        count = self._launched
        self._launched += 1
        level = (count & -count).bit_length() - 1 if count else 62
        flight = _Flight(number, intended, level)
        task = asyncio.get_running_loop().create_task(self._fly(flight))
        self._tasks[task] = flight
        self._starting += 1
        self._idle.clear()
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._open.discard(self._tasks.pop(task).workflow)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A flight counts its failures itself; an error that it lets through is a defect of the kit.
            self._tally.note(
                Problem(ProblemCause.FLIGHT_BROKEN, f"a flight broke: {type(error).__name__}: {error}")
            )
        while self._queued and self.open < self._terms.max_in_flight:
            self._launch(*self._queued.popleft())
        self._meters.in_flight.set(self.open)
        if not self._tasks:
            self._idle.set()
        if self.on_end is not None:
            self.on_end()

    async def _fly(self, flight: _Flight) -> None:
        arrival = self._terms.arrival(flight.number)
        if self._tracing is None:
            await self._start_and_await(flight, arrival)
            return
        intended_at = time.time() - (now() - flight.intended)
        with self._tracing.order(arrival.order_id, intended_at):
            await self._start_and_await(flight, arrival)

    async def _start_and_await(self, flight: _Flight, arrival: Arrival) -> None:
        sent_at = now()
        self._tally.sent(flight.intended, sent_at)
        self._meters.sent.inc()
        self._meters.lag.observe(sent_at - flight.intended)
        error: BaseException | None = None
        handle: WorkflowHandle[Any, Any] | None = None
        try:
            handle = await start_by(self._terms.scenario, self._client, arrival, self._open)
            flight.workflow = workflow_of(handle)
        except NoHandleError as refused:
            error = refused
            self._give_up(refused)
        except (Exception, SystemExit) as refused:  # noqa: BLE001 - a scenario may raise anything: it is counted by its kind
            error = refused
        except asyncio.CancelledError as refused:
            if is_cancelled_from_outside():
                raise
            error = refused
        finally:
            self._starting -= 1
        at = now()
        self._stock("rpc", "start", at - sent_at, error)
        if handle is None:
            assert error is not None
            self._tally.refused(flight.intended, sent_at, at)
            failure = self._fail(failure_of_error.failure_of_start(error), flight.intended, None)
            self._tally.told(failure, error)
            if self.on_end is not None:
                await asyncio.sleep(PAUSE_AFTER_A_FAILED_START_SECONDS)
            return
        self._stock("open", "start from schedule", at - flight.intended, None)
        self._tally.acknowledged(flight.intended, sent_at, at)
        self._meters.response_time.observe(at - flight.intended)
        if flight.level < self.sampling_level:
            self._unasked.append((handle, flight))
            return
        await self._await(flight, handle, sent_at)

    async def _await(self, flight: _Flight, handle: WorkflowHandle[Any, Any], sent_at: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        peers = self._awaiting.setdefault(flight.level, {})
        peers[task] = flight
        self._raise_level_if_too_many()
        try:
            close = await wait_for_close(handle, self._terms.scenario, self._open)
        except asyncio.CancelledError:
            if flight.level >= self.sampling_level:
                raise
            self._unasked.append((handle, flight))  # it is of no sampled level any more
            return
        finally:
            del peers[task]
        at = now()
        good = close.failed is None
        self._tally.closed(flight.level, handle.id, flight.intended, sent_at, at, good=good)
        self._note(close)
        error = close.error
        if close.failed is None:
            self._meters.completed.inc()
            self._meters.end_to_end.observe(at - flight.intended)
        elif (counted := self._fail(close.failed, flight.intended, None)) != close.failed:
            error = OrderFailed(str(counted))
        self._stock("e2e", self._terms.scenario.name, at - flight.intended, error)

    def _note(self, close: Close) -> None:
        if close.problem is not None:
            self._tally.note(close.problem)

    def _give_up(self, refused: NoHandleError) -> None:
        if self.unusable is None:
            self.unusable = refused
            if self.on_unusable is not None:
                self.on_unusable()

    def _raise_level_if_too_many(self) -> None:
        if self._sampled <= self._terms.awaited_at_once:
            return
        self.sampling_level += 1
        for level, tasks in self._awaiting.items():
            if level < self.sampling_level:
                for task in tasks:
                    task.cancel()

    async def _ask_the_unasked(self) -> None:
        async def ask() -> None:
            while self._unasked:
                handle, flight = self._unasked.pop()
                try:
                    close = await wait_for_close(handle, self._terms.scenario, self._open)
                except asyncio.CancelledError:
                    self._unasked.append((handle, flight))
                    raise
                self._note(close)
                if close.failed is None:
                    self._tally.closed_at_some_time()
                    self._meters.completed.inc()
                else:
                    self._fail(close.failed, flight.intended, close.error)

        async with asyncio.TaskGroup() as group:
            for _ in range(min(self._terms.awaited_at_once, len(self._unasked))):
                group.create_task(ask())

    def _fail(self, failure: Failure, intended: float, error: BaseException | None) -> Failure:
        counted = self._tally.failed(failure, intended)
        self._meters.failed(counted)
        if error is not None:
            self._stock("e2e", str(counted), 0.0, error)
        return counted
