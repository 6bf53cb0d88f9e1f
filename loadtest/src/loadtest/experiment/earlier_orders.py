"""
Waits for the workflows that earlier steps left open: what is done of them would be counted as the next step's.

A drain that gave up leaves some, as that of a step above capacity, and so does a run that was interrupted, whether it
goes on or another one begins on the same task queue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from loadtest.errors import MeasurementError
from loadtest.experiment.asked_worker_facts import ask_workers
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import AskedWorkers, LeftOrders, Orders, Queue
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Replica
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.worker_facts import activity_slots_used

LOOK_SECONDS = 2.0
# A drain may be shorter than what one of its activities takes.
_LEAST_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class EarlierOrders:
    """
    What is said of the workflows of earlier steps.

    Attributes:
        problems: Those of this run that are still open.
        notes: Those of other runs, or why it is not known whether there are any.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


async def wait_for_earlier_orders(
    orders: Orders,
    check_alive: Callable[[], Awaitable[None]],
    is_busy: Callable[[], Awaitable[bool]],
    tell: Callable[[Event], None],
    clock: Clock,
    *,
    drain_seconds: float,
) -> EarlierOrders:
    """
    Wait until the workflows of earlier steps have closed.

    Args:
        orders: Tells how many are open.
        check_alive: Raises an error if a process of the target ended.
        is_busy: Tells whether the workers have something to do: what is open and idle is given up without harm.
        tell: Gets the phase, if there is a wait.
        clock: Clock of the experiment.
        drain_seconds: The plan's; where none has closed for so long, and for half a minute, they are given up.

    Raises:
        TargetError: A process of the target ended.
    """
    patience = max(drain_seconds, _LEAST_PATIENCE_SECONDS)
    fewest: int | None = None
    closed_at = clock.now()
    while True:
        try:
            left = await orders.left()
        except MeasurementError as error:
            return EarlierOrders(notes=(f"whether earlier steps left workflows open is not known: {error}",))
        every = left.mine + left.others
        if not every:
            return EarlierOrders()
        if fewest is None:
            tell(PhaseStarted("wait for workflows of earlier steps", None))
        if fewest is None or every < fewest:
            fewest, closed_at = every, clock.now()
        elif clock.now() - closed_at >= patience:
            return _given_up(left, patience, drain_seconds, is_busy=await is_busy())
        await check_alive()
        await clock.sleep(LOOK_SECONDS)


async def has_work(queue: Queue, workers: AskedWorkers, replicas: Sequence[Replica]) -> bool:
    """
    Tell whether tasks wait or hold slots while no step runs, as far as that is known.
    """
    look = await queue.look()
    waits = look is not None and bool(look.tasks)
    return waits or bool(activity_slots_used(await ask_workers(workers, replicas)))


def _given_up(left: LeftOrders, patience: float, drain_seconds: float, *, is_busy: bool) -> EarlierOrders:
    if left.mine and is_busy:
        told = (
            f"{counted(left.mine, 'workflow')} of earlier steps {plural(left.mine, 'was', 'were')} still open when this step began, and none "
            f"had closed for {patience:g} s, so what is done of them is counted here; raise drain_seconds (now "
            f"{drain_seconds:g}) beyond what one takes"
        )
        return EarlierOrders((Problem(ProblemCause.EARLIER_ORDERS, told),))
    number, whose = (left.mine, "earlier steps") if left.mine else (left.others, "other runs")
    told = (
        f"{counted(number, 'workflow')} of {whose} {plural(number, 'is', 'are')} open on this task queue, and none closed "
        f"in {patience:g} s; what is done of them is counted here, and `loadtest clean` of their run ends them"
    )
    return EarlierOrders(notes=(told,))
