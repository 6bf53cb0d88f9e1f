"""
One step: scale, ready, warm-up, measure, drain, collect.  It reads as the method does.

It joins target, injectors and probes, and judges nothing: that is the analysis' work.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from loadtest.errors import LoadtestError
from loadtest.experiment.assembly import assemble_measured
from loadtest.experiment.ports import Ports
from loadtest.experiment.progress import Event, PhaseStarted, Tick
from loadtest.experiment.readiness import wait_until_polling
from loadtest.experiment.snapshot import pages, take_snapshot
from loadtest.experiment.step_context import StepContext
from loadtest.experiment.timeline_recorder import TimelineRecorder
from loadtest.plan import Arrivals, Plan, Saturate
from loadtest.results.measured import HistorySample, InjectorReport, Measured
from loadtest.results.step_order import StepOrder

# Between order and first arrival: the order must have reached every injector.
LEAD_SECONDS = 0.5
# Some server counters are written once a second.
SETTLE_SECONDS = 1.1


async def run_step(
    parts: Ports, plan: Plan, step: StepContext, tell: Callable[[Event], None]
) -> tuple[Measured, dict[str, str]]:
    """
    Carry one step out.

    Args:
        parts: The world.
        plan: What was asked.
        step: Which cell of it.
        tell: Gets the progress.

    Returns:
        The raw facts, and the filtered text of every page looked at, by ``<edge>-<role>-<endpoint>``.

    Raises:
        TargetError: The replicas did not come up.
        InjectorError: There is no report at all.
    """
    tell(PhaseStarted("scale", None))
    replicas = await parts.target.scale(step.key.replicas)
    await wait_until_polling(
        replicas, parts.queue, parts.target.check_alive, wants_activities=step.activities_per_workflow != 0
    )
    endpoints = {r.identity: r.metrics_url for r in replicas if r.metrics_url is not None}
    looks = {"step-start": await take_snapshot(parts.metrics, parts.target, endpoints)}
    if looks["step-start"].worker is None and not step.own_worker:
        # A worker of the user's own may serve no page; then the server's side is measured.
        endpoints = {}
        looks["step-start"] = replace(looks["step-start"], problems=())

    order = _order(plan, step)
    warm_up, window = order.warm_up_seconds, order.window_seconds
    watch = TimelineRecorder(
        parts.metrics,
        parts.queue,
        endpoints,
        order.start_at,
        (warm_up, warm_up + window),
        lambda second: tell(Tick(second)),
    )
    async with _running(watch.run()), _running(parts.injectors.run(order, watch.injectors_say)) as injecting:
        tell(PhaseStarted("warm-up", warm_up))
        await _until(order.start_at + warm_up, injecting)
        tell(PhaseStarted("window", window))
        looks["window-start"] = await take_snapshot(parts.metrics, parts.target, endpoints)
        await _until(order.start_at + warm_up + window / 2, injecting)
        looks["window-middle"] = await take_snapshot(parts.metrics, parts.target, endpoints, server=False)
        await _until(order.start_at + warm_up + window, injecting)
        looks["window-end"] = await take_snapshot(parts.metrics, parts.target, endpoints)
        poll = await parts.queue.look()
        tell(PhaseStarted("drain", None))
        report: InjectorReport = await injecting
        await asyncio.sleep(SETTLE_SECONDS)

    tell(PhaseStarted("collect", None))
    looks["step-end"] = await take_snapshot(parts.metrics, parts.target, endpoints)
    histories, problems = await _histories(parts, report)
    measured = assemble_measured(parts.metrics, step, order, replicas, looks, watch, report, histories)
    if poll is not None:
        measured = replace(
            measured, pollers={"activity": len(poll.activity_pollers), "workflow": len(poll.workflow_pollers)}
        )
    return replace(measured, notes=(*measured.notes, *problems)), pages(looks)


def _order(plan: Plan, step: StepContext) -> StepOrder:
    load = step.load
    slots = plan.worker.slots * step.key.replicas
    return StepOrder(
        step=step.key.folder,
        id_prefix=f"{step.id_prefix}-{step.key.folder}",
        scenario=plan.scenario,
        task_queue=plan.task_queue,
        seed=plan.seed + step.key.repetition - 1,
        schedule_seed=f"{plan.seed}/{step.key.repetition}",
        work=plan.work,
        arrival_rate=step.arrival_rate,
        in_flight=max(1, round(load.in_flight_per_slot * slots)) if isinstance(load, Saturate) else None,
        arrivals=Arrivals() if isinstance(load, Saturate) else load.arrivals,
        start_at=time.time() + LEAD_SECONDS,
        warm_up_seconds=plan.warm_up_seconds,
        window_seconds=load.longest_window_seconds,
        drain_seconds=plan.drain_seconds,
        max_in_flight=plan.max_in_flight,
        end_to_end_bound_seconds=plan.slo.end_to_end_p95_seconds,
    )


T = TypeVar("T")


@contextlib.asynccontextmanager
async def _running(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _until(at: float, injecting: asyncio.Task[InjectorReport]) -> None:
    """
    Sleep until a unix time; an injector that ends before it is an error that ends the sleep.
    """
    done, _ = await asyncio.wait({injecting}, timeout=max(0.0, at - time.time()))
    if done and (error := injecting.exception()) is not None:
        raise error


async def _histories(parts: Ports, report: InjectorReport) -> tuple[HistorySample | None, tuple[str, ...]]:
    if not report.sampled_workflow_ids:
        return None, ()
    try:
        return await parts.histories.sample(report.sampled_workflow_ids), ()
    except LoadtestError as error:
        return None, (f"no histories could be read as a cross-check: {error}",)
