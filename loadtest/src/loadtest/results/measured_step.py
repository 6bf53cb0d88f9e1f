"""
The raw facts of one step, as they were measured: nothing derived, nothing judged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from loadtest.results.disturbance import OutsideLook
from loadtest.results.failure import FailureCounts
from loadtest.results.history_sample import HistorySample
from loadtest.results.limit_facts import LimitFacts
from loadtest.results.metric_difference import Difference
from loadtest.results.plan_setting import Setting, setting_text
from loadtest.results.problem import ReadProblem
from loadtest.results.window_decision import Decision, LongRunP95, ProbeDecision
from loadtest.results.worker_facts import WorkerFacts

_LONGEST_FACTORS = 120
_FromOne = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class StepKey:
    """
    Which cell of the plan a step is.

    Attributes:
        replicas: Worker replicas.
        load: Index of the load in the plan.
        kind: The load's kind, for names and texts.
        repetition: From 1.
        factors: Values of the plan's factors by their keys, in the plan's order.
        attempt: From 1; more where an earlier attempt was not valid.
        doubled: Whether it is the second step of a closed load, with twice the orders in flight.
    """

    replicas: _FromOne
    load: Annotated[int, Field(ge=0)]
    kind: str
    repetition: _FromOne
    factors: Setting = ()
    attempt: _FromOne = 1
    doubled: bool = False

    @property
    def setting(self) -> str:
        """
        The factors' values in words; empty where the plan varies none.
        """
        return setting_text(self.factors)

    @property
    def load_name(self) -> str:
        """
        The load's kind, with how many orders a second step of a closed load keeps open.
        """
        return f"{self.kind} (2x in flight)" if self.doubled else self.kind

    @property
    def folder(self) -> str:
        """
        Name of the step's folder, ``<replicas>-<load>-<repetition>``, with the factors, a second step and a later attempt.
        """
        suffix = "" if self.load == 0 else f"{self.load}"
        factors = "".join(f"-{name}-{value}" for name, value in self.factors)
        twice = "-doubled" if self.doubled else ""
        again = f"-again{self.attempt - 1}" if self.attempt > 1 else ""
        kept = re.sub(r"[^\w.-]", "_", factors)
        if len(kept) > _LONGEST_FACTORS:
            # A command line may be longer than a folder's name.
            kept = f"{kept[:_LONGEST_FACTORS]}-{hashlib.sha256(factors.encode()).hexdigest()[:8]}"
        return f"{self.replicas}-{self.kind}{suffix}-{self.repetition}{kept}{twice}{again}"


@dataclass(frozen=True, slots=True)
class Replica:
    """
    One worker that the target runs.

    Attributes:
        identity: Unique per process; what Temporal shows as poller identity.
        metrics_url: Its /metrics page, or ``None`` for a foreign worker without one.
        pid: Process id on this machine, or ``None`` in a cluster.
        started_at: Unix time at which the target started it.
    """

    identity: str
    metrics_url: str | None
    pid: int | None
    started_at: float


@dataclass(frozen=True, slots=True)
class InjectorCounts:
    """
    What injectors counted, over the whole step or in the window (by intended time for arrivals, by close for closes).

    Attributes:
        offered: Arrivals that fell due.
        sent: Starts that left.
        acknowledged: Starts that the server confirmed.
        completed: Awaited workflows that closed well.
        failed: How many failures there were of each sort.
    """

    offered: int = 0
    sent: int = 0
    acknowledged: int = 0
    completed: int = 0
    failed: FailureCounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InjectorReport:
    """
    What all injectors of a step say together; made by the Locust master from theirs.

    Attributes:
        planned: Arrivals of the schedule over warm-up and window, ``None`` for a closed load.
        whole: Counts of the whole step.
        window: Counts of the window.
        awaited_every: 1 = every result was awaited, k = each k-th.
        closed_minus_sent_seconds: Sum over awaited workflows, whole step; for Little's law.
        window_closed_minus_sent_seconds: The same over workflows closed in the window.
        histograms: HdrHistogram (encoded, microseconds) of ``lag``, ``response``, ``service``, ``end_to_end``; window only.
        within_slo: Workflows of the window that closed well within the plan's end-to-end bound.
        open_at_end: Workflows still open when the drain gave up.
        drain_seconds: End of arrivals to the last close.
        per_injector: Counts of the whole step by injector id; their sums are ``whole``.
        problems: What broke: an injector vanished, a clock ran backwards.
        sampled_workflow_ids: Closed in the window, for the cross-check by history.
        cpu_seconds: CPU of all injector processes and the master over the window.
        rss_bytes: Largest resident size, summed over them.
    """

    planned: int | None
    whole: InjectorCounts
    window: InjectorCounts
    awaited_every: int
    closed_minus_sent_seconds: float
    window_closed_minus_sent_seconds: float
    histograms: Mapping[str, str]
    within_slo: int
    open_at_end: int
    drain_seconds: float
    per_injector: Mapping[str, InjectorCounts]
    problems: tuple[ReadProblem, ...]
    sampled_workflow_ids: tuple[str, ...]
    cpu_seconds: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class InjectorSecond:
    """
    What all injectors counted so far in this step; sent about once a second.

    Attributes:
        at: Seconds since the step's first instant.
        offered, sent, completed, failed: Counts so far; closes of workflows that are not awaited are estimated.
        in_flight: Workflows open now, estimated likewise.
    """

    at: float
    offered: int
    sent: int
    completed: int
    failed: int
    in_flight: int


@dataclass(frozen=True, slots=True)
class Second:
    """
    One second of a step's timeline; ``None`` is a gap, never zero.

    Attributes:
        at: Seconds since the step's first arrival was due.
        phase: ``warm-up``, ``window`` or ``drain``.
        offered: Arrivals due so far.
        sent: Starts sent so far.
        completed, failed: Closes and failures seen so far.
        in_flight: Open workflows at the injectors.
        activities_finished: By the workers, so far.
        backlog_activity: Tasks waiting in the activity queue.
        backlog_workflow: Tasks waiting in the workflow queue.
        backlog_age_seconds: Age of the oldest of both.
        schedule_to_start_mean_seconds: Mean of the activities that started in this second.
    """

    at: float
    phase: str
    offered: int | None = None
    sent: int | None = None
    completed: int | None = None
    failed: int | None = None
    in_flight: int | None = None
    activities_finished: float | None = None
    backlog_activity: int | None = None
    backlog_workflow: int | None = None
    backlog_age_seconds: float | None = None
    schedule_to_start_mean_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """
    CPU and memory of one part over the window.

    Attributes:
        cpu_seconds: User and system time, or ``None`` with *why*.
        rss_bytes: Resident size at the window's end, summed over the part's processes.
        why: Why there is no number.
        least_seconds: Shortest window of which the CPU time says something, where it is made of averages.
    """

    cpu_seconds: float | None
    rss_bytes: int | None
    why: str | None = None
    least_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """
    One step, raw.

    Attributes:
        key: Which step.
        arrival_rate: Starts per second that the schedule asked for, ``None`` when closed.
        in_flight: Workflows kept open, closed load only.
        warm_up_seconds, window_seconds: As carried out.
        slots: Activity slots of all replicas together as they say themselves, ``None`` where one does not.
        activities_per_workflow: As the scenario says, or ``None``: then throughput is counted in closes.
        started_at: Unix time at which the first arrival was due.
        identities_start, identities_end: Replicas alive at the window's edges.
        gone, appeared: Replicas that ended, restarted or came in the window.
        worker_whole, worker_window, worker_halves: Differences over all replicas; ``None`` without our metrics.
        server_whole, server_window: Differences of the server's page; ``None`` where it cannot be scraped.
        injector: What the injectors say.
        timeline, histories: Seconds of the step; the cross-check, or ``None``.
        slots_used: Mean of slots in use over the window, or ``None``.
        pollers: Pollers at the window's end by queue kind.
        decision: What the stopping rule decided on the SLO's bound; ``None`` for a fixed window.
        probe: What it decided against systems below and above the rate; ``None`` where the step is no probe.
        schedule_seed: Of the open schedule.
        long_run: What the calibrated model makes of the window's p95; ``None`` where no model was made.
        drawn_work_seconds: Mean work in seconds that the whole step's activities drew; ``None`` where the draws are not ours.
        restarted: What was started anew for this step's settings, in words.
        workers: What is known of each replica; empty in folders of older versions.
        limits: Slots, polls, rate limit and cores in the window; empty in folders of older versions.
        outside: Looks at what may have hit the step from outside; empty in folders of older versions.
        use: CPU and memory of ``worker``, ``server`` and ``injector``.
        scrape_seconds: What fetching and parsing the server's page cost: mean over this step.
        problems: What the sweep itself could not do or saw broken; each makes the step invalid.
        notes: What a reader should know; makes nothing invalid.
    """

    key: StepKey
    arrival_rate: float | None
    in_flight: _FromOne | None
    warm_up_seconds: Annotated[float, Field(ge=0)]
    window_seconds: Annotated[float, Field(gt=0)]
    slots: int | None
    activities_per_workflow: int | None
    started_at: float
    identities_start: tuple[str, ...]
    identities_end: tuple[str, ...]
    gone: tuple[str, ...]
    appeared: tuple[str, ...]
    worker_whole: Difference | None
    worker_window: Difference | None
    worker_halves: tuple[Difference, Difference] | None
    server_whole: Difference | None
    server_window: Difference | None
    injector: InjectorReport
    timeline: tuple[Second, ...]
    histories: HistorySample | None
    slots_used: float | None
    pollers: Mapping[str, int]
    use: Mapping[str, ProcessUse]
    scrape_seconds: float | None
    problems: tuple[ReadProblem, ...] = ()
    notes: tuple[str, ...] = ()
    decision: Decision | None = None
    schedule_seed: str = ""
    restarted: tuple[str, ...] = ()
    workers: tuple[WorkerFacts, ...] = ()
    long_run: LongRunP95 | None = None
    probe: ProbeDecision | None = None
    drawn_work_seconds: float | None = None
    limits: LimitFacts = field(default_factory=LimitFacts)
    outside: tuple[OutsideLook, ...] = ()
