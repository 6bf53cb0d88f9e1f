"""
What is said of a step: every reading from known facts, and a reason for each that is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import synthetic

from loadtest.analysis import read_step
from loadtest.plan import Plan
from loadtest.results.document import to_plain
from loadtest.results.measured import InjectorCounts, Measured, ProcessUse
from loadtest.results.step import Step

PLAN = synthetic.demo_plan()
# Null because the load is of the other kind, not because something could not be read.
OF_THE_LOAD = {"load.arrival_rate", "load.in_flight", "load.fraction", "counts.planned"}


@pytest.fixture(scope="module")
def raw() -> Measured:
    """
    A valid open step.
    """
    return synthetic.step(2, "open")


def foreign(raw: Measured) -> Measured:
    """
    The same workers, had they no metrics of ours.
    """
    blind = tuple(
        replace(second, activities_finished=None, schedule_to_start_mean_seconds=None)
        for second in raw.timeline
    )
    return replace(
        raw,
        worker_whole=None,
        worker_window=None,
        worker_halves=None,
        slots=None,
        slots_used=None,
        activities_per_workflow=None,
        timeline=blind,
        use={**raw.use, "worker": ProcessUse(None, None, "a foreign worker's processes are not known")},
    )


def unreachable(raw: Measured) -> Measured:
    """
    The same step, had nothing but the injectors answered.
    """
    gaps = tuple(
        replace(
            second,
            activities_finished=None,
            schedule_to_start_mean_seconds=None,
            backlog_activity=None,
            backlog_workflow=None,
            backlog_age_seconds=None,
        )
        for second in raw.timeline
    )
    return replace(
        foreign(raw),
        server_whole=None,
        server_window=None,
        scrape_seconds=None,
        timeline=gaps,
        histories=None,
        use={},
    )


def silent(raw: Measured) -> Measured:
    """
    A step in which nothing happened at all.
    """
    nothing = InjectorCounts()
    report = replace(
        raw.injector,
        planned=0,
        whole=nothing,
        window=nothing,
        per_injector={},
        histograms={},
        closed_minus_sent_seconds=0.0,
        window_closed_minus_sent_seconds=0.0,
        within_slo=0,
        drain_seconds=0.0,
    )
    return replace(unreachable(raw), injector=report, timeline=())


def nulls(plain: Any, path: str = "") -> Iterator[str]:
    """
    Every dotted key under which a null stands.
    """
    if plain is None:
        yield path
    elif isinstance(plain, dict):
        for key, value in plain.items():
            yield from nulls(value, f"{path}.{key}" if path else key)


@pytest.mark.parametrize(
    "change", [lambda s: s, foreign, unreachable, silent], ids=["whole", "foreign", "no server", "silent"]
)
@pytest.mark.parametrize("kind", ["saturate", "open"])
def test_each_reading_that_is_not_shown_says_why(change: Any, kind: str) -> None:
    """
    A null never stands alone: its key, or the one above it, has a reason.
    """
    step = read_step(change(synthetic.step(2, kind)), PLAN)

    plain = to_plain(step)
    unexplained = [
        key
        for key in nulls(plain)
        if key not in OF_THE_LOAD
        and not key.startswith(("cross_check.", "counts."))
        and not any(key == told or key.startswith(f"{told}.") for told in step.why)
        # The half width of a mean has no reason of its own.
        and not (key.endswith(".half_width") and key.removesuffix("half_width") + "value" in step.why)
    ]
    assert unexplained == []


@pytest.mark.parametrize("kind", ["saturate", "open"])
def test_a_mean_never_travels_without_its_half_width_and_n(kind: str) -> None:
    """
    Value and half width are both there or both not, and then n counts what stands behind them.
    """
    step = read_step(synthetic.step(2, kind), PLAN)

    for estimate in (
        step.throughput_per_second,
        step.schedule_to_start_seconds.activity.mean,
        step.schedule_to_start_seconds.workflow.mean,
        step.backlog.slope_per_second,
    ):
        assert (estimate.value is None) == (estimate.half_width is None)
        assert estimate.value is None or estimate.n >= 2


def test_readings_are_those_of_the_facts(raw: Measured) -> None:
    """
    Each number against the counts that it is made from, worked out by hand here.
    """
    step = read_step(raw, PLAN)
    assert raw.worker_window is not None
    activities = raw.worker_window.counters["worker.activity_finished"]
    closed = raw.worker_window.counters["worker.workflow_completed"]
    workflows = activities / 6

    assert step.step == "2-open1-1"
    assert step.offered_per_second == step.sent_per_second == 36 / 20
    assert step.throughput_per_second.value == pytest.approx(workflows / 20)
    assert step.closes_per_second == closed / 20
    assert step.error_ratio == 0
    assert step.state_transitions_per_workflow == 27
    assert step.sync_match_ratio == pytest.approx(12 / 13)
    assert step.sticky_hit_ratio == 1
    assert step.cpu_seconds_per_workflow.server == pytest.approx(0.083)
    assert step.cpu_seconds_per_workflow.worker == pytest.approx(0.036)
    assert step.cpu_seconds_per_workflow.injector == pytest.approx(raw.injector.cpu_seconds / workflows)
    assert step.rss_bytes.worker == 220 << 20
    assert step.pollers == {"activity": 2, "workflow": 2}
    assert step.counts.sent == step.counts.results == step.counts.worker == step.counts.server
    assert step.little_ratio == pytest.approx(1.01, abs=0.01)
    assert step.load.arrival_rate == 1.8
    assert 0 < (step.slots_used_ratio or 0) < 1


def test_waits_of_a_saturate_step_are_not_reported() -> None:
    """
    The closed loop makes its own schedule-to-start, the same at every replica count.
    """
    step = read_step(synthetic.step(2, "saturate"), PLAN)

    assert step.schedule_to_start_seconds.activity.p95 is None
    assert "closed load makes this wait itself" in step.why["schedule_to_start_seconds.activity.p95"]
    assert step.offered_per_second is None


def test_a_foreign_worker_is_read_from_the_servers_side_and_the_report_says_so(raw: Measured) -> None:
    """
    Throughput, waits and counts are the same as with the workers' own metrics, slots are not known.
    """
    ours, theirs = read_step(raw, PLAN), read_step(foreign(raw), PLAN)

    assert theirs.throughput_per_second.value == pytest.approx(ours.throughput_per_second.value)
    assert theirs.schedule_to_start_seconds.activity.p95 == pytest.approx(
        ours.schedule_to_start_seconds.activity.p95, rel=0.1
    )
    assert theirs.counts.worker is None
    assert theirs.slots_used_ratio is None
    assert any("the workers offer no metrics of ours" in note for note in theirs.notes)
    assert any("wait is the server's" in note for note in theirs.notes)
    assert theirs.why["cpu_seconds_per_workflow.worker"] == "a foreign worker's processes are not known"


def test_without_anybodys_activities_closes_are_counted_and_it_is_said(raw: Measured) -> None:
    """
    Closes come in waves, so the reader is told.
    """
    step = read_step(unreachable(raw), PLAN)

    assert step.throughput_per_second.value == pytest.approx(raw.injector.window.completed / 20)
    assert any("counted in workflow closes" in note for note in step.notes)


def test_retries_and_rework_do_not_pass_for_throughput(raw: Measured) -> None:
    """
    Attempts are divided by the attempts that a workflow took over the whole step.
    """

    def half_more(side: Any) -> Any:
        more = side.counters["worker.activity_finished"] * 1.5
        return replace(side, counters={**side.counters, "worker.activity_finished": more})

    retried = replace(
        raw, worker_whole=half_more(raw.worker_whole), worker_window=half_more(raw.worker_window)
    )

    plain, step = read_step(raw, PLAN), read_step(retried, PLAN)

    assert step.throughput_per_second.value == pytest.approx(plain.throughput_per_second.value)
    assert any("9.00 activity attempts" in note for note in step.notes)


@pytest.mark.parametrize(
    ("failed", "ratio"),
    [({}, 0.0), ({"workflow: Broken": 5}, 0.1), ({"start: UNAVAILABLE": 5}, 0.1)],
    ids=["none", "workflows", "starts"],
)
def test_the_error_ratio_counts_failed_of_all_finished(
    failed: dict[str, int], ratio: float, raw: Measured
) -> None:
    """
    A refused start and a failed workflow both count.
    """
    whole = InjectorCounts(50, 50, 45, 50 - sum(failed.values()), failed)
    step = read_step(replace(raw, injector=replace(raw.injector, whole=whole)), PLAN)

    assert step.error_ratio == pytest.approx(ratio)
    assert step.failed == failed


def test_failed_activity_attempts_are_told_by_type(raw: Measured) -> None:
    """
    Injected failures and real ones show where they happen.
    """
    assert raw.worker_whole is not None
    split = {"worker.activity_failed": {"classify": 3.0, "settle": 0.0}}
    step = read_step(replace(raw, worker_whole=replace(raw.worker_whole, by_label=split)), PLAN)

    assert step.activity_failures == {"classify": 3}


@pytest.mark.parametrize("lost", [1, 5, 10], ids=lambda n: f"{n} looks")
def test_gaps_in_the_timeline_are_gaps_and_never_zeros(lost: int, raw: Measured) -> None:
    """
    Looks that failed leave the throughput alone and the backlog's largest value as it was seen.
    """
    gone = {second.at for second in raw.timeline[8 : 8 + lost]}
    gaps = tuple(
        replace(s, activities_finished=None, backlog_activity=None, backlog_workflow=None)
        if s.at in gone
        else s
        for s in raw.timeline
    )
    whole, step = read_step(raw, PLAN), read_step(replace(raw, timeline=gaps), PLAN)

    assert step.throughput_per_second.value == whole.throughput_per_second.value
    assert step.throughput_per_second.half_width is not None
    assert step.backlog.tasks.end == whole.backlog.tasks.end


def test_a_sampled_step_says_so(raw: Measured) -> None:
    """
    Awaiting every fourth result is stated beside what is made of them.
    """
    step = read_step(replace(raw, injector=replace(raw.injector, awaited_every=4)), PLAN)

    assert step.awaited_every == 4
    assert any("every 4th result" in note for note in step.notes)


def test_a_fraction_load_tells_its_fraction() -> None:
    """
    The share of the saturated throughput travels with the rate made from it.
    """
    document = PLAN.model_dump() | {"loads": [{"kind": "saturate"}, {"kind": "fraction", "fraction": 0.7}]}
    plan = Plan.model_validate(document)
    step: Step = read_step(synthetic.step(1, "fraction", plan=plan, arrival_rate=1.5), plan)

    assert (step.load.kind, step.load.fraction, step.load.arrival_rate) == ("fraction", 0.7, 1.5)
