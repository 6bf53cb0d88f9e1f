"""
What belongs to the window, and how the injectors' reports become one.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.errors import OtherVersionError
from loadtest.injector.injector import _report
from loadtest.injector.locust_messages import InstructionPart, PartReport, add_seconds
from loadtest.injector.locust_process_use import CpuUse
from loadtest.injector.merge import merge
from loadtest.injector.tally import Bounds, Tally
from loadtest.plan import Arrivals, Work
from loadtest.results import hdr
from loadtest.results.document import from_message, to_plain
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.injector_report import InjectorCounts, InjectorSecond
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.step_instruction import StepInstruction

WINDOW = Bounds(10.0, 20.0, end_to_end=2.0)


def _count(encoded: str) -> int:
    return int(HdrHistogram.decode(encoded).get_total_count())


def _flight(tally: Tally, intended: float, *, lag: float = 0.0, took: float = 1.0, level: int = 62) -> None:
    sent_at = intended + lag
    tally.offered(intended)
    tally.sent(intended, sent_at)
    tally.acknowledged(intended, sent_at, sent_at + 0.01)
    tally.closed(level, f"w-{intended}", intended, sent_at, sent_at + took, good=True)


def _share_report(tally: Tally, level: int = 0) -> PartReport:
    return _report(tally, level, open_at_end=0, drain_seconds=0.5, cpu=CpuUse(0.25, None))


@pytest.mark.parametrize(
    ("intended", "took", "arrives", "closes", "good"),
    [
        pytest.param(9.9, 0.05, 0, 0, 0, id="before"),
        pytest.param(9.9, 1.0, 0, 1, 1, id="arrives-before-closes-in"),
        pytest.param(10.0, 1.0, 1, 1, 1, id="on-the-first-edge"),
        pytest.param(15.0, 3.0, 1, 1, 0, id="misses-its-bound"),
        pytest.param(19.9, 1.0, 1, 0, 0, id="closes-after"),
        pytest.param(20.0, 1.0, 0, 0, 0, id="on-the-last-edge"),
    ],
)
def test_arrivals_count_by_intended_time_and_closes_by_close(
    intended: float, took: float, arrives: int, closes: int, good: int
) -> None:
    """
    The window holds what fell due in it and what closed in it, each by its own time; the whole step holds both.
    """
    tally = Tally(WINDOW)

    _flight(tally, intended, took=took)

    report = merge({"a": _share_report(tally)}, {}, None, 0.0, 0)
    assert (report.window.offered, report.window.sent, report.window.acknowledged) == (arrives,) * 3
    assert (report.window.completed, report.within_slo) == (closes, good)
    assert {name: _count(text) for name, text in report.histograms.items()} == dict.fromkeys(
        ("lag", "response", "service", "end_to_end"), arrives
    )
    assert (report.whole.offered, report.whole.completed) == (1, 1)
    assert report.closed_minus_sent_seconds == pytest.approx(took)
    assert report.window_closed_minus_sent_seconds == pytest.approx(took if closes else 0.0)


@pytest.mark.parametrize(
    ("lag", "sent"),
    [pytest.param(0.05, 1, id="a-moment-late"), pytest.param(0.5, 0, id="after-the-window")],
)
def test_a_start_that_leaves_after_the_window_is_not_one_of_its_sent_ones(lag: float, sent: int) -> None:
    """
    What is still queued when the window ends is offered but not sent; an edge's moment is forgiven.
    """
    tally = Tally(WINDOW)

    _flight(tally, 19.99, lag=lag)

    assert (tally.window.offered, tally.window.sent) == (1, sent)


def test_a_start_before_its_time_is_a_problem() -> None:
    """
    A negative lag can only be a broken clock.
    """
    tally = Tally(WINDOW)

    _flight(tally, 15.0, lag=-0.5)

    assert tally.problems == [
        Problem(ProblemCause.CLOCK, "a start left 0.500000 s before it was due: the clock is broken")
    ]


def test_sampled_ids_are_spread_over_the_whole_window() -> None:
    """
    However many close, at most 64 are named, from the window's start to its end.
    """
    tally = Tally(WINDOW)

    for number in range(1000):
        _flight(tally, 10 + number / 101, took=0.001)

    at = [float(name.removeprefix("w-")) for name in tally.sampled_ids]
    assert 32 <= len(at) <= 64
    assert min(at) < 10.5
    assert max(at) > 19.0


@settings(max_examples=25)  # a histogram of 22 x 1,024 buckets is decoded eight times in each
@given(st.lists(st.lists(st.floats(0.0, 30.0), max_size=20), min_size=1, max_size=4))
def test_totals_are_the_sums_and_the_merged_histogram_is_that_of_all(arrivals: list[list[float]]) -> None:
    """
    Any number of injectors together say what one would have said of all arrivals.
    """
    tallies = [Tally(WINDOW) for _ in arrivals]
    single = Tally(WINDOW)
    for tally, mine in zip(tallies, arrivals, strict=True):
        for intended in mine:
            _flight(tally, intended, lag=intended / 100)
            _flight(single, intended, lag=intended / 100)

    merged = merge({str(i): _share_report(tally) for i, tally in enumerate(tallies)}, {}, None, 0.0, 0)
    alone = merge({"0": _share_report(single)}, {}, None, 0.0, 0)

    assert (merged.whole, merged.window) == (alone.whole, alone.window)
    assert merged.within_slo == alone.within_slo
    for name, text in merged.histograms.items():
        assert HdrHistogram.decode(text).equals(HdrHistogram.decode(alone.histograms[name]))
    assert sum(counts.offered for counts in merged.per_injector.values()) == merged.whole.offered


def test_the_coarsest_sampling_holds_for_all_injectors() -> None:
    """
    One injector awaited everything, the other every fourth: of both every fourth is reported, and counts times four.
    """
    tallies = Tally(WINDOW), Tally(WINDOW)
    for tally in tallies:
        for number in range(1, 9):
            level = (number & -number).bit_length() - 1
            _flight(tally, 10.0 + number, took=0.5, level=level)

    report = merge(
        {"all": _share_report(tallies[0]), "sampled": _share_report(tallies[1], level=2)}, {}, 16, 0.0, 0
    )

    assert report.awaited_every == 4
    assert _count(report.histograms["end_to_end"]) == 4
    assert report.window.completed == 16
    assert report.closed_minus_sent_seconds * report.awaited_every == pytest.approx(16 * 0.5)


def test_a_failed_order_stays_in_the_latencies() -> None:
    """
    It took at least its time: left out, a system that gives up on its slow orders would look quick.
    """
    tally = Tally(WINDOW)
    _flight(tally, 12.0, took=0.5)
    tally.closed(0, "w", 13.0, 13.0, 43.0, good=False)
    tally.failed(Failure(FailureKind.WORKFLOW, "ApplicationError"), 13.0)
    tally.refused(14.0, 14.0, 19.0)
    tally.failed(Failure(FailureKind.START, "DEADLINE_EXCEEDED"), 14.0)

    report = merge({"a": _share_report(tally)}, {}, None, 0.0, 0)

    end_to_end, response = (HdrHistogram.decode(report.histograms[n]) for n in ("end_to_end", "response"))
    assert end_to_end.get_total_count() == 2
    assert end_to_end.get_max_value() == pytest.approx(30e6, rel=0.001)
    assert response.get_max_value() == pytest.approx(5e6, rel=0.001)
    assert report.whole.completed == 1


def test_a_vanished_injector_is_a_problem_and_keeps_its_last_counts() -> None:
    """
    The step is invalid, not wrong: what is known of it stands in the totals, and a missing arrival is told.
    """
    tally = Tally(WINDOW)
    _flight(tally, 15.0)
    last = InjectorSecond(at=3.2, offered=5, sent=4, completed=3, failed=1, in_flight=0)

    report = merge({"a": _share_report(tally)}, {"b": last, "c": None}, 9, 1.0, 7)

    unknown = Failure(FailureKind.UNKNOWN, "the injector vanished")
    assert report.per_injector["b"] == InjectorCounts(5, 4, 0, 3, {unknown: 1})
    assert report.whole.offered == 6
    told = [problem.text for problem in report.problems]
    assert any("injector b vanished; it was last heard 3.2 s after" in text for text in told)
    assert any("injector c vanished; it was last heard before its first second" in text for text in told)
    assert "6 arrivals fell due of 9 that the schedule holds" in told
    vanished = [
        (one.subject, one.second) for one in report.problems if one.cause is ProblemCause.INJECTOR_VANISHED
    ]
    assert vanished == [("b", 3.2), ("c", None)]
    assert report.cpu_seconds == 1.25


def test_the_parts_of_a_number_add_up() -> None:
    """
    In flight and caps are divided without a rest.
    """
    for total, injectors in itertools.product(range(20), range(1, 7)):
        parts = [
            InstructionPart(_instruction(), index, injectors).part_of(total) for index in range(injectors)
        ]
        assert sum(parts) == total
        assert max(parts) - min(parts) <= 1


def test_what_crosses_the_line_is_the_same_on_the_other_side() -> None:
    """
    Shares and reports survive the way through plain data.
    """
    tally = Tally(WINDOW)
    _flight(tally, 15.0)
    tally.failed(Failure(FailureKind.START, "already running"), 15.0)
    report, share = _share_report(tally), InstructionPart(_instruction(), 1, 3)

    assert from_message(PartReport, _plain(to_plain(report)), "x") == report
    assert from_message(InstructionPart, _plain(to_plain(share)), "x") == share


def test_a_message_of_another_version_is_told_in_one_line() -> None:
    """
    Master and injectors may run different images; a missing field is no defect of theirs.
    """
    plain = to_plain(InstructionPart(_instruction(), 1, 3))
    del plain["instruction"]["seed"]

    with pytest.raises(
        OtherVersionError, match=r"injector 3 sent a InstructionPart .*instruction.seed: field required"
    ):
        from_message(InstructionPart, plain, "injector 3")


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    import msgpack  # what Locust packs its messages with

    packed: dict[str, Any] = msgpack.loads(msgpack.dumps(data), strict_map_key=False)
    return packed


def test_seconds_of_all_injectors_add_up() -> None:
    """
    Progress is the sum of what each said last.
    """
    said = {name: InjectorSecond(1.0, 5, 4, 3, 2, 1) for name in "ab"}

    assert add_seconds(1.5, said) == InjectorSecond(1.5, 10, 8, 6, 4, 2)


@given(st.one_of(st.floats(0.0, 5000.0), st.floats(0.0, 300_000.0)))
def test_a_recorded_latency_is_kept_to_three_digits(seconds: float) -> None:
    """
    From 1 us to three days; what lies outside counts as the bound.
    """
    histogram = hdr.empty()

    hdr.record(histogram, seconds)

    kept = HdrHistogram.decode(hdr.encode(histogram)).get_max_value() / 1e6
    assert kept == pytest.approx(min(max(seconds, 1e-6), 3 * 86_400.0), rel=2e-3, abs=1e-6)


def _instruction() -> StepInstruction:
    return StepInstruction(
        step="s",
        id_prefix="p",
        scenario="noop",
        task_queue="q",
        seed=1,
        schedule_seed="1",
        work=Work(seconds=0.1),
        arrival_rate=2.0,
        in_flight=None,
        arrivals=Arrivals(),
        start_at=1.0,
        warm_up_seconds=1.0,
        window_seconds=5.0,
        drain_seconds=1.0,
        max_in_flight=10,
        end_to_end_bound_seconds=None,
    )
