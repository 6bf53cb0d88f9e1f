"""
Injectors of a faked system.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from fake_system import ACTIVITIES, END_TO_END_SECONDS, FakeSystem
from histograms import hdr

from loadtest.errors import InjectorError
from loadtest.injector.failure_of_error import failure_of_outcome
from loadtest.plan import Work
from loadtest.results.failure import Failure
from loadtest.results.injector_report import InjectorCounts, InjectorReport, InjectorSecond
from loadtest.results.step_instruction import StepInstruction
from loadtest.scenario.builtin.repair import failure

# Attempts of an activity of the repair shop until its order fails.
_ATTEMPTS = 6


def failed_orders(sent: int, work: Work) -> dict[Failure, int]:
    """
    Return how many orders fail by their outcome, as often as the work says that their activities do.
    """
    failing = round(sent * (1 - (1 - work.failure_probability**_ATTEMPTS) ** ACTIVITIES))
    reason = failure({"outcome": "failed"})
    assert reason is not None
    return {failure_of_outcome(reason): failing} if failing else {}


@dataclass
class FakeInjectors:
    """
    Start workflows evenly and see each of them close.
    """

    system: FakeSystem

    async def run(
        self, instruction: StepInstruction, each_second: Callable[[InjectorSecond], None]
    ) -> InjectorReport:
        """Say what was counted each second, drain, report."""
        system, clock = self.system, self.system.clock
        system.closed_before = system.closed(clock.now())
        system.instruction = instruction
        system.ends_at = instruction.start_at + instruction.warm_up_seconds + instruction.window_seconds
        try:
            await clock.until(instruction.start_at)
            while clock.now() < system.ends_at:
                await clock.sleep(min(1.0, system.ends_at - clock.now()))
                if system.is_past(system.injectors_break_at):
                    raise InjectorError("injector-1 vanished")
                if system.is_past(system.injectors_end_at):
                    system.ends_at = clock.now()
                sent = system.started(clock.now())
                done = system.closed(clock.now()) - system.closed_before
                each_second(InjectorSecond(system.second, sent, sent, done, 0, sent - done))
            await system.drain()
        except asyncio.CancelledError:
            system.stopped.append("cancelled")
            raise
        system.stopped.append("reported")
        return self._report(instruction)

    def _report(self, instruction: StepInstruction) -> InjectorReport:
        system = self.system
        opens = instruction.start_at + instruction.warm_up_seconds
        sent = system.started(system.ends_at)
        inside = sent - system.started(opens)
        closed = system.closed(system.ends_at) - system.closed(opens)
        failed = failed_orders(sent, instruction.work)
        good = sent - system.open_orders() - sum(failed.values())
        whole = InjectorCounts(sent, sent, sent, 0 if system.idle else good, failed=failed)
        return InjectorReport(
            planned=None if instruction.arrival_rate is None else sent,
            whole=whole,
            window=InjectorCounts(inside, inside, inside, closed),
            awaited_every=1,
            closed_minus_sent_seconds=sent * END_TO_END_SECONDS,
            window_closed_minus_sent_seconds=closed * END_TO_END_SECONDS,
            histograms={
                name: hdr([seconds] * inside)
                for name, seconds in (
                    ("lag", 0.001),
                    ("response", 0.005),
                    ("service", 0.004),
                    ("end_to_end", END_TO_END_SECONDS),
                )
            },
            within_slo=closed,
            open_at_end=max(system.open_at_end, system.open_orders()),
            drain_seconds=system.clock.now() - system.ends_at,
            per_injector={"injector-1": whole},
            problems=(),
            sampled_workflow_ids=("order-1",),
            cpu_seconds=1.0,
            rss_bytes=90 << 20,
        )

    async def add_up_to(self, injectors: int) -> None:
        """As many as are asked for."""

    async def end_window(self, at: float) -> None:
        """Arrivals stop then."""
        self.system.ended_windows.append(at)
        self.system.ends_at = at
