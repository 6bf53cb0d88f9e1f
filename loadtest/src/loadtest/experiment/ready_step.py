"""
Makes a step ready for its load: the replicas poll, what is known of the workers is as planned, the window is planned.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.analysis.readings.workers_as_planned import as_orders_use, in_flight
from loadtest.analysis.rules.long_poll_limits import demand_awaitable
from loadtest.design.window_plan import WindowPlan
from loadtest.experiment.asked_worker_facts import first_known
from loadtest.experiment.background_task import running
from loadtest.experiment.clock import Clock
from loadtest.experiment.earlier_orders import EarlierOrders, has_work, wait_for_earlier_orders
from loadtest.experiment.planned_step import PlannedStep
from loadtest.experiment.ports import Ports
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.experiment.readiness import wait_until_polling
from loadtest.plan import Saturate
from loadtest.results.measured_step import Replica
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.worker_facts import WorkerFacts


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """
    A step whose load can begin.

    Attributes:
        step: The planned step.
        replicas: Replicas that poll.
        restarted: What was restarted for the step, in words.
        workers: What is known of each replica.
        window: Window of the step.
        earlier: What is said of workflows that earlier steps left open.
    """

    step: PlannedStep
    replicas: Sequence[Replica]
    restarted: tuple[str, ...]
    workers: tuple[WorkerFacts, ...]
    window: WindowPlan
    earlier: EarlierOrders

    def instruction(self, start_at: float) -> StepInstruction:
        """
        Return what the injectors are told, for a load that begins at a Unix time.

        Raises:
            InputError: The workers have more slots than results can be awaited of.
        """
        plan, key, window = self.step.plan, self.step.key, self.window
        told: dict[str, object] = {"start_at": start_at, "schedule_seed": window.schedule_seed}
        load = plan.loads[key.load]
        if isinstance(load, Saturate):
            workers = as_orders_use(self.workers, self.step.activities_per_workflow)
            demand_awaitable(plan, workers, (key,))
            told["in_flight"] = in_flight(load, workers, plan, key)
        if window.is_fixed:
            told["window_seconds"] = window.rule.longest_seconds
        return self.step.instruction.model_copy(update=told)


async def make_ready(
    ports: Ports, step: PlannedStep, tell: Callable[[Event], None], clock: Clock
) -> ReadyStep:
    """
    Set the target up and scale it, and plan the window meanwhile.

    Raises:
        TargetError: The replicas did not start, or are of a version that gets no workflow, or the server refuses the
            queue's rate limit.
        InputError: The plan names another setting than the workers show, or the workers are not seen to read what the
            run varies.
    """
    async with running(asyncio.to_thread(step.plan_window)) as planning:
        restarted = await ports.target.set_up(step.plan)
        await ports.queue.limit_activities(step.plan.queue_activities_per_second)
        await ports.injectors.add_up_to(step.plan.injectors)
        replicas = await ports.target.scale(step.key.replicas)
        await wait_until_polling(
            replicas,
            ports.queue,
            ports.target.check_alive,
            clock,
            timeout_seconds=step.plan.waits.polling_seconds,
            wants_activities=step.wants_activities,
            workers=ports.workers,
        )
        earlier = await _earlier(ports, step, replicas, tell, clock)
        known = await first_known(ports.workers, replicas, step, tell, clock)
        tell(PhaseStarted("plan the window", None))
        return ReadyStep(step, replicas, restarted, known, await planning, earlier)


async def _earlier(
    ports: Ports, step: PlannedStep, replicas: Sequence[Replica], tell: Callable[[Event], None], clock: Clock
) -> EarlierOrders:
    if not step.follows_open:
        return EarlierOrders()
    is_busy = functools.partial(has_work, ports.queue, ports.workers, replicas)
    return await wait_for_earlier_orders(
        ports.orders, ports.target.check_alive, is_busy, tell, clock, drain_seconds=step.plan.drain_seconds
    )
