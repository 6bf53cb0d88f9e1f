"""
Every reading of one step, made from its raw facts, with its verdict.

It decides what is shown and why something is not; it does not compare steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.decisions.bound_decisions import CLOSED, decide_bounds, late_ratio
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.judged_steps.slot_times_by_load import longer_slot_times
from loadtest.analysis.judged_steps.step_notes import step_notes
from loadtest.analysis.judged_steps.step_suspects import NOTHING_AT_ITS_LIMIT, step_suspects
from loadtest.analysis.judged_steps.step_verdict import JudgedStep, broken_rules, judge_in_run
from loadtest.analysis.judged_steps.worth_another_attempt import repeat_notes
from loadtest.analysis.readings import latencies, page_counters, workflow_counts
from loadtest.analysis.readings.backlog import backlog_reading, in_flight_ends
from loadtest.analysis.readings.cpu_and_memory import cpu_seconds_per_workflow, memory_bytes
from loadtest.analysis.readings.failed_attempts import (
    NO_FAILURES_COUNTED,
    NO_TASKS_COUNTED,
    NO_TIMEOUTS_COUNTED,
    failed_attempts,
    failed_workflow_tasks,
    timed_out_attempts,
)
from loadtest.analysis.readings.littles_law import whole_step_ratio, window_ratio
from loadtest.analysis.readings.null_reasons import NO_SERVER, NO_WORKER, NullReasons
from loadtest.analysis.readings.page_counters import actions_per_order
from loadtest.analysis.readings.step_load import step_load
from loadtest.analysis.readings.waits import cross_check, waits
from loadtest.analysis.readings.work_done import looked_seconds, window_workflows, workflows_per_second
from loadtest.analysis.readings.workers_as_planned import unknown_slots
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.rules.disturbances import disturbances
from loadtest.analysis.rules.validity import EVIDENCE_OF_OVERLOAD, RULES
from loadtest.analysis.saturation.cell_capacity import CellCapacity, slots_used_ratio, takes_slots
from loadtest.analysis.saturation.doubled_closed_load import doubling_notes
from loadtest.analysis.saturation.throughput import throughput
from loadtest.plan import Plan
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Errors, MeasuredCapacity

NO_CAPACITY = (
    "this cell has no valid saturate step of workers whose slots are known, so its capacity is not known"
)
NO_MODEL = "no model was made of this step, which takes twins"


def read_step(measured: Measured, plan: Plan, closed: Sequence[JudgedStep] = ()) -> StepResult:
    """
    Make every reading of one step.

    Args:
        measured: The raw facts.
        plan: Plan of the step's cell.
        closed: The run's closed steps so far, judged. An open step is compared with the capacity that the closed steps
            of its cell found, a closed step with the other step of its load, which keeps more or fewer orders open.

    Returns:
        The readings; each null one has its reason in ``why``.
    """
    why = NullReasons()
    if measured.slots is None:
        why["activity_slots"] = _no_slots(measured)
    judged, capacity, pair = judge_in_run(measured, plan, closed)
    verdict, reasons = judged.verdict, judged.reasons
    suspects = step_suspects(measured, plan, verdict, pair.limit if pair is not None else None)
    rate = measured.arrival_rate
    level = capacity.level(rate) if capacity is not None and rate is not None else None
    if level is None:
        why["load_level"] = CLOSED if is_closed(measured) else NO_CAPACITY
    decided = decide_bounds(measured, plan, why)
    _explain_long_run(measured, why)
    report = measured.injector
    actions = actions_per_order((measured,))
    window = measured.window_seconds
    workflows = window_workflows(measured)
    queue_waits, wait_reasons, notes = waits(measured)
    why.under("schedule_to_start_seconds", wait_reasons)
    failed, finished = _failed_and_finished(report.whole)
    return StepResult(
        step=measured.key.folder,
        replicas=measured.key.replicas,
        factors=dict(measured.key.factors),
        repetition=measured.key.repetition,
        attempt=measured.key.attempt,
        load=step_load(measured, plan),
        started_at=measured.started_at,
        window_seconds=window,
        verdict=verdict,
        reasons=reasons,
        notes=(
            *measured.notes,
            *notes,
            *doubling_notes(measured, plan, pair, suspects or ()),
            *repeat_notes(measured, plan, closed, invalid=verdict is StepVerdict.INVALID),
            *step_notes(measured, plan),
            *longer_slot_times(measured, plan, closed),
            *_besides(measured, plan, verdict),
        ),
        superseded=pair is not None and pair.counting.key != measured.key,
        disturbances=disturbances(measured),
        utilization_ratio=why.of(
            "utilization_ratio",
            capacity.capacity.utilization(rate) if capacity is not None and rate is not None else None,
            CLOSED if is_closed(measured) else NO_CAPACITY,
        ),
        load_level=level.value if level is not None else None,
        capacity=_capacity(capacity, why),
        decision=decided.activity,
        workflow_decision=decided.workflow,
        end_to_end_decision=decided.end_to_end,
        long_run_p95=measured.long_run,
        offered_per_second=why.of(
            "offered_per_second",
            None if is_closed(measured) else report.window.offered / window,
            "a closed load offers nothing: the next start waits for a close",
        ),
        sent_per_second=report.window.sent / window,
        injector_lag_seconds=latencies.injector_lag(measured, why),
        throughput_per_second=throughput(measured, workflows_per_second(measured), why),
        closes_per_second=workflow_counts.window_closed(measured) / looked_seconds(measured),
        goodput_per_second=report.within_slo / window,
        failed=dict(report.whole.failed),
        error_ratio=why.of("error_ratio", failed / finished if finished else None, "nothing finished"),
        errors=Errors(failed, finished, *share_ends(failed, finished)),
        in_flight=in_flight_ends(measured, why),
        drain_seconds=report.drain_seconds,
        open_at_end=report.open_at_end,
        awaited_every=report.awaited_every,
        response_time_seconds=latencies.of_injectors(measured, "response", "response_time_seconds", why),
        service_time_seconds=latencies.of_injectors(measured, "service", "service_time_seconds", why),
        end_to_end_seconds=latencies.of_injectors(measured, "end_to_end", "end_to_end_seconds", why),
        schedule_to_start_seconds=queue_waits,
        late_ratio=late_ratio(measured, plan, why),
        cross_check=cross_check(measured),
        sync_match_ratio=page_counters.sync_match_ratio(measured, why),
        backlog=backlog_reading(measured, why),
        state_transitions_per_second=page_counters.state_transitions_per_second(measured, why),
        state_transitions_per_workflow=page_counters.state_transitions_per_workflow(measured, why),
        actions_per_workflow=page_counters.actions_per_workflow(measured, actions, why),
        actions_by_kind=actions or {},
        activity_slots=measured.slots,
        slots_used_ratio=why.of("slots_used_ratio", slots_used_ratio(measured), _no_slots(measured)),
        pollers=dict(measured.pollers),
        sticky_hit_ratio=page_counters.sticky_hit_ratio(measured, why),
        activity_failures=why.of("activity_failures", failed_attempts(measured), NO_FAILURES_COUNTED),
        activity_timeouts=why.of("activity_timeouts", timed_out_attempts(measured), NO_TIMEOUTS_COUNTED),
        workflow_task_failures=why.of(
            "workflow_task_failures", failed_workflow_tasks(measured), NO_TASKS_COUNTED
        ),
        cpu_seconds_per_workflow=cpu_seconds_per_workflow(measured, workflows, why),
        rss_bytes=memory_bytes(measured, why),
        persistence_latency_seconds=latencies.of_server(measured, "persistence_latency", why),
        shard_lock_seconds=latencies.of_server(measured, "shard_lock", why),
        little_ratio=why.of("little_ratio", *whole_step_ratio(measured)),
        window_little_ratio=why.of(
            "window_little_ratio", window_ratio(measured), "the timeline or the window's closes are missing"
        ),
        counts=workflow_counts.counts(measured),
        scrape_cost_seconds=why.of("scrape_cost_seconds", measured.scrape_seconds, NO_SERVER),
        suspects=why.of("suspects", suspects, NOTHING_AT_ITS_LIMIT),
        why=dict(why),
    )


def _explain_long_run(measured: Measured, why: NullReasons) -> None:
    found = measured.long_run
    if found is None:
        why["long_run_p95"] = CLOSED if is_closed(measured) else NO_MODEL
        return
    if found.why is None:
        why["long_run_p95.why"] = "there is a value"
    for part, value in (("value", found.value), ("low", found.low), ("high", found.high)):
        if value is None:
            why[f"long_run_p95.{part}"] = found.why or "it is not known"


def _failed_and_finished(counts: InjectorCounts) -> tuple[int, int]:
    """
    Return how many orders failed, and how many finished; an order whose start failed is in both.
    """
    unstarted = workflow_counts.failed_starts(counts)
    return workflow_counts.failed_workflows(counts) + unstarted, workflow_counts.results(counts) + unstarted


def _besides(measured: Measured, plan: Plan, verdict: StepVerdict) -> tuple[str, ...]:
    """
    Return the other rules that an overloaded step breaks: these are reported, but do not change its verdict.
    """
    if verdict is not StepVerdict.OVERLOADED:
        return ()
    return tuple(f"besides: {told}" for told in broken_rules(measured, plan, (*RULES, *EVIDENCE_OF_OVERLOAD)))


def _no_slots(measured: Measured) -> str:
    if measured.activities_per_workflow == 0:
        return "orders have no activities of the task queue, so they take none of its activity slots"
    if measured.slots and measured.slots_used is not None and not takes_slots(measured):
        return "no activity of this step took a slot"
    reasons = unknown_slots(measured.workers)
    if measured.slots is None:
        return "; ".join(reasons) or NO_WORKER
    return "nobody told in the window how many are in use; serve the SDK's page, or let it send heartbeats every 5 s"


def _capacity(found: CellCapacity | None, why: NullReasons) -> MeasuredCapacity | None:
    if found is None:
        why["capacity"] = NO_CAPACITY
        return None
    x = found.capacity
    half = x.half_width_ratio * x.orders_per_second
    return MeasuredCapacity(x.orders_per_second, half, found.known_draws, found.limit)
