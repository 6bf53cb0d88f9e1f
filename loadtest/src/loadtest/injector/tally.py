"""
Counts everything that one injector sees in one step.

It decides what belongs to the window and how sampled results represent all results.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from hdrh.histogram import HdrHistogram

from loadtest.results import hdr
from loadtest.results.failure import Failure
from loadtest.results.problem import Problem, ProblemCause

# Most closed workflows whose ids an injector reports.
_SAMPLED_IDS = 64
# Most problems that are kept; a text may hold details that differ for each start.
_MOST_PROBLEMS = 16
# Most names of a kind's failures: each is a label of a metric, and a scenario may put an order's id into its reason.
_MOST_NAMES = 32
# The longest text with which a refused start is told, in characters.
_LONGEST_WORDS = 300
# A start that leaves later than this after the window's end does not count as sent in the window.
EDGE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    The counted part of a step, on the injector's own clock.

    Attributes:
        start, end: Edges of the window.
        end_to_end: Longest end-to-end latency that counts as good, in seconds; ``None`` counts every one.
    """

    start: float
    end: float
    end_to_end: float | None = None

    def holds(self, at: float) -> bool:
        """
        Whether a moment is in the window.
        """
        return self.start <= at < self.end


@dataclass(slots=True)
class Level:
    """
    Closes of the awaited workflows of one sampling level.

    Of an injector's arrivals, 0, 8, 16 ... have level 3; 4, 12, 20 ... have level 2; odd ones have level 0: every
    2^k-th arrival has level k or more. So when an injector awaits fewer and fewer results, its final report is on every
    2^k-th arrival of the whole step, and it awaited all of these.
    """

    end_to_end: HdrHistogram = field(default_factory=hdr.empty)
    closes_in_window: int = 0
    within_slo: int = 0
    closed_minus_sent_seconds: float = 0.0
    window_closed_minus_sent_seconds: float = 0.0


@dataclass(slots=True)
class TallyCounts:
    """
    Counts that grow; see ``results.injector_report.InjectorCounts``.
    """

    offered: int = 0
    sent: int = 0
    acknowledged: int = 0
    completed: int = 0
    failed: Counter[Failure] = field(default_factory=Counter)


class Tally:
    """
    All counts of one injector's step.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.whole = TallyCounts()
        self.window = TallyCounts()
        self.lag = hdr.empty()
        self.response = hdr.empty()
        self.service = hdr.empty()
        self.levels: dict[int, Level] = {}
        self.sampled_ids: list[str] = []
        self.problems: list[Problem] = []
        self.words: dict[Failure, str] = {}
        self._sample_stride = 1
        self._sample_seen = 0

    def end_window_at(self, at: float) -> None:
        """
        End the window earlier than its bounds said; must be called before that time.
        """
        self.bounds = replace(self.bounds, end=min(self.bounds.end, at))

    def note(self, problem: Problem) -> None:
        """
        Keep a problem, each only once, up to a largest number.
        """
        if problem not in self.problems and len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)

    def offered(self, intended: float) -> None:
        """
        Count an arrival that was due.
        """
        self.whole.offered += 1
        if self.bounds.holds(intended):
            self.window.offered += 1

    def sent(self, intended: float, at: float) -> None:
        """
        Count a start that left.
        """
        self.whole.sent += 1
        if at < intended and len(self.problems) < 3:
            self.problems.append(
                Problem(
                    ProblemCause.CLOCK,
                    f"a start left {intended - at:.6f} s before it was due: the clock is broken",
                )
            )
        if self.bounds.holds(intended):
            if at < self.bounds.end + EDGE_SECONDS:
                self.window.sent += 1
            hdr.record(self.lag, at - intended)

    def acknowledged(self, intended: float, sent_at: float, at: float) -> None:
        """
        Count a start that the server confirmed.
        """
        self.whole.acknowledged += 1
        if self.bounds.holds(intended):
            self.window.acknowledged += 1
            hdr.record(self.response, at - intended)
            hdr.record(self.service, at - sent_at)

    def refused(self, intended: float, sent_at: float, at: float) -> None:
        """
        Count the time of a start that was not confirmed, which is at least this long.
        """
        if self.bounds.holds(intended):
            hdr.record(self.response, at - intended)
            hdr.record(self.service, at - sent_at)

    def failed(self, failure: Failure, intended: float) -> Failure:
        """
        Count a failure, in the window of its arrival.

        Returns:
            The failure as counted: beyond a largest number of names per kind, further failures share one name.
        """
        failure = self._counted_as(failure)
        self.whole.failed[failure] += 1
        if self.bounds.holds(intended):
            self.window.failed[failure] += 1
        return failure

    def told(self, failure: Failure, error: BaseException) -> None:
        """
        Keep, in one line, the words with which the first start of a failure was refused.
        """
        self.words.setdefault(failure, " ".join(str(error).split())[:_LONGEST_WORDS])

    def closed(
        self, level: int, workflow_id: str, intended: float, sent_at: float, at: float, good: bool
    ) -> None:
        """
        Count the close of an awaited workflow; ``good`` if it completed.
        """
        books = self.levels.get(level)
        if books is None:  # no setdefault: a histogram made in vain costs more than all the rest
            books = self.levels[level] = Level()
        books.closed_minus_sent_seconds += at - sent_at
        if good:
            self.whole.completed += 1
        if self.bounds.holds(at):
            books.window_closed_minus_sent_seconds += at - sent_at
            self._sample(workflow_id)
            if good:
                books.closes_in_window += 1
                if self.bounds.end_to_end is None or at - intended <= self.bounds.end_to_end:
                    books.within_slo += 1
        if self.bounds.holds(intended):
            # A failed order took at least this long: without it, failures would improve the percentiles.
            hdr.record(books.end_to_end, at - intended)

    def closed_at_some_time(self) -> None:
        """
        Count a workflow that was not awaited and was found completed afterwards.
        """
        self.whole.completed += 1

    def _counted_as(self, failure: Failure) -> Failure:
        known = self.whole.failed
        if failure in known or sum(other.kind is failure.kind for other in known) < _MOST_NAMES:
            return failure
        return Failure(failure.kind, "others")

    def _sample(self, workflow_id: str) -> None:
        # Keep every stride-th sample; the stride doubles when the list is full, so the samples stay evenly spread over
        # the window.
        if self._sample_seen % self._sample_stride == 0:
            self.sampled_ids.append(workflow_id)
            if len(self.sampled_ids) >= _SAMPLED_IDS:
                self.sampled_ids = self.sampled_ids[::2]
                self._sample_stride *= 2
        self._sample_seen += 1
