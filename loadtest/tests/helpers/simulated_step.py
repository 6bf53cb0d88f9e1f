"""
A step that is simulated, and what each of its parts would show of it.

It is made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from histograms import buckets, hdr
from queue_simulation import Task, simulate

from loadtest.plan import Plan, Saturate
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorCounts, InjectorReport
from loadtest.results.measured_step import Measured, ProcessUse, Second
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import ResourceUse
from loadtest.results.step_key import StepKey
from loadtest.results.window_decision import Decided, Decision

ACTIVITIES = 6
HAND_OVER_SECONDS = 0.008
STARTED_AT = 1_750_000_000.0
# What a page counts of events that did not come.
NOT_WELL = ("server.activity_failed", "server.activity_timed_out", "server.activity_timeouts")


class World:
    """
    A simulated step, and every count and histogram that its parts would show.
    """

    def __init__(
        self,
        key: StepKey,
        plan: Plan,
        arrival_rate: float | None,
        *,
        slots: int | None = None,
        efficiency: float = 1.0,
    ) -> None:
        """
        Args:
            key: Which step.
            plan: Of it.
            arrival_rate: Starts per second; ``None`` for the closed load.
            slots: Of one replica, the plan's by default.
            efficiency: Share of its speed that each activity runs with.
        """
        self.key, self.plan, self.arrival_rate = key, plan, arrival_rate
        load = plan.loads[key.load]
        self.warm_up, self.window = plan.warm_up_seconds, load.longest_window_seconds
        self.slots = (slots or plan.worker.slots) * key.replicas
        times = 2 if key.doubled else 1
        self.in_flight = (
            round(times * load.orders_per_slot * self.slots) if isinstance(load, Saturate) else None
        )
        draw = random.Random(f"{plan.seed} {key.repetition}")
        self.draw = random.Random(f"noise {key}")
        end = self.warm_up + self.window

        def services(number: int) -> Sequence[float]:
            mine = random.Random(f"{plan.seed} {key.repetition} {number}")
            mean = plan.work.seconds
            return [mine.uniform(0.5 * mean, 1.5 * mean) / efficiency for _ in range(ACTIVITIES)]

        arrivals: list[float]
        if arrival_rate is None:
            assert self.in_flight is not None
            arrivals = [0.0] * self.in_flight
        else:
            arrivals = sorted(
                draw.uniform(0, self.warm_up) for _ in range(round(arrival_rate * self.warm_up))
            )
            arrivals += sorted(
                draw.uniform(self.warm_up, end) for _ in range(round(arrival_rate * self.window))
            )
        self.tasks = simulate(
            arrivals,
            services,
            slots=self.slots,
            between=HAND_OVER_SECONDS,
            seed=plan.seed,
            next_start=None if arrival_rate is not None else lambda now: now if now < end else None,
        )
        self.starts, self.closes = self._workflows(self.tasks)
        self.planned = len(arrivals) if arrival_rate is not None else None

    @staticmethod
    def _workflows(tasks: Sequence[Task]) -> tuple[dict[int, float], dict[int, float]]:
        starts = {task.workflow: task.queued for task in tasks if task.index == 0}
        closes = {task.workflow: task.ended + 0.005 for task in tasks if task.index == ACTIVITIES - 1}
        return starts, closes

    def _in(self, time: float, span: tuple[float, float]) -> bool:
        return span[0] <= time < span[1]

    def worker(self, span: tuple[float, float]) -> Difference:
        """
        What the workers' pages count in a span of time.
        """
        closed = [number for number, time in self.closes.items() if self._in(time, span)]
        started = [task for task in self.tasks if self._in(task.started, span)]
        workflow_tasks = [self.draw.uniform(0.0015, 0.006) for _ in range(7 * len(closed))]
        return Difference(
            seconds=span[1] - span[0],
            counters={
                "worker.workflow_completed": len(closed),
                "worker.activity_finished": sum(self._in(task.ended, span) for task in self.tasks),
                "worker.sticky_hit": 6 * len(closed),
                "worker.sticky_miss": 0,
                "worker.activity_failed": 0,
                "worker.workflow_task_failed": 0,
            },
            histograms={
                "worker.activity_schedule_to_start": buckets(
                    [task.wait + self.draw.uniform(0.0015, 0.004) for task in started]
                ),
                "worker.workflow_schedule_to_start": buckets(workflow_tasks),
                "worker.activity_execution": buckets(
                    [task.ended - task.started for task in self.tasks if self._in(task.ended, span)]
                ),
                "worker.workflow_task_execution": buckets([0.004] * (7 * len(closed))),
                "worker.workflow_endtoend": buckets([self.closes[n] - self.starts[n] - 0.02 for n in closed]),
            },
        )

    def server(self, span: tuple[float, float]) -> Difference:
        """
        What the server's page counts in a span of time.
        """
        mine = self.worker(span)
        closed = mine.counters["worker.workflow_completed"]
        return Difference(
            seconds=mine.seconds,
            counters={
                "server.workflow_closed": closed,
                "server.activity_completed": mine.counters["worker.activity_finished"],
                "server.state_transitions": 27 * closed,
                "server.actions": 7 * closed,
                "server.poll_success": 13 * closed,
                "server.poll_success_sync": 12 * closed,
                **dict.fromkeys(NOT_WELL, 0),
            },
            histograms={
                "server.activity_schedule_to_start": mine.histograms["worker.activity_schedule_to_start"],
                "server.workflow_schedule_to_start": mine.histograms["worker.workflow_schedule_to_start"],
                "server.workflow_endtoend": mine.histograms["worker.workflow_endtoend"],
                "server.persistence_latency": buckets([0.0004] * int(20 * closed)),
                "server.shard_lock": buckets([0.0002] * int(10 * closed)),
            },
            by_label={
                "server.actions": {
                    "grpc_StartWorkflowExecution": closed,
                    "command_ScheduleActivityTask": 6 * closed,
                }
            },
        )

    def timeline(self) -> tuple[Second, ...]:
        """
        One look a second until the last close.
        """
        last = int(max(self.closes.values())) + 2
        return tuple(self._second(at + 0.02) for at in range(1, last))

    def _second(self, at: float) -> Second:
        sent = sum(start <= at for start in self.starts.values())
        closed = sum(close <= at for close in self.closes.values())
        queued = [task for task in self.tasks if task.queued <= at < task.started]
        recent = [task.wait + 0.003 for task in self.tasks if at - 1 <= task.started < at]
        edge = self.warm_up + self.window
        return Second(
            at=at,
            phase="warm-up" if at < self.warm_up else "window" if at < edge else "drain",
            offered=sent,
            sent=sent,
            completed=closed,
            failed=0,
            in_flight=sent - closed,
            activities_finished=float(sum(task.ended <= at for task in self.tasks)),
            backlog_activity=len(queued),
            backlog_workflow=0,
            backlog_age_seconds=max((at - task.queued for task in queued), default=0.0),
            schedule_to_start_mean_seconds=sum(recent) / len(recent) if recent else None,
        )

    def report(self) -> InjectorReport:
        """
        What the injectors say.
        """
        span = (self.warm_up, self.warm_up + self.window)
        sent = len(self.starts)
        in_window = [n for n, start in self.starts.items() if self._in(start, span)]
        closed_in_window = [n for n, close in self.closes.items() if self._in(close, span)]
        whole = InjectorCounts(sent, sent, sent, sent)
        times = {n: self.closes[n] - self.starts[n] for n in self.starts}
        return InjectorReport(
            planned=self.planned,
            whole=whole,
            window=InjectorCounts(len(in_window), len(in_window), len(in_window), len(closed_in_window)),
            awaited_every=1,
            closed_minus_sent_seconds=sum(times.values()),
            window_closed_minus_sent_seconds=sum(times[n] for n in closed_in_window),
            histograms={
                "lag": hdr([self.draw.uniform(0.0002, 0.002) for _ in in_window]),
                "response": hdr([self.draw.uniform(0.003, 0.012) for _ in in_window]),
                "service": hdr([self.draw.uniform(0.003, 0.010) for _ in in_window]),
                "end_to_end": hdr([times[n] for n in in_window]),
            },
            within_slo=len(closed_in_window),
            open_at_end=0,
            drain_seconds=max(self.closes.values()) - span[1],
            per_injector={"injector-1": whole},
            problems=(),
            sampled_workflow_ids=(),
            cpu_seconds=0.002 * len(closed_in_window),
            rss_bytes=90 << 20,
        )

    def measured(self) -> Measured:
        """
        The raw step.
        """
        start, middle, end = self.warm_up, self.warm_up + self.window / 2, self.warm_up + self.window
        everything = (0.0, 1e9)
        whole = (
            replace(self.worker(everything), seconds=end + 5),
            replace(self.server(everything), seconds=end + 5),
        )
        identities = tuple(f"worker-{number}" for number in range(1, self.key.replicas + 1))
        in_window = [task for task in self.tasks if start <= task.started < end]
        done = self.worker((start, end)).counters["worker.activity_finished"] / ACTIVITIES
        return Measured(
            key=self.key,
            arrival_rate=self.arrival_rate,
            in_flight=self.in_flight,
            warm_up_seconds=self.warm_up,
            window_seconds=self.window,
            slots=self.slots,
            activities_per_workflow=ACTIVITIES,
            started_at=STARTED_AT + 40 * self.key.repetition + 100 * self.key.replicas + 50 * self.key.load,
            identities_start=identities,
            identities_end=identities,
            gone=(),
            appeared=(),
            worker_whole=whole[0],
            worker_window=self.worker((start, end)),
            worker_halves=(self.worker((start, middle)), self.worker((middle, end))),
            server_whole=whole[1],
            server_window=self.server((start, end)),
            injector=self.report(),
            timeline=self.timeline(),
            histories=HistorySample(20, tuple(task.wait + 0.003 for task in in_window[::3]), ()),
            limits=ResourceUse(workflow_slots=100.0 * self.key.replicas),
            slots_used=min(self.slots, sum(task.ended - task.started for task in in_window) / self.window),
            pollers={"activity": self.key.replicas, "workflow": self.key.replicas},
            use={
                "worker": ProcessUse(0.036 * done, self.key.replicas * (110 << 20)),
                "server": ProcessUse(0.083 * done, 310 << 20),
            },
            scrape_seconds=0.055,
            decision=None if self.arrival_rate is None else self.decision(in_window),
        )

    def decision(self, tasks: Sequence[Task]) -> Decision | None:
        """
        What a window that holds the whole truth would decide: whether more than 5 % of its tasks are late.
        """
        bound = self.plan.slo.schedule_to_start_p95_seconds
        if bound is None:
            return None
        late, limit = sum(task.wait + 0.003 > bound for task in tasks), 0.05 * len(tasks)
        answer = Decided.MISSED if late > limit else Decided.MET
        return Decision(answer, self.window, float(late), limit, 0.1, None, ())
