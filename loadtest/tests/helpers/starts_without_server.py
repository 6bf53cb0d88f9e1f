"""
Starts of workflows whose ends a test decides.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from loadtest.injector.meters import InjectorRegistry
from loadtest.injector.start_settings import SharedStartSettings
from loadtest.injector.starts import Starts
from loadtest.injector.tally import Bounds, Tally
from loadtest.plan import Work
from loadtest.scenario import Arrival, Scenario

Result = Callable[[int], Awaitable[Any]]


class Handle(WorkflowHandle[Any, Any]):
    """
    A workflow whose end the test decides.
    """

    def __init__(self, number: int, wait: Result, run: str | None = None) -> None:
        super().__init__(None, f"w-{number}", result_run_id=run)  # type: ignore[arg-type]  # its calls are replaced below
        self.number = number
        self.wait = wait

    async def result(self, **_: object) -> Any:
        """
        Wait for its end.
        """
        return await self.wait(self.number)

    async def describe(self, **_: object) -> Any:
        """
        The server's word of its end; odd ones have failed, and of each hundredth nobody knows.
        """
        if self.number and self.number % 100 == 0:
            raise KeyError("a defect" if self.number == 100 else self.number)
        failed = self.number % 2
        return SimpleNamespace(
            status=WorkflowExecutionStatus.FAILED if failed else WorkflowExecutionStatus.COMPLETED
        )


def flights_of(
    wait: Result,
    *,
    awaited_at_once: int = 500,
    max_in_flight: int = 2000,
    judge: Callable[[Any], Any] | None = None,
    start: Callable[[object, Arrival], Awaitable[Any]] | None = None,
) -> tuple[Starts, Tally]:
    """
    Return starts without a server, and what they count.

    Args:
        wait: Ends the workflow of a number, with its result.
        awaited_at_once: Results that are awaited at a time.
        max_in_flight: Workflows that may be open.
        judge: Says why a result is a failure; ``None`` where it is none.
        start: What the scenario does instead of starting such a workflow.
    """

    async def started(_client: object, arrival: Arrival) -> Handle:
        return Handle(arrival.number, wait)

    terms = SharedStartSettings(
        scenario=Scenario("test", "", None, start or started, failure=judge),  # type: ignore[arg-type]
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
