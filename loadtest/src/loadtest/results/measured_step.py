"""
The raw facts of one step, as they were measured: nothing derived, nothing judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from loadtest.results.disturbance import OutsideLook
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorReport
from loadtest.results.metric_difference import Difference
from loadtest.results.problem import ReadProblem
from loadtest.results.resource_use import ResourceUse
from loadtest.results.step_key import StepKey
from loadtest.results.window_decision import Decision, LongRunP95, ProbeDecision
from loadtest.results.worker_facts import WorkerFacts

# A server rounds its times, and its clock is not quite this machine's: what it notes up to this much before a start counts as
# after it.
CLOCK_SLACK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Replica:
    """
    One worker that the target runs.

    Attributes:
        identity: Identity that is unique per process; Temporal shows it as the poller's identity.
        metrics_url: URL of its /metrics page, or ``None`` for a foreign worker without one.
        pid: Process id on this machine, or ``None`` in a cluster.
        started_at: Unix time at which the target started it.
        host: Name that its processes give as their host's, where that is another than the identity.
        core_limit: Cores that its container may use, in a cluster; ``None`` where nothing limits them.
    """

    identity: str
    metrics_url: str | None
    pid: int | None
    started_at: float
    host: str | None = field(default=None, compare=False)
    core_limit: float | None = field(default=None, compare=False)

    def ran_at(self, at: float) -> bool:
        """
        Tell whether a Unix time by another's clock, such as that of a poll, is after this replica's start.
        """
        return at >= self.started_at - CLOCK_SLACK_SECONDS

    def is_host(self, name: str) -> bool:
        """
        Tell whether a worker on the host of that name, which may have a domain or lack it, is this replica.
        """
        mine = self.host or self.identity
        return name == mine or name.startswith(f"{mine}.") or mine.startswith(f"{name}.")


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
        activities_finished: Activities that the workers finished so far.
        backlog_activity: Tasks waiting in the activity queue.
        backlog_workflow: Tasks waiting in the workflow queue.
        backlog_age_seconds: Age of the oldest task in both queues.
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
        why: Why a number is missing.
        least_seconds: Shortest window for which the CPU time is usable, where it is made of averages.
        gaps: How many times nothing answered for so long that the CPU time leaves these seconds out.
    """

    cpu_seconds: float | None
    rss_bytes: int | None
    why: str | None = None
    least_seconds: float = 0.0
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """
    The raw facts of one step.

    Attributes:
        key: Key of the step.
        arrival_rate: Starts per second that the schedule asked for, ``None`` when closed.
        in_flight: Number of workflows kept open, closed load only.
        warm_up_seconds, window_seconds: Lengths of warm-up and window as they were carried out.
        slots: Activity slots of all replicas, as the replicas report them; ``None`` where one does not report them.
        activities_per_workflow: Activities of one workflow, as the scenario says; ``None`` where it varies.
        started_at: Unix time at which the first arrival was due.
        identities_start, identities_end: Replicas alive at the window's edges.
        gone, appeared: Replicas that ended, restarted or came in the window.
        worker_whole, worker_window, worker_halves: Differences over all replicas; ``None`` without the kit's metrics.
        server_whole, server_window: Differences of the server's page; ``None`` where it cannot be scraped.
        injector: Common report of the injectors.
        timeline: Seconds of the step.
        histories: Cross-check by sampled histories, or ``None``.
        slots_used: Mean of slots in use over the window, or ``None``.
        pollers: Pollers at the window's end by queue kind.
        decision: What the stopping rule decided on the SLO's bound; ``None`` for a fixed window.
        probe: What it decided against systems below and above the rate; ``None`` where the step is no probe.
        schedule_seed: Seed of the open schedule.
        long_run: Estimate of the window's p95 in the long run by the calibrated model; ``None`` where no model was
            made.
        drawn_work_seconds: Mean work in seconds that the whole step's activities drew; ``None`` where the kit does not
            make the draws.
        restarted: What was restarted for this step's settings, in words.
        workers: What is known of each replica; empty in folders of older versions.
        limits: Slots, polls, rate limit and cores in the window; empty in folders of older versions.
        outside: Looks at what may have hit the step from outside; empty in folders of older versions.
        use: CPU and memory of ``worker`` and ``server``; those of the injectors are in their own report.
        scrape_seconds: Mean seconds over this step to fetch and parse the server's page.
        problems: What the sweep itself could not do or saw broken; each problem makes the step invalid.
        notes: Notes for the reader; they make nothing invalid.
    """

    key: StepKey
    arrival_rate: float | None
    in_flight: Annotated[int, Field(ge=1)] | None
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
    limits: ResourceUse = field(default_factory=ResourceUse)
    outside: tuple[OutsideLook, ...] = ()
