"""
Steps of which something was not seen: what is read all the same, and a reason for each reading that is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.results.document import to_plain
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured, ProcessUse

PLAN = synthetic_steps.demo_plan()
# Null because the load is of the other kind, not because something could not be read.
OF_THE_LOAD = {"load.arrival_rate", "load.in_flight", "load.fraction", "load.shape", "counts.planned"}


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
    step = read_step(change(synthetic_steps.step(2, kind)), PLAN)

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


def test_waits_of_a_saturate_step_are_not_reported() -> None:
    """
    The closed loop makes its own schedule-to-start, the same at every replica count.
    """
    step = read_step(synthetic_steps.step(2, "saturate"), PLAN)

    assert step.schedule_to_start_seconds.activity.p95 is None
    assert "closed load makes this wait itself" in step.why["schedule_to_start_seconds.activity.p95"]
    assert step.offered_per_second is None


def test_a_foreign_worker_is_read_from_the_servers_side_and_the_report_says_so(steady: Measured) -> None:
    """
    Throughput, waits and counts are the same as with the workers' own metrics, slots are not known.
    """
    ours, theirs = read_step(steady, PLAN), read_step(foreign(steady), PLAN)

    assert theirs.throughput_per_second.value == pytest.approx(ours.throughput_per_second.value)
    assert theirs.schedule_to_start_seconds.activity.p95 == pytest.approx(
        ours.schedule_to_start_seconds.activity.p95, rel=0.1
    )
    assert theirs.counts.worker is None
    assert theirs.slots_used_ratio is None
    assert any("the workers offer no metrics of ours" in note for note in theirs.notes)
    assert any("wait is the server's" in note for note in theirs.notes)
    assert theirs.why["cpu_seconds_per_workflow.worker"] == "a foreign worker's processes are not known"


def test_a_closed_load_whose_level_nobody_saw_says_so(steady: Measured) -> None:
    """
    The halves of a window are counted on the workers' pages alone; an open load is not judged by them.
    """
    ours, theirs, opened = (
        read_step(each, PLAN).notes
        for each in (synthetic_steps.step(2), foreign(synthetic_steps.step(2)), foreign(steady))
    )

    told = [
        any(note.startswith("not judged: whether the window was level") for note in notes)
        for notes in (ours, theirs, opened)
    ]
    assert told == [False, True, False]


def test_without_anybodys_activities_closes_are_counted_and_it_is_said(steady: Measured) -> None:
    """
    Closes come in waves, so the reader is told.
    """
    step = read_step(unreachable(steady), PLAN)

    assert step.throughput_per_second.value == pytest.approx(steady.injector.window.completed / 20)
    assert any("counted in workflow closes" in note for note in step.notes)


def test_counts_of_the_injectors_alone_are_not_called_the_servers(steady: Measured) -> None:
    """
    Temporal Cloud has no page of its own counts.
    """
    notes = read_step(unreachable(steady), PLAN).notes

    assert any("throughput and counts are the injectors'" in note for note in notes)
    assert not any("are the server's" in note for note in notes)


@pytest.mark.parametrize("lost", [1, 5, 10], ids=lambda n: f"{n} looks")
def test_gaps_in_the_timeline_are_gaps_and_never_zeros(lost: int, steady: Measured) -> None:
    """
    Looks that failed leave the throughput alone and the backlog's largest value as it was seen.
    """
    gone = {second.at for second in steady.timeline[8 : 8 + lost]}
    gaps = tuple(
        replace(s, activities_finished=None, backlog_activity=None, backlog_workflow=None)
        if s.at in gone
        else s
        for s in steady.timeline
    )
    whole, step = read_step(steady, PLAN), read_step(replace(steady, timeline=gaps), PLAN)

    assert step.throughput_per_second.value == whole.throughput_per_second.value
    assert step.throughput_per_second.half_width is None
    assert step.backlog.tasks.end == whole.backlog.tasks.end
