"""
The readings of one step from which suspects are ranked, taken out of its raw facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from loadtest.analysis.estimators.bucket_quantile import bucket, mean, quantile
from loadtest.analysis.estimators.percentiles import is_coarse
from loadtest.analysis.readings.backlog import window_seconds
from loadtest.analysis.readings.settings_as_planned import reads_settings
from loadtest.analysis.readings.workers_as_planned import run_on_one_core
from loadtest.analysis.suspects.waits_outside_tasks import waiting_ratio
from loadtest.analysis.twin.work_distribution import OWN_ORDERS
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, Histogram, counter_of, histogram_of
from loadtest.results.resource_use import MachineUse, QueueRateLimit, ResourceUse
from loadtest.results.step_result_parts import Limit
from loadtest.results.worker_facts import SlotNumber, WorkerFacts, has_tuner, total_slots

Kind = Literal["activity", "workflow"]
_SLOTS: Mapping[Kind, SlotNumber] = {"activity": "activity_slots", "workflow": "workflow_slots"}
_SLOTS_USED: Mapping[Kind, SlotNumber] = {
    "activity": "activity_slots_used",
    "workflow": "workflow_slots_used",
}


@dataclass(frozen=True, slots=True)
class QueueReadings:
    """
    Readings of one kind of task in the window, over all replicas; ``None`` is "not known".

    Attributes:
        kind: ``activity`` or ``workflow``.
        wait_p50_seconds, wait_mean_seconds: Schedule-to-start latency, median (at least, where buckets are wide) and mean.
        started_per_second: Tasks that workers took, per second.
        backlog_tasks: Mean number of waiting tasks; of workflow tasks without those of sticky queues.
        poll_p50_seconds: How long the server held a poll before it had a task for it, median.
        slots, slots_used: Task slots and task slots in use, mean over the window.
        polls_out: Outstanding polls, those of sticky queues too, mean over the window.
        pollers: The most polls that all replicas may have out; ``None`` where pollers scale by themselves or their
            number is not known.
        execution_mean_seconds: Mean seconds from taking a task to reporting its result.
        is_tuned: Whether a tuner gives out slots as it sees fit, so that they have no fixed number.
    """

    kind: Kind
    wait_p50_seconds: float | None = None
    wait_mean_seconds: float | None = None
    started_per_second: float | None = None
    backlog_tasks: float | None = None
    poll_p50_seconds: float | None = None
    slots: float | None = None
    slots_used: float | None = None
    polls_out: float | None = None
    pollers: int | None = None
    execution_mean_seconds: float | None = None
    is_tuned: bool = False

    @property
    def waiting(self) -> float | None:
        """
        Mean number of waiting tasks, by Little's law of the queue.
        """
        if self.wait_mean_seconds is None or self.started_per_second is None:
            return None
        return self.wait_mean_seconds * self.started_per_second


@dataclass(frozen=True, slots=True)
class SuspectReadings:
    """
    Everything that the ranking of suspects reads; ``None`` is "not known".

    Attributes:
        replicas: Number of worker replicas.
        activity, workflow: Readings of the two kinds of tasks.
        in_flight: Orders open at the injectors, mean over the window.
        is_closed: Whether the injectors keep the number of open orders constant.
        closed_load_limit: What limited a closed load, as far as a second step with twice the orders in flight tells.
        refused_per_second: Requests that a limit of the server refused, by its cause.
        persistence_refused_per_second: Requests to the database that a limit refused, by its cause.
        rate_limit: Rate limit of the task queue's activities.
        sticky_hit_ratio: Share of workflow tasks that found their workflow in the cache.
        planned_activity_seconds: How long an activity takes by the plan; ``None`` where the plan does not say.
        worker_cores, server_cores, injector_cores: Cores that all processes of workers, server and injectors use.
        injectors: Number of injector processes.
        injector_core_limit: Cores that each of them may use.
        persistence_mean_seconds: Mean seconds of a request to the database.
        shard_wait_mean_seconds: Mean seconds that a request waits for a shard's lock.
        machine: Cores that everything on the machine uses.
        runs_on_one_core: Whether a worker's code uses one core at most, as far as its SDK is known.
        worker_core_limit: Cores that the container of each worker may use.
        waiting_ratio: Share of the open orders of which no task is in a queue or a slot, by what they wait for, as the
            histories of sampled orders tell.
    """

    replicas: int
    activity: QueueReadings
    workflow: QueueReadings
    in_flight: float | None = None
    is_closed: bool = True
    closed_load_limit: Limit | None = None
    refused_per_second: Mapping[str, float] = field(default_factory=dict)
    persistence_refused_per_second: Mapping[str, float] = field(default_factory=dict)
    rate_limit: QueueRateLimit | None = None
    sticky_hit_ratio: float | None = None
    planned_activity_seconds: float | None = None
    worker_cores: float | None = None
    server_cores: float | None = None
    injector_cores: float | None = None
    injectors: int = 1
    injector_core_limit: float | None = None
    persistence_mean_seconds: float | None = None
    shard_wait_mean_seconds: float | None = None
    machine: MachineUse | None = None
    runs_on_one_core: bool = True
    worker_core_limit: float | None = None
    waiting_ratio: Mapping[str, float] = field(default_factory=dict)


def suspect_readings_of(measured: Measured, plan: Plan) -> SuspectReadings:
    """
    Take the readings of one step.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
    """
    server, worker = measured.server_window, measured.worker_window
    hit, miss = counter_of(worker, "worker.sticky_hit"), counter_of(worker, "worker.sticky_miss")
    tasks = (hit or 0.0) + (miss or 0.0)
    planned = plan.work.seconds + plan.work.cpu_seconds
    activity = _queue(measured, plan, "activity")
    return SuspectReadings(
        replicas=measured.key.replicas,
        activity=activity,
        workflow=_queue(measured, plan, "workflow"),
        in_flight=_in_flight(measured),
        is_closed=measured.arrival_rate is None,
        refused_per_second=_rates(server, "server.resource_exhausted"),
        persistence_refused_per_second=_rates(server, "server.persistence_exhausted"),
        rate_limit=measured.limits.rate_limit,
        sticky_hit_ratio=(hit or 0.0) / tasks if tasks else None,
        planned_activity_seconds=planned if plan.scenario == OWN_ORDERS else None,
        worker_cores=_cores(measured, "worker"),
        server_cores=_cores(measured, "server"),
        injector_cores=measured.injector.cpu_seconds / measured.window_seconds,
        injectors=plan.injectors,
        injector_core_limit=measured.injector.core_limit,
        persistence_mean_seconds=_mean(_histogram(server, "server.persistence_latency")),
        shard_wait_mean_seconds=_mean(_histogram(server, "server.shard_lock")),
        machine=measured.limits.machine,
        runs_on_one_core=run_on_one_core(measured.workers),
        worker_core_limit=measured.limits.worker_core_limit,
        waiting_ratio=waiting_ratio(
            measured.histories, activity.wait_mean_seconds, activity.execution_mean_seconds
        ),
    )


def _queue(measured: Measured, plan: Plan, kind: Kind) -> QueueReadings:
    server, worker = measured.server_window, measured.worker_window
    waits = _histogram(worker, f"worker.{kind}_schedule_to_start") or _histogram(
        server, f"server.{kind}_schedule_to_start"
    )
    polls = _histogram(server, f"server.{kind}_poll_latency")
    executions = "worker.activity_execution" if kind == "activity" else "worker.workflow_task_execution"
    slots, used = _slots(measured, kind)
    polls_out = _polls_out(measured.limits, kind)
    seconds = waits_seconds(server, worker)
    backlog = [
        float(tasks)
        for second in window_seconds(measured)
        if (tasks := getattr(second, f"backlog_{kind}")) is not None
    ]
    return QueueReadings(
        kind=kind,
        wait_p50_seconds=_median_wait(waits),
        wait_mean_seconds=_mean(waits),
        started_per_second=waits.count / seconds if waits is not None and seconds else None,
        backlog_tasks=sum(backlog) / len(backlog) if backlog else None,
        poll_p50_seconds=quantile(polls, 0.5) if polls is not None else None,
        slots=slots,
        slots_used=used,
        polls_out=polls_out,
        pollers=_pollers(measured, plan, kind, polls_out),
        execution_mean_seconds=_mean(_histogram(worker, executions)),
        is_tuned=kind == "activity" and any(has_tuner(worker) for worker in measured.workers),
    )


def _polls_out(facts: ResourceUse, kind: Kind) -> float | None:
    names = ("activity",) if kind == "activity" else ("workflow", "sticky")
    return sum(facts.polls_out.get(name, 0.0) for name in names) if facts.polls_out else None


def _pollers(measured: Measured, plan: Plan, kind: Kind, polls_out: float | None) -> int | None:
    """
    Return the plan's pollers, or those that workers which do not read a plan were seen to have; ``None`` where more
    polls are out.
    """
    if reads_settings(measured.workers):
        each = getattr(plan.worker, f"{kind}_pollers")
        most = each * measured.key.replicas if isinstance(each, int) else None
    else:
        most = _own_pollers(measured.workers, kind)
    return None if most is None or (polls_out or 0.0) > most else most


def _own_pollers(workers: Sequence[WorkerFacts], kind: Kind) -> int | None:
    """
    Return the polls of workers without load, which has all of them out; of a sticky queue there are none yet then.
    """
    seen = [worker.activity_pollers for worker in workers if not worker.activity_polls_scale]
    known = [number for number in seen if number]
    return sum(known) if kind == "activity" and len(known) == len(workers) else None


def _slots(measured: Measured, kind: Kind) -> tuple[float | None, float | None]:
    """
    Return the slots of all workers and the slots in use: by the looks at the pages, else by the window's heartbeats.
    """
    facts, workers = measured.limits, measured.workers
    slots, used = getattr(facts, _SLOTS[kind]), getattr(facts, _SLOTS_USED[kind])
    if slots is None:
        slots = total_slots(workers, _SLOTS[kind])
    if used is None and kind == "activity":
        used = measured.slots_used
    began = measured.started_at + measured.warm_up_seconds
    # A heartbeat is listed until the next one, up to a minute: an earlier one tells nothing of the window.
    if used is None and all((worker.at or 0.0) >= began for worker in workers):
        used = total_slots(workers, _SLOTS_USED[kind])
    return slots, used


def waits_seconds(server: Difference | None, worker: Difference | None) -> float | None:
    """
    Return the seconds between the looks that counted the waits of the window.
    """
    known = worker if worker is not None else server
    return known.seconds if known is not None else None


def _in_flight(measured: Measured) -> float | None:
    seen = [second.in_flight for second in window_seconds(measured) if second.in_flight is not None]
    if seen:
        return sum(seen) / len(seen)
    return float(measured.in_flight) if measured.in_flight is not None else None


def _histogram(difference: Difference | None, name: str) -> Histogram | None:
    found = histogram_of(difference, name)
    return found if found is not None and found.count else None


def _median_wait(waits: Histogram | None) -> float | None:
    """
    Return the median, or the least that it can be where its bucket is too wide to tell it; ``None`` where that is 0.
    """
    if waits is None:
        return None
    low, high = bucket(waits, 0.5)
    return (low or None) if is_coarse(low, high) else quantile(waits, 0.5)


def _mean(histogram: Histogram | None) -> float | None:
    return mean(histogram) if histogram is not None else None


def _rates(difference: Difference | None, name: str) -> dict[str, float]:
    if difference is None:
        return {}
    return {cause: count / difference.seconds for cause, count in difference.by_label.get(name, {}).items()}


def _cores(measured: Measured, part: str) -> float | None:
    use = measured.use.get(part)
    if use is None or use.cpu_seconds is None:
        return None
    return use.cpu_seconds / measured.window_seconds
