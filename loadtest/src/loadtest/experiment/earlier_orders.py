"""
Waits for the workflows that earlier steps left open: what is done of them would be counted as the next step's.

A drain that gave up leaves some, as that of a step above capacity, and so does a run that was interrupted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loadtest.errors import MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import Orders
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.plural import counted, plural
from loadtest.results.problem import Problem, ProblemCause

LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class EarlierOrders:
    """
    What is said of the workflows of earlier steps.

    Attributes:
        problems: Those that are still open.
        notes: Why it is not known whether there are any.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


async def wait_for_earlier_orders(
    orders: Orders,
    check_alive: Callable[[], Awaitable[None]],
    tell: Callable[[Event], None],
    clock: Clock,
    *,
    drain_seconds: float,
) -> EarlierOrders:
    """
    Wait until the workflows of earlier steps have closed.

    Args:
        orders: Tells how many of the run's workflows are open.
        check_alive: Raises an error if a process of the target ended.
        tell: Gets the phase, if there is a wait.
        clock: Clock of the experiment.
        drain_seconds: Gives up where none has closed for so long.

    Raises:
        TargetError: A process of the target ended.
    """
    fewest, closed_at = -1, clock.now()
    while True:
        try:
            left = await orders.left()
        except MeasurementError as error:
            return EarlierOrders(notes=(f"whether earlier steps left workflows open is not known: {error}",))
        if not left:
            return EarlierOrders()
        if fewest < 0:
            tell(PhaseStarted("wait for workflows of earlier steps", None))
        if fewest < 0 or left < fewest:
            fewest, closed_at = left, clock.now()
        elif clock.now() - closed_at >= drain_seconds:
            told = (
                f"{counted(left, 'workflow')} of earlier steps {plural(left, 'was', 'were')} still open when this step began, and none had "
                f"closed for {drain_seconds:g} s, so what is done of them is counted here; raise drain_seconds (now "
                f"{drain_seconds:g}) beyond what one takes"
            )
            return EarlierOrders((Problem(ProblemCause.EARLIER_ORDERS, told),))
        await check_alive()
        await clock.sleep(LOOK_SECONDS)
