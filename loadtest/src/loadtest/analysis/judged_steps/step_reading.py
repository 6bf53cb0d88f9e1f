"""
Every reading of one step, made from its raw facts, with its verdict.

It decides what is shown and why something is not; it does not compare steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.decisions.bound_decisions import CLOSED, decide_bounds
from loadtest.analysis.decisions.late_activities import late_ratio
from loadtest.analysis.estimators.percentiles import largest, of_buckets, of_hdr
from loadtest.analysis.estimators.share_interval import share_ends
from loadtest.analysis.judged_steps.closed_load_repeat import repeat_notes
from loadtest.analysis.judged_steps.step_notes import step_notes
from loadtest.analysis.judged_steps.step_suspects import NOTHING_AT_ITS_LIMIT, step_suspects
from loadtest.analysis.judged_steps.step_verdict import JudgedStep, broken_rules, judge_in_run
from loadtest.analysis.readings import workflow_counts
from loadtest.analysis.readings.actions_per_order import ACTIONS, actions_per_order
from loadtest.analysis.readings.backlog_and_in_flight import backlog_reading, in_flight_ends
from loadtest.analysis.readings.cpu_and_memory import cpu_seconds_per_workflow, memory_bytes, per
from loadtest.analysis.readings.failed_attempts import failed_attempts
from loadtest.analysis.readings.littles_law import whole_step_ratio, window_ratio
from loadtest.analysis.readings.null_reasons import NO_SERVER, NO_WORKER, NullReasons
from loadtest.analysis.readings.step_load import step_load
from loadtest.analysis.readings.waits import cross_check, waits
from loadtest.analysis.readings.workers_as_planned import unknown_slots
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.rules.disturbances import disturbances
from loadtest.analysis.rules.validity import EVIDENCE_OF_OVERLOAD, RULES
from loadtest.analysis.saturation.cell_capacity import CellCapacity
from loadtest.analysis.saturation.doubled_loop import loop_notes
from loadtest.analysis.saturation.throughput import throughput
from loadtest.plan import Plan
from loadtest.results.estimate import Percentiles
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, counter_of, histogram_of
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Errors, Lag, MeasuredCapacity

NO_CAPACITY = "this cell has no valid saturate step, so its capacity is not known"
NO_TRANSITIONS = "the server's page has no counter of state transitions"
NO_ACTIONS = "the server's page has no counter of actions"
NO_CLOSE = "no workflow of this step closed"
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
    workflows = workflow_counts.window_workflows(measured)
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
            *loop_notes(measured, plan, pair, suspects or ()),
            *repeat_notes(measured, plan, closed, invalid=verdict is StepVerdict.INVALID),
            *step_notes(measured, plan),
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
        injector_lag_seconds=_lag(report.histograms.get("lag"), why),
        throughput_per_second=throughput(measured, workflow_counts.workflows_per_second(measured), why),
        closes_per_second=workflow_counts.window_closed(measured) / workflow_counts.looked_seconds(measured),
        goodput_per_second=report.within_slo / window,
        failed=dict(report.whole.failed),
        error_ratio=why.of("error_ratio", failed / finished if finished else None, "nothing finished"),
        errors=Errors(failed, finished, *share_ends(failed, finished)),
        in_flight=in_flight_ends(measured, why),
        drain_seconds=report.drain_seconds,
        open_at_end=report.open_at_end,
        awaited_every=report.awaited_every,
        response_time_seconds=_of_hdr(report.histograms.get("response"), "response_time_seconds", why),
        service_time_seconds=_of_hdr(report.histograms.get("service"), "service_time_seconds", why),
        end_to_end_seconds=_of_hdr(report.histograms.get("end_to_end"), "end_to_end_seconds", why),
        schedule_to_start_seconds=queue_waits,
        late_ratio=late_ratio(measured, plan, why),
        cross_check=cross_check(measured),
        sync_match_ratio=why.of(
            "sync_match_ratio",
            _share(measured.server_whole, "server.poll_success_sync", ("server.poll_success",)),
            _why_none(measured.server_whole, NO_SERVER, "no poll of this step got a task"),
        ),
        backlog=backlog_reading(measured, why),
        state_transitions_per_second=why.of(
            "state_transitions_per_second",
            per(_transitions(measured), _seconds(measured.server_whole)),
            _why_none(measured.server_whole, NO_SERVER, NO_TRANSITIONS),
        ),
        state_transitions_per_workflow=why.of(
            "state_transitions_per_workflow",
            per(
                _transitions(measured),
                workflow_counts.closed_by_server(measured),
            ),
            _why_none(
                measured.server_whole,
                NO_SERVER,
                NO_CLOSE if _transitions(measured) else NO_TRANSITIONS,
            ),
        ),
        actions_per_workflow=why.of(
            "actions_per_workflow",
            sum(actions.values()) if actions is not None else None,
            _why_none(
                measured.server_whole,
                NO_SERVER,
                NO_CLOSE if counter_of(measured.server_whole, ACTIONS) else NO_ACTIONS,
            ),
        ),
        actions_by_kind=actions or {},
        activity_slots=measured.slots,
        slots_used_ratio=why.of(
            "slots_used_ratio",
            per(measured.slots_used, measured.slots),
            _no_slots(measured),
        ),
        pollers=dict(measured.pollers),
        sticky_hit_ratio=why.of(
            "sticky_hit_ratio",
            _share(measured.worker_whole, "worker.sticky_hit", ("worker.sticky_hit", "worker.sticky_miss")),
            _why_none(measured.worker_whole, NO_WORKER, "no workflow of this step was looked for in a cache"),
        ),
        activity_failures=failed_attempts(measured),
        cpu_seconds_per_workflow=cpu_seconds_per_workflow(measured, workflows, why),
        rss_bytes=memory_bytes(measured, why),
        persistence_latency_seconds=_of_buckets(
            measured.server_window, "server.persistence_latency", "persistence_latency_seconds", why
        ),
        shard_lock_seconds=_of_buckets(
            measured.server_window, "server.shard_lock", "shard_lock_seconds", why
        ),
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
    reasons = unknown_slots(measured.workers)
    if measured.slots is None:
        return "; ".join(reasons) or NO_WORKER
    return "nobody told in the window how many are in use; serve the SDK's page, or let it send heartbeats every 5 s"


def _lag(encoded: str | None, why: NullReasons) -> Lag:
    percentiles, reasons = of_hdr(encoded)
    why.under("injector_lag_seconds", {key: reasons[key] for key in ("p50", "p99") if key in reasons})
    most = why.of("injector_lag_seconds.max", largest(encoded), "no start left in the window")
    return Lag(percentiles.p50, percentiles.p99, most, percentiles.n)


def _of_hdr(encoded: str | None, key: str, why: NullReasons) -> Percentiles:
    percentiles, reasons = of_hdr(encoded)
    why.under(key, reasons)
    return percentiles


def _of_buckets(difference: Difference | None, name: str, key: str, why: NullReasons) -> Percentiles:
    percentiles, reasons = of_buckets(histogram_of(difference, name))
    if difference is None:
        reasons = dict.fromkeys(reasons, NO_SERVER)
    why.under(key, reasons)
    return percentiles


def _capacity(found: CellCapacity | None, why: NullReasons) -> MeasuredCapacity | None:
    if found is None:
        why["capacity"] = NO_CAPACITY
        return None
    x = found.capacity
    half = x.half_width_ratio * x.orders_per_second
    return MeasuredCapacity(x.orders_per_second, half, found.known_draws, found.limit)


def _seconds(difference: Difference | None) -> float | None:
    return difference.seconds if difference is not None else None


def _transitions(measured: Measured) -> float | None:
    return counter_of(measured.server_whole, "server.state_transitions")


def _why_none(difference: Difference | None, nobody: str, no_event: str) -> str:
    """
    Tell a page that was not read apart from a page that was read and counted nothing.
    """
    return nobody if difference is None else no_event


def _share(difference: Difference | None, part: str, whole: tuple[str, ...]) -> float | None:
    if difference is None:
        return None
    total = sum(difference.counters.get(name, 0.0) for name in whole)
    return difference.counters.get(part, 0.0) / total if total else None
