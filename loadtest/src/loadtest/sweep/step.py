"""
One step: scale, ready, warm-up, measure, drain, collect.  It reads as the method does.

It joins target, injectors and probes, and judges nothing: that is the analysis' work.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from loadtest.errors import LoadtestError, MeasurementError
from loadtest.plan import Load, LoadKind, Plan, StepOrder
from loadtest.results.difference import Difference
from loadtest.results.measured import HistorySample, InjectorReport, Measured, ProcessUse, Replica, StepKey
from loadtest.sweep.ports import Histories, Injectors, Metrics, Queue, Scrape, Target
from loadtest.sweep.progress import Event, PhaseStarted, Tick
from loadtest.sweep.readiness import wait_until_polling
from loadtest.sweep.watch import Watch

# Between order and first arrival: the order must have reached every injector.
LEAD_SECONDS = 0.7
# Some server counters are written once a second.
SETTLE_SECONDS = 1.1


@dataclass(frozen=True, slots=True)
class Parts:
    """
    The real parts that a sweep drives.
    """

    target: Target
    injectors: Injectors
    metrics: Metrics
    queue: Queue
    histories: Histories


@dataclass(frozen=True, slots=True)
class Look:
    """
    Everything that is read at one edge of a step.

    Attributes:
        worker, server: Scrapes; ``None`` where there is no page.
        alive: Replicas that run.
        use: CPU and memory so far.
        problems: What could not be read, in words.
    """

    worker: Scrape | None
    server: Scrape | None
    alive: tuple[Replica, ...]
    use: Mapping[str, ProcessUse]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """
    What one step needs to know.

    Attributes:
        key: Which step.
        load: The plan's load.
        arrival_rate: Starts per second, ``None`` when closed.
        activities_per_workflow: As the scenario says.
        own_worker: Whether the workers are the kit's, whose slots the plan sets.
        id_prefix: Start of every order id; unique per run.
    """

    key: StepKey
    load: Load
    arrival_rate: float | None
    activities_per_workflow: int | None
    own_worker: bool
    id_prefix: str


async def run_step(
    parts: Parts, plan: Plan, step: Step, tell: Callable[[Event], None]
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
    looks = {"step-start": await _look(parts, endpoints)}
    if looks["step-start"].worker is None and not step.own_worker:
        # A worker of the user's own may serve no page; then the server's side is measured.
        endpoints = {}
        looks["step-start"] = replace(looks["step-start"], problems=())

    order = _order(plan, step)
    warm_up, window = order.warm_up_seconds, order.window_seconds
    watch = Watch(
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
        looks["window-start"] = await _look(parts, endpoints)
        await _until(order.start_at + warm_up + window / 2, injecting)
        looks["window-middle"] = await _look(parts, endpoints, server=False)
        await _until(order.start_at + warm_up + window, injecting)
        looks["window-end"] = await _look(parts, endpoints)
        poll = await parts.queue.look()
        tell(PhaseStarted("drain", None))
        report: InjectorReport = await injecting
        await asyncio.sleep(SETTLE_SECONDS)

    tell(PhaseStarted("collect", None))
    looks["step-end"] = await _look(parts, endpoints)
    histories, problems = await _histories(parts, report)
    measured = _measured(parts.metrics, step, order, replicas, looks, watch, report, histories)
    if poll is not None:
        measured = replace(
            measured, pollers={"activity": len(poll.activity_pollers), "workflow": len(poll.workflow_pollers)}
        )
    return replace(measured, notes=(*measured.notes, *problems)), _pages(looks)


def _order(plan: Plan, step: Step) -> StepOrder:
    closed = step.load.kind is LoadKind.SATURATE
    slots = plan.worker.activity_slots * step.key.replicas
    return StepOrder(
        step=step.key.folder,
        id_prefix=f"{step.id_prefix}-{step.key.folder}",
        scenario=plan.scenario,
        task_queue=plan.task_queue,
        seed=plan.seed + step.key.repetition - 1,
        work=plan.work,
        arrival_rate=step.arrival_rate,
        in_flight=max(1, round(step.load.in_flight_per_slot * slots)) if closed else None,
        arrivals=step.load.arrivals,
        start_at=time.time() + LEAD_SECONDS,
        warm_up_seconds=plan.warm_up_seconds,
        window_seconds=step.load.window,
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


async def _look(parts: Parts, endpoints: Mapping[str, str], *, server: bool = True) -> Look:
    """
    Read everything at one edge, workers and server at the same time.
    """
    alive = tuple(parts.target.alive())
    here = {identity: url for identity, url in endpoints.items() if identity in {r.identity for r in alive}}
    problems: list[str] = []
    worker, at_server = await asyncio.gather(
        _scrape(parts.metrics, here, "worker", problems),
        _scrape(parts.metrics, parts.target.server_pages if server else {}, "server", problems),
    )
    return Look(worker, at_server, alive, parts.target.use(), tuple(problems))


async def _scrape(
    metrics: Metrics, endpoints: Mapping[str, str], role: str, problems: list[str]
) -> Scrape | None:
    if not endpoints:
        return None
    try:
        return await metrics.scrape(endpoints, role)
    except MeasurementError as error:
        problems.append(str(error))
        return None


async def _histories(parts: Parts, report: InjectorReport) -> tuple[HistorySample | None, tuple[str, ...]]:
    if not report.sampled_workflow_ids:
        return None, ()
    try:
        return await parts.histories.sample(report.sampled_workflow_ids), ()
    except LoadtestError as error:
        return None, (f"no histories could be read as a cross-check: {error}",)


def _measured(
    metrics: Metrics,
    step: Step,
    order: StepOrder,
    replicas: Sequence[Replica],
    looks: Mapping[str, Look],
    watch: Watch,
    report: InjectorReport,
    histories: HistorySample | None,
) -> Measured:
    differences: dict[str, Difference | None] = {}
    problems = [problem for look in looks.values() for problem in look.problems]
    for name, (before, after, role) in {
        "worker_whole": ("step-start", "step-end", "worker"),
        "worker_window": ("window-start", "window-end", "worker"),
        "first_half": ("window-start", "window-middle", "worker"),
        "second_half": ("window-middle", "window-end", "worker"),
        "server_whole": ("step-start", "step-end", "server"),
        "server_window": ("window-start", "window-end", "server"),
    }.items():
        try:
            differences[name] = _difference(metrics, looks[before], looks[after], role)
        except MeasurementError as error:
            differences[name] = None
            problems.append(str(error))
    start, end = looks["window-start"], looks["window-end"]
    first, second = differences["first_half"], differences["second_half"]
    born = {r.identity: (r.pid, r.started_at) for r in start.alive}
    still = {r.identity: (r.pid, r.started_at) for r in end.alive}
    wanted = {r.identity: (r.pid, r.started_at) for r in replicas}
    costs = [s.cost_seconds for look in looks.values() if (s := look.server) is not None]
    return Measured(
        key=step.key,
        arrival_rate=step.arrival_rate,
        in_flight=order.in_flight,
        warm_up_seconds=order.warm_up_seconds,
        window_seconds=order.window_seconds,
        slots=_slots(step, metrics, start),
        activities_per_workflow=step.activities_per_workflow,
        started_at=order.start_at,
        identities_start=tuple(sorted(born)),
        identities_end=tuple(sorted(still)),
        gone=tuple(sorted(i for i in wanted if still.get(i) != wanted[i])),
        appeared=tuple(sorted(i for i in {**born, **still} if i not in wanted)),
        worker_whole=differences["worker_whole"],
        worker_window=differences["worker_window"],
        worker_halves=(first, second) if first is not None and second is not None else None,
        server_whole=differences["server_whole"],
        server_window=differences["server_window"],
        injector=report,
        timeline=tuple(watch.seconds),
        histories=histories,
        slots_used=sum(watch.slots_used) / len(watch.slots_used) if watch.slots_used else None,
        pollers={},
        use={part: _used(start.use.get(part), end.use[part]) for part in end.use}
        | _on_pages(metrics, differences["worker_window"], end),
        scrape_seconds=sum(costs) / len(costs) if costs else None,
        problems=tuple(dict.fromkeys(problems)),
        notes=tuple(dict.fromkeys(watch.gaps)),
    )


def _slots(step: Step, metrics: Metrics, look: Look) -> int | None:
    if look.worker is None or not step.own_worker:
        return None
    free, used = (metrics.gauge(look.worker, f"worker.slots_{kind}") for kind in ("available", "used"))
    return None if free is None else round(free + (used or 0.0))


def _difference(metrics: Metrics, before: Look, after: Look, role: str) -> Difference | None:
    first, last = (look.worker if role == "worker" else look.server for look in (before, after))
    return None if first is None or last is None else metrics.difference(first, last, role)


def _used(before: ProcessUse | None, after: ProcessUse) -> ProcessUse:
    if before is None or before.cpu_seconds is None or after.cpu_seconds is None:
        return replace(after, cpu_seconds=None, why=after.why or "not known at the window's start")
    return replace(after, cpu_seconds=after.cpu_seconds - before.cpu_seconds)


def _on_pages(metrics: Metrics, window: Difference | None, end: Look) -> dict[str, ProcessUse]:
    """
    CPU of the workers as their pages say it, where the target cannot see their processes.
    """
    cpu = window.counters.get("worker.cpu") if window is not None else None
    if cpu is None or end.worker is None or end.use["worker"].cpu_seconds is not None:
        return {}
    rss = metrics.gauge(end.worker, "worker.rss")
    return {"worker": ProcessUse(cpu, None if rss is None else round(rss))}


def _pages(looks: Mapping[str, Look]) -> dict[str, str]:
    return {
        f"{edge}-{role}-{endpoint}": text
        for edge, look in looks.items()
        for role, scrape in (("worker", look.worker), ("server", look.server))
        if scrape is not None
        for endpoint, text in scrape.pages.items()
    }
