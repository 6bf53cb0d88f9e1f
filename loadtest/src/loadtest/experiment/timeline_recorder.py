"""
Looks at a running step once a second: backlog, finished activities, late tasks, the injectors' counts, slots and polls.

A failed look is a gap in the timeline, never a zero, and never ends the step.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.twin import Enough, StoppingRule
from loadtest.errors import MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.other_pollers import SeenPolls
from loadtest.experiment.ports import Backlog, InjectorSecond, Metrics, Queue, Scrape
from loadtest.experiment.sampled_worker_pages import PageSample, sample_pages
from loadtest.results.measured_step import Second
from loadtest.results.resource_use import MachineUse, QueueRateLimit, ResourceUse
from loadtest.results.step_instruction import StepInstruction

_SLOTS = {"activity": "worker.slots", "workflow": "worker.workflow_slots"}
# The SDK core, and the SDKs of Go and Java, have two spellings of the sticky queue's pollers.
_POLLERS = {
    "activity_task": "activity",
    "workflow_task": "workflow",
    "sticky_workflow_task": "sticky",
    "workflow_sticky_task": "sticky",
}


@dataclass(slots=True)
class LimitSamples:
    """
    Looks of one window.

    Attributes:
        rate_limit: Rate limit of the task queue at the last look; once a limit held tasks back, a later idle one does
            not replace it.
    """

    rate_limit: QueueRateLimit | None = None
    _values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def look_at_pages(self, metrics: Metrics, pages: Scrape, sample: PageSample) -> None:
        """
        Take a look at the workers' pages; numbers from a sample of the pages are scaled up.
        """
        for kind, name in _SLOTS.items():
            used, free = (metrics.gauge(pages, f"{name}_{part}") for part in ("used", "available"))
            if free is not None:
                self._values[f"{kind}_slots_used"].append(sample.scaled(used or 0.0))
                self._values[f"{kind}_slots"].append(sample.scaled(free + (used or 0.0)))
        for kind, number in metrics.gauge_by(pages, "worker.pollers").items():
            if kind in _POLLERS:
                self._values[_POLLERS[kind]].append(sample.scaled(number))

    def look_at_queue(self, backlog: Backlog | None) -> None:
        """
        Take a look at the task queue.
        """
        found = backlog.rate_limit if backlog is not None else None
        if found is not None and (found.active or self.rate_limit is None or not self.rate_limit.active):
            self.rate_limit = found

    def facts(self, machine: MachineUse | None, worker_core_limit: float | None) -> ResourceUse:
        """
        Return the means over all looks, with what the step's machine and the workers' containers tell.
        """
        means = {name: sum(values) / len(values) for name, values in self._values.items()}
        polls = {name: means[name] for name in _POLLERS.values() if name in means}
        slots = {name: value for name, value in means.items() if name not in polls}
        return ResourceUse(
            **slots,
            polls_out=polls,
            rate_limit=self.rate_limit,
            machine=machine,
            worker_core_limit=worker_core_limit,
        )


_WAITS = "worker.activity_schedule_to_start"


@dataclass(slots=True)
class WindowWatch:
    """
    The stopping rule of one window; it gets what was counted since the window's first look.

    Attributes:
        rule: Decides when the window has shown enough.
        late_seconds: A task that waited longer is late; ``None`` counts none.
        first: The workers' pages at the window's beginning; ``None`` before it and without pages.
        enough: Future that holds the rule's answer as soon as there is one.
        sentence: Last sentence of the rule.
        uncounted: Why the last look could not tell which tasks are late; ``None`` where it could.
    """

    rule: StoppingRule
    late_seconds: float | None
    first: Scrape | None = None
    enough: asyncio.Future[Enough] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    sentence: str = ""
    uncounted: str | None = None

    async def feed(self, metrics: Metrics, pages: Scrape, sample: PageSample) -> None:
        """
        Count since the first look and ask the rule, unless it has answered.

        Of many workers the rule gets the sample's counts scaled up to all, and the share of the workers that was
        counted: so it decides later, and never too early. Pages that do not tell which tasks are late are not given to
        the rule.

        Raises:
            MeasurementError: The pages cannot be compared.
        """
        if self.first is None or self.late_seconds is None or self.enough.done():
            return
        # In a thread, like all counting of each second: it must not delay the edges, which this loop times.
        counts = await asyncio.to_thread(metrics.difference, sample.within(self.first), pages, "worker")
        waits = counts.histograms.get(_WAITS)
        self.uncounted = why_not_counted(waits, self.late_seconds) if waits is not None else None
        if self.uncounted is not None:
            return
        counted, late = 0.0, 0.0
        if waits is not None:
            counted, late = sample.scaled(waits.count), sample.scaled(count_late(waits, self.late_seconds))
        answer = self.rule.feed(pages.at - self.first.at, round(counted), round(late, 1), sample.seen_ratio)
        self.sentence = answer.sentence
        if isinstance(answer, Enough) and not self.enough.done():
            self.enough.set_result(answer)


class TimelineRecorder:
    """
    Collects the seconds of one step.

    Attributes:
        seconds: What was seen in each second, in order.
        slots_used: Activity slots in use over all replicas, one number for each look.
        limits: Means of slots, polls and the queue's rate limit over the window's looks.
        gaps: What could not be seen, in words.
        sample: The pages that are read each second.
        window_seconds: Length of the window, shortened when it ends early.
    """

    def __init__(
        self,
        metrics: Metrics,
        queue: Queue,
        endpoints: Mapping[str, str],
        instruction: StepInstruction,
        window: WindowWatch,
        tell: Callable[[Second, str], None],
        clock: Clock,
        *,
        reads_slots: bool = True,
    ) -> None:
        """
        Args:
            metrics: Reads the workers' pages.
            queue: The task queue under test.
            endpoints: The workers' pages by identity; empty for foreign workers.
            instruction: When the step begins, and the lengths of warm-up and window.
            window: Stopping rule of the window; it is fed after each second of the window.
            tell: Gets each second when it is seen, and the stopping rule's sentence.
            clock: Clock of the experiment.
            reads_slots: Whether the pages tell the slots of all workers.
        """
        self._metrics = metrics
        self._reads_slots = reads_slots
        self._queue = queue
        self.sample = sample_pages(endpoints)
        self._instruction = instruction
        self._window = window
        self._tell = tell
        self._clock = clock
        self._first: Scrape | None = None
        self._last: Scrape | None = None
        self._injector: InjectorSecond | None = None
        self.window_seconds = instruction.window_seconds
        self.seconds: list[Second] = []
        self.slots_used: list[float] = []
        self.limits = LimitSamples()
        self.polls = SeenPolls()
        self.gaps: list[str] = [note] if (note := self.sample.note) else []

    def injectors_say(self, second: InjectorSecond) -> None:
        """
        Take the counts of the injectors so far.
        """
        self._injector = second

    async def run(self) -> None:
        """
        Look once a second until cancelled.
        """
        while True:
            await self._clock.sleep(1.0 - (self._clock.now() - self._instruction.start_at) % 1.0)
            await self._look()

    async def _look(self) -> None:
        at = self._clock.now() - self._instruction.start_at
        if at < 0:
            return
        backlog, pages = await asyncio.gather(self._queue.look(), self._scrape())
        finished, wait = await self._activities(pages)
        if self._phase(at) == "window":
            self.limits.look_at_queue(backlog)
            self.polls.look(backlog)
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
        self._tell(second, self._window.sentence)

    def _phase(self, at: float) -> str:
        start = self._instruction.warm_up_seconds
        return "warm-up" if at < start else "window" if at < start + self.window_seconds else "drain"

    async def _scrape(self) -> Scrape | None:
        if not self.sample.endpoints:
            return None
        try:
            return await self._metrics.scrape(self.sample.endpoints, "worker")
        except MeasurementError as error:
            self.gaps.append(f"a look at the workers' pages failed: {error}")
            return None

    async def _activities(self, pages: Scrape | None) -> tuple[float | None, float | None]:
        if pages is None:
            return None, None
        self._first = self._first or pages
        before, self._last = self._last, pages
        try:
            used, finished, wait = await asyncio.to_thread(self._count, self._first, before, pages)
            if self._phase(pages.at - self._instruction.start_at) == "window":
                if self._reads_slots:
                    if used is not None:
                        self.slots_used.append(self.sample.scaled(used))
                    self.limits.look_at_pages(self._metrics, pages, self.sample)
                await self._window.feed(self._metrics, pages, self.sample)
        except MeasurementError as error:
            self.gaps.append(f"a look at the workers' pages could not be read: {error}")
            return None, None
        return None if finished is None else self.sample.scaled(finished), wait

    def _count(
        self, first: Scrape, before: Scrape | None, pages: Scrape
    ) -> tuple[float | None, float | None, float | None]:
        used = self._metrics.gauge(pages, "worker.slots_used")
        finished = self._metrics.difference(first, pages, "worker").counters.get("worker.activity_finished")
        if before is None:
            return used, finished, None
        waits = self._metrics.difference(before, pages, "worker").histograms.get(_WAITS)
        return used, finished, waits.sum / waits.count if waits is not None and waits.count else None
