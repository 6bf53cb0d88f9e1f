"""
The result of one step: its readings, its verdict and the reasons; one entry of ``sweep.json``.

A reading that is not shown is null, and ``why`` tells the reason under the reading's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loadtest.results.disturbance import Disturbance
from loadtest.results.estimate import Estimate, Percentiles, Wait
from loadtest.results.failure import FailureCounts
from loadtest.results.plan_setting import setting_text
from loadtest.results.step_key import StepKey
from loadtest.results.step_result_parts import (
    ActivityTimeouts,
    BacklogReading,
    CrossCheck,
    Errors,
    Lag,
    MeasuredCapacity,
    PerPart,
    Shape,
    WindowEnds,
)
from loadtest.results.suspect import Suspect
from loadtest.results.window_decision import Decision, LongRunP95


class StepVerdict(StrEnum):
    """
    Whether a step's numbers may be believed.
    """

    VALID = "valid"
    OVERLOADED = "overloaded"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class StepLoad:
    """
    The load of a step as it was carried out.

    Attributes:
        index: Index of the load in the plan.
        kind: ``saturate``, ``open`` or ``fraction``.
        arrival_rate: Starts per second that the schedule asked for; null when closed.
        in_flight: Workflows kept open; null when open.
        doubled: Whether it is the second step of a closed load, with twice the orders in flight of the first.
        fraction: Share of the throughput found at the same replica count, ``fraction`` only.
        shape: Shape of the schedule; null when closed.
    """

    index: int
    kind: str
    arrival_rate: float | None
    in_flight: int | None
    doubled: bool
    fraction: float | None
    shape: Shape | None


@dataclass(frozen=True, slots=True)
class Waits:
    """
    Schedule-to-start latency of the two queues.
    """

    workflow: Wait
    activity: Wait


@dataclass(frozen=True, slots=True)
class StepCounts:
    """
    The counts of the whole step from independent sides; sent, results, worker and server must be equal.

    Attributes:
        planned: Arrivals of the schedule; null when closed.
        offered, sent, acknowledged: Arrivals due, starts sent and starts confirmed, as the injectors counted them.
        results: Workflows that the injectors saw close in any way.
        worker: Workflows that the workers closed; null without their metrics.
        server: Workflows that the server closed; null without its page, or where the server is older than 1.30.
        activities: Activity attempts that the workers ended.
        window_sent, window_closed: Starts and closes within the window.
        window_offered: Arrivals due in the window.
        window_completed: Those of the window's arrivals that were completed by the end of the drain.
        window_activities: Activity attempts that ended in the window.
    """

    planned: int | None
    offered: int
    sent: int
    acknowledged: int
    results: int
    worker: int | None
    server: int | None
    activities: int | None
    window_sent: int
    window_closed: int
    window_offered: int
    window_completed: int
    window_activities: int | None


@dataclass(frozen=True, slots=True)
class StepResult:
    """
    The readings and the verdict of one step.

    Attributes:
        step: Name of the step's folder.
        replicas, factors, repetition, load: Cell of the plan and the repetition's number; factors by their keys.
        attempt: Number of the attempt, from 1; above 1 where an earlier attempt was not valid.
        started_at: Unix time at which the first arrival was due.
        window_seconds: Length of the window, which is the counted part.
        verdict: Whether the numbers may be believed.
        reasons: Why the numbers may not be believed, or why the step is overloaded; each with the setting to change.
        notes: Notes for the reader; they make nothing invalid.
        superseded: Whether another step is used instead: of a closed load the other step with its throughput, or a later
            attempt.
        disturbances: What hit the step from outside, and when; the step is invalid if its answer rests on that time.
        utilization_ratio: Arrival rate over the capacity that the cell's saturate step found; null when closed.
        load_level: Below, at or above capacity; null where no saturate step tells.
        capacity: Capacity of the cell, with what limits it; null where no saturate step tells.
        decision: What the late tasks of the activity queue decided against their twins; null where no twins were made.
        workflow_decision: The same for the workflow queue, by its share of late tasks; null where no bound is set.
        end_to_end_decision: Whether end-to-end latency keeps its bound, by the model; null where it does not tell.
        long_run_p95: Estimate of the activity queue's p95 in the long run; null where no model was made.
        offered_per_second: Arrivals per second that were due in the window; null when closed.
        sent_per_second: Starts per second that left the injectors in the window.
        injector_lag_seconds: Actual send minus intended start.
        throughput_per_second: Workflows per second, counted in activities where there are any; an open load's has no
            interval, as its schedule sets what can be completed.
        closes_per_second: Workflow closes per second in the window.
        goodput_per_second: Closes per second that also met the end-to-end bound.
        failed: Failures of the whole step by kind.
        error_ratio: Failed orders over all finished ones, whole step.
        errors: The same as counts, with the ends of the share's interval.
        in_flight: Workflows open at the window's two ends, and the most within.
        drain_seconds: Seconds from the end of arrivals to the last close.
        open_at_end: Workflows still open at the end of the drain.
        awaited_every: Every how many workflows a result was awaited: 1 = each one, k = each k-th.
        response_time_seconds: Start acknowledged minus intended start.
        service_time_seconds: Start acknowledged minus actual send.
        end_to_end_seconds: Workflow closed minus intended start.
        schedule_to_start_seconds: Wait in the two queues; null for saturate, where the loop itself makes it.
        late_ratio: Share of the window's activities that waited longer than the SLO's bound; null for saturate.
        cross_check: The activity queue's mean wait from other sources.
        sync_match_ratio: Share of the tasks that were handed to a waiting poller; whole step.
        backlog: Number and age of the waiting tasks.
        state_transitions_per_second: The server's unit of work in the window, by the time between the window's two looks.
        state_transitions_per_workflow: The same over the whole step, for each workflow that closed.
        actions_per_workflow: Actions by the server's own counter, the unit by which hosted servers bill; whole step.
        actions_by_kind: The same by the counter's action types; empty where it is not known.
        activity_slots: Activity slots of all replicas, as they report them; null where one does not.
        slots_used_ratio: Mean share of activity slots in use.
        pollers: Pollers at the window's end by queue.
        sticky_hit_ratio: Share of workflow tasks that found their workflow in the cache.
        activity_failures: Failed activity attempts by activity, whole step; null where nobody counted them.
        activity_timeouts: Activity attempts that the server gave up as their time was over, whole step; null where it does not tell.
        workflow_task_failures: Failed attempts of workflow tasks by the SDK's reason, whole step; null without a page of the workers.
        cpu_seconds_per_workflow: CPU seconds of each part in the window, over the window's workflows.
        rss_bytes: Memory of each part at the window's end.
        persistence_latency_seconds: Latency of the server's requests to its database.
        shard_lock_seconds: Time that the server waits for a shard's lock.
        little_ratio: Sum of (closed - sent) at the injectors over the workers' own sum; whole step.
        window_little_ratio: Workflows in flight over throughput x time in system, in the window; no rule reads it.
        counts: Counts of the step from independent sides.
        scrape_cost_seconds: Seconds that one look at the server's page took.
        suspects: What may limit a closed or overloaded step, the likeliest first; null where nothing is at its limit.
        why: Why a reading is null, by the reading's key.
    """

    step: str
    replicas: int
    factors: Mapping[str, bool | int | float | str]
    repetition: int
    attempt: int
    load: StepLoad
    started_at: float
    window_seconds: float
    verdict: StepVerdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    superseded: bool
    disturbances: tuple[Disturbance, ...]
    utilization_ratio: float | None
    load_level: str | None
    capacity: MeasuredCapacity | None
    decision: Decision | None
    workflow_decision: Decision | None
    end_to_end_decision: Decision | None
    long_run_p95: LongRunP95 | None
    offered_per_second: float | None
    sent_per_second: float
    injector_lag_seconds: Lag
    throughput_per_second: Estimate
    closes_per_second: float | None
    goodput_per_second: float | None
    failed: FailureCounts
    error_ratio: float | None
    errors: Errors
    in_flight: WindowEnds
    drain_seconds: float
    open_at_end: int
    awaited_every: int
    response_time_seconds: Percentiles
    service_time_seconds: Percentiles
    end_to_end_seconds: Percentiles
    schedule_to_start_seconds: Waits
    late_ratio: float | None
    cross_check: CrossCheck
    sync_match_ratio: float | None
    backlog: BacklogReading
    state_transitions_per_second: float | None
    state_transitions_per_workflow: float | None
    actions_per_workflow: float | None
    actions_by_kind: Mapping[str, float]
    activity_slots: int | None
    slots_used_ratio: float | None
    pollers: Mapping[str, int]
    sticky_hit_ratio: float | None
    activity_failures: Mapping[str, int] | None
    activity_timeouts: ActivityTimeouts | None
    workflow_task_failures: Mapping[str, int] | None
    cpu_seconds_per_workflow: PerPart
    rss_bytes: PerPart
    persistence_latency_seconds: Percentiles
    shard_lock_seconds: Percentiles
    little_ratio: float | None
    window_little_ratio: float | None
    counts: StepCounts
    scrape_cost_seconds: float | None
    suspects: tuple[Suspect, ...] | None
    why: Mapping[str, str]

    @property
    def key(self) -> StepKey:
        """
        The key of the step.
        """
        return StepKey(
            self.replicas,
            self.load.index,
            self.load.kind,
            self.repetition,
            tuple(self.factors.items()),
            self.attempt,
            self.load.doubled,
        )

    @property
    def setting(self) -> str:
        """
        The factors' values in words; empty where the plan varies none.
        """
        return setting_text(tuple(self.factors.items()))

    @property
    def name(self) -> str:
        """
        The step in words, such as ``step worker.sandbox=true replicas=2 load=open repetition=1``.
        """
        attempt = f" attempt={self.attempt}" if self.attempt > 1 else ""
        cell = f"replicas={self.replicas} load={self.key.load_name} repetition={self.repetition}{attempt}"
        return f"step {self.setting} {cell}" if self.factors else f"step {cell}"

    @property
    def is_usable(self) -> bool:
        """
        Whether its numbers may be believed; those of an overloaded step may, as numbers under overload.
        """
        return self.verdict is not StepVerdict.INVALID

    @property
    def counts_for_cell(self) -> bool:
        """
        Whether its numbers may be believed and are those that are used for its cell.
        """
        return self.is_usable and not self.superseded

    @property
    def is_disturbed(self) -> bool:
        """
        Whether its answer rests on seconds that were disturbed.
        """
        return not self.is_usable and any(each.counts for each in self.disturbances)
