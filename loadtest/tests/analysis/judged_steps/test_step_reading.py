"""
Each reading of a step, from known facts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.plan import Plan
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult

PLAN = synthetic_steps.demo_plan()


@pytest.mark.parametrize("kind", ["saturate", "open"])
def test_a_mean_never_travels_without_its_half_width_or_the_reason_for_none(kind: str) -> None:
    """
    A number of this window alone says so, and n counts what stands behind each.
    """
    step = read_step(synthetic_steps.step(2, kind), PLAN)

    for key, estimate in {
        "throughput_per_second": step.throughput_per_second,
        "schedule_to_start_seconds.activity.mean": step.schedule_to_start_seconds.activity.mean,
        "schedule_to_start_seconds.workflow.mean": step.schedule_to_start_seconds.workflow.mean,
        "backlog.slope_per_second": step.backlog.slope_per_second,
    }.items():
        told = f"{key}.half_width" in step.why
        assert estimate.value is None or (estimate.half_width is None) == told
        assert estimate.value is None or estimate.n >= 2


def test_readings_are_those_of_the_facts(steady: Measured) -> None:
    """
    Each number against the counts that it is made from, worked out by hand here.
    """
    step = read_step(steady, PLAN)
    assert steady.worker_window is not None
    activities = steady.worker_window.counters["worker.activity_finished"]
    closed = steady.worker_window.counters["worker.workflow_completed"]
    workflows = activities / 6

    assert step.step == "2-open1-1"
    assert step.offered_per_second == step.sent_per_second == 36 / 20
    assert step.throughput_per_second.value == pytest.approx(workflows / 20)
    assert step.closes_per_second == closed / 20
    assert step.error_ratio == 0
    assert step.state_transitions_per_workflow == 27
    assert step.state_transitions_per_second == 27 * closed / 20
    assert step.actions_per_workflow == 7
    assert step.actions_by_kind == {"command_ScheduleActivityTask": 6, "grpc_StartWorkflowExecution": 1}
    assert step.sync_match_ratio == pytest.approx(12 / 13)
    assert step.sticky_hit_ratio == 1
    assert step.cpu_seconds_per_workflow.server == pytest.approx(0.083)
    assert step.cpu_seconds_per_workflow.worker == pytest.approx(0.036)
    assert step.cpu_seconds_per_workflow.injector == pytest.approx(steady.injector.cpu_seconds / workflows)
    assert step.rss_bytes.worker == 220 << 20
    assert step.pollers == {"activity": 2, "workflow": 2}
    assert step.counts.sent == step.counts.results == step.counts.worker == step.counts.server
    assert step.little_ratio == pytest.approx(1.01, abs=0.01)
    assert step.load.arrival_rate == 1.8
    assert 0 < (step.slots_used_ratio or 0) < 1


def test_rates_are_those_of_the_time_between_the_looks(steady: Measured) -> None:
    """
    A look that came 0.3 s late counted for 0.3 s longer; the injectors' own window is as long as planned.
    """
    assert steady.worker_window is not None and steady.server_window is not None
    late = replace(
        steady,
        worker_window=replace(steady.worker_window, seconds=20.3),
        server_window=replace(steady.server_window, seconds=20.3),
    )

    planned, step = read_step(steady, PLAN), read_step(late, PLAN)

    assert step.window_seconds == 20
    assert step.offered_per_second == planned.offered_per_second == 36 / 20
    for of_planned, of_looks in (
        (planned.throughput_per_second.value, step.throughput_per_second.value),
        (planned.closes_per_second, step.closes_per_second),
        (planned.state_transitions_per_second, step.state_transitions_per_second),
    ):
        assert of_planned and of_looks == pytest.approx(of_planned * 20 / 20.3)
    assert step.window_little_ratio == pytest.approx((planned.window_little_ratio or 0) * 20.3 / 20)


def test_retries_and_rework_do_not_pass_for_throughput(steady: Measured) -> None:
    """
    Attempts are divided by the attempts that a workflow took over the whole step.
    """

    def half_more(side: Any) -> Any:
        more = side.counters["worker.activity_finished"] * 1.5
        return replace(side, counters={**side.counters, "worker.activity_finished": more})

    retried = replace(
        steady, worker_whole=half_more(steady.worker_whole), worker_window=half_more(steady.worker_window)
    )

    plain, step = read_step(steady, PLAN), read_step(retried, PLAN)

    assert step.throughput_per_second.value == pytest.approx(plain.throughput_per_second.value)
    assert any("9.00 activity attempts" in note for note in step.notes)


@pytest.mark.parametrize(
    ("failed", "ratio"),
    [
        ({}, 0.0),
        ({Failure(FailureKind.WORKFLOW, "Broken"): 5}, 0.1),
        ({Failure(FailureKind.START, "UNAVAILABLE"): 5}, 0.1),
    ],
    ids=["none", "workflows", "starts"],
)
def test_the_error_ratio_counts_failed_of_all_finished(
    failed: dict[str, int], ratio: float, steady: Measured
) -> None:
    """
    A refused start and a failed workflow both count.
    """
    whole = InjectorCounts(50, 50, 45, 50 - sum(failed.values()), failed)
    step = read_step(replace(steady, injector=replace(steady.injector, whole=whole)), PLAN)

    assert step.error_ratio == pytest.approx(ratio)
    assert step.failed == failed


def test_failed_activity_attempts_are_told_by_type(steady: Measured) -> None:
    """
    Injected failures and real ones show where they happen.
    """
    assert steady.worker_whole is not None
    split = {"worker.activity_failed": {"classify": 3.0, "settle": 0.0}}
    step = read_step(replace(steady, worker_whole=replace(steady.worker_whole, by_label=split)), PLAN)

    assert step.activity_failures == {"classify": 3}


def test_a_sampled_step_says_so(steady: Measured) -> None:
    """
    Awaiting every fourth result is stated beside what is made of them.
    """
    step = read_step(replace(steady, injector=replace(steady.injector, awaited_every=4)), PLAN)

    assert step.awaited_every == 4
    assert any("every 4th result" in note for note in step.notes)


def test_what_starts_were_refused_with_is_told(steady: Measured) -> None:
    """
    Each failure with its number and the words of its first.
    """
    refused, gone = Failure(FailureKind.START, "INVALID_ARGUMENT"), Failure(FailureKind.START, "KeyError")
    whole = InjectorCounts(50, 50, 45, 45, {refused: 4, gone: 1})
    words = {refused: "no mapping for City", gone: "'city'"}
    step = read_step(replace(steady, injector=replace(steady.injector, whole=whole, words=words)), PLAN)

    assert "4 starts failed (INVALID_ARGUMENT), the first with: no mapping for City" in step.notes
    assert "1 start failed (KeyError), the first with: 'city'" in step.notes


def test_a_fraction_load_tells_its_fraction() -> None:
    """
    The share of the saturated throughput travels with the rate made from it.
    """
    document = PLAN.model_dump() | {"loads": [{"kind": "saturate"}, {"kind": "fraction", "fraction": 0.7}]}
    plan = Plan.model_validate(document)
    step: StepResult = read_step(synthetic_steps.step(1, "fraction", plan=plan, arrival_rate=1.5), plan)

    assert (step.load.kind, step.load.fraction, step.load.arrival_rate) == ("fraction", 0.7, 1.5)


def test_actions_of_orders_that_did_not_close_are_no_missing_counter(steady: Measured) -> None:
    """
    The server counted them; it is not known for how many orders.
    """
    assert steady.server_whole is not None
    counters = {**steady.server_whole.counters, "server.workflow_closed": 0.0}

    told = read_step(replace(steady, server_whole=replace(steady.server_whole, counters=counters)), PLAN)

    assert told.actions_per_workflow is None
    assert told.why["actions_per_workflow"] == "no workflow of this step closed"


def test_what_did_not_happen_is_no_page_that_was_not_read(steady: Measured) -> None:
    """
    The reason of a reading that is not shown names its cause: no event, or nobody who could have counted it.
    """
    assert steady.server_whole is not None and steady.worker_whole is not None
    assert steady.server_window is not None
    quiet = replace(
        steady,
        server_whole=replace(steady.server_whole, counters={}),
        server_window=replace(steady.server_window, counters={}),
        worker_whole=replace(steady.worker_whole, counters={}),
    )
    away = replace(steady, server_whole=None, server_window=None, worker_whole=None)

    told, gone = read_step(quiet, PLAN), read_step(away, PLAN)

    assert told.why["sync_match_ratio"] == "no poll of this step got a task"
    assert told.why["sticky_hit_ratio"] == "no workflow of this step was looked for in a cache"
    assert "no counter of state transitions" in told.why["state_transitions_per_second"]
    assert "no counter of actions" in told.why["actions_per_workflow"]
    assert "could not be read" in gone.why["sync_match_ratio"]
    assert "could not be read" in gone.why["state_transitions_per_second"]
    assert "no metrics of ours" in gone.why["sticky_hit_ratio"]


def test_an_older_server_s_count_is_replaced_by_the_workers_or_told(steady: Measured) -> None:
    """
    Where a server does not count closed workflows its other counts are divided by the workers'; what nobody told names
    the server that does.
    """
    assert steady.server_whole is not None and steady.server_window is not None
    assert steady.worker_whole is not None and steady.worker_window is not None
    counters = {key: n for key, n in steady.server_whole.counters.items() if key != "server.workflow_closed"}
    older = replace(steady, server_whole=replace(steady.server_whole, counters=counters))
    nobody = replace(
        older,
        server_whole=replace(steady.server_whole, counters=counters, histograms={}),
        server_window=replace(steady.server_window, histograms={}),
        worker_whole=None,
        worker_window=None,
    )

    newer, told, alone = read_step(steady, PLAN), read_step(older, PLAN), read_step(nobody, PLAN)

    assert (newer.counts.server, told.counts.server) == (newer.counts.sent, None)
    assert told.verdict == newer.verdict
    assert told.state_transitions_per_workflow == alone.state_transitions_per_workflow is not None
    assert told.state_transitions_per_workflow == newer.state_transitions_per_workflow
    assert told.actions_per_workflow == newer.actions_per_workflow is not None
    assert "a server's from Temporal server 1.26 on" in alone.why["schedule_to_start_seconds.activity.mean"]
    assert "a server does from 1.30 on" in alone.why["little_ratio"]
