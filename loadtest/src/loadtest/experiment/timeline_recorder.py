"""
The once-a-second look at a running step: backlog, activities finished, what the injectors say.

A look that fails is a gap in the timeline, never a zero, and never ends the step.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from loadtest.errors import MeasurementError
from loadtest.experiment.ports import InjectorSecond, Metrics, Queue, Scrape
from loadtest.results.measured import Second


class TimelineRecorder:
    """
    Collects the seconds of one step.

    Attributes:
        seconds: What was seen, in order.
        slots_used: Each look's activity slots in use over all replicas.
        gaps: What could not be seen, in words.
    """

    def __init__(
        self,
        metrics: Metrics,
        queue: Queue,
        endpoints: Mapping[str, str],
        start_at: float,
        edges: tuple[float, float],
        tell: Callable[[Second], None],
    ) -> None:
        """
        Args:
            metrics: Looks at the workers' pages.
            queue: The task queue under test.
            endpoints: The workers' pages by identity; empty for foreign workers.
            start_at: Unix time of the first arrival.
            edges: Seconds after it at which the window starts and ends.
            tell: Gets each second as it is seen.
        """
        self._metrics = metrics
        self._queue = queue
        self._endpoints = endpoints
        self._start_at = start_at
        self._edges = edges
        self._tell = tell
        self._first: Scrape | None = None
        self._last: Scrape | None = None
        self._injector: InjectorSecond | None = None
        self.seconds: list[Second] = []
        self.slots_used: list[float] = []
        self.gaps: list[str] = []

    def injectors_say(self, second: InjectorSecond) -> None:
        """
        Take what the injectors counted so far.
        """
        self._injector = second

    async def run(self) -> None:
        """
        Look once a second until cancelled.
        """
        while True:
            await asyncio.sleep(max(0.0, 1.0 - (time.time() - self._start_at) % 1.0))
            await self._look()

    async def _look(self) -> None:
        at = time.time() - self._start_at
        if at < 0:
            return
        backlog, pages = await asyncio.gather(self._queue.look(), self._scrape())
        finished, wait = self._activities(pages)
        injector = self._injector
        second = Second(
            at=at,
            phase=self._phase(at),
            offered=injector.offered if injector else None,
            sent=injector.sent if injector else None,
            completed=injector.completed if injector else None,
            failed=injector.failed if injector else None,
            in_flight=injector.in_flight if injector else None,
            activities_finished=finished,
            backlog_activity=backlog.activity_tasks if backlog else None,
            backlog_workflow=backlog.workflow_tasks if backlog else None,
            backlog_age_seconds=backlog.age_seconds if backlog else None,
            schedule_to_start_mean_seconds=wait,
        )
        self.seconds.append(second)
        self._tell(second)

    def _phase(self, at: float) -> str:
        start, end = self._edges
        return "warm-up" if at < start else "window" if at < end else "drain"

    async def _scrape(self) -> Scrape | None:
        if not self._endpoints:
            return None
        try:
            return await self._metrics.scrape(self._endpoints, "worker")
        except MeasurementError as error:
            self.gaps.append(f"a look at the workers' pages failed: {error}")
            return None

    def _activities(self, pages: Scrape | None) -> tuple[float | None, float | None]:
        if pages is None:
            return None, None
        self._first = self._first or pages
        before, self._last = self._last, pages
        try:
            if self._phase(pages.at - self._start_at) == "window":
                used = self._metrics.gauge(pages, "worker.slots_used")
                if used is not None:
                    self.slots_used.append(used)
            finished = self._metrics.difference(self._first, pages, "worker").counters.get(
                "worker.activity_finished"
            )
            if before is None:
                return finished, None
            waits = self._metrics.difference(before, pages, "worker").histograms.get(
                "worker.activity_schedule_to_start"
            )
        except MeasurementError as error:
            self.gaps.append(f"a look at the workers' pages could not be read: {error}")
            return None, None
        return finished, waits.sum / waits.count if waits is not None and waits.count else None
