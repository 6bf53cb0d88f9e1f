"""
Starts of workflows whose ends a test decides.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from temporalio.client import WorkflowExecutionStatus

from loadtest.injector.meters import InjectorRegistry
from loadtest.injector.start_settings import StartSettings
from loadtest.injector.starts import Starts
from loadtest.injector.tally import Bounds, Tally
from loadtest.plan import Work
from loadtest.scenario import Arrival, Scenario

Result = Callable[[int], Awaitable[Any]]


@dataclass(frozen=True)
class Handle:
    """
    A workflow whose end the test decides.
    """

    number: int
    wait: Result

    @property
    def id(self) -> str:
        """
        Its id.
        """
        return f"w-{self.number}"

    async def result(self) -> Any:
        """
        Wait for its end.
        """
        return await self.wait(self.number)

    async def describe(self) -> Any:
        """
        The server's word of its end; odd ones have failed, and of the hundredth nobody knows.
        """
        if self.number == 100:
            raise KeyError("a defect")
        failed = self.number % 2
        return SimpleNamespace(
            status=WorkflowExecutionStatus.FAILED if failed else WorkflowExecutionStatus.COMPLETED
        )


def flights_of(
    wait: Result,
    *,
    awaited_at_once: int = 500,
    max_in_flight: int = 2000,
    judge: Callable[[Any], str | None] | None = None,
) -> tuple[Starts, Tally]:
    """
    Return starts without a server, and what they count.

    Args:
        wait: Ends the workflow of a number, with its result.
        awaited_at_once: Results that are awaited at a time.
        max_in_flight: Workflows that may be open.
        judge: Says why a result is a failure; ``None`` where it is none.
    """

    async def start(_client: object, arrival: Arrival) -> Handle:
        return Handle(arrival.number, wait)

    terms = StartSettings(
        scenario=Scenario("test", "", None, start, failure=judge),  # type: ignore[arg-type]
        id_prefix="p",
        task_queue="q",
        seed=1,
        work=Work(),
        max_in_flight=max_in_flight,
        awaited_at_once=awaited_at_once,
    )
    tally = Tally(Bounds(-math.inf, math.inf))
    flights = Starts(None, terms, tally, InjectorRegistry().meters("test"), lambda *_: None, None)  # type: ignore[arg-type]
    return flights, tally
