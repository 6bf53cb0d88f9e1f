"""
What injectors counted of one step, and what they say each second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loadtest.results.failure import FailureCounts, FailureWords
from loadtest.results.problem import ReadProblem

# Names of the latencies of which each step has a histogram: those of every start, and that of the awaited results.
START_HISTOGRAMS = ("lag", "response", "service")
RESULT_HISTOGRAM = "end_to_end"
HISTOGRAMS = (*START_HISTOGRAMS, RESULT_HISTOGRAM)


@dataclass(frozen=True, slots=True)
class InjectorCounts:
    """
    What injectors counted, over the whole step or in the window (arrivals by intended time, closes by close time).

    Attributes:
        offered: Arrivals that were due.
        sent: Starts that left.
        acknowledged: Starts that the server confirmed.
        completed: Awaited workflows that closed well.
        failed: Number of failures of each sort.
    """

    offered: int = 0
    sent: int = 0
    acknowledged: int = 0
    completed: int = 0
    failed: FailureCounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InjectorReport:
    """
    The common report of all injectors of a step, which the Locust master makes from theirs.

    Attributes:
        planned: Number of arrivals in the schedule over warm-up and window, ``None`` for a closed load.
        whole, window: Counts of the whole step and of the window.
        awaited_every: Every how many workflows a result was awaited: 1 = each one, k = each k-th.
        closed_minus_sent_seconds: Sum over awaited workflows, whole step; for Little's law.
        window_closed_minus_sent_seconds: The same over workflows closed in the window.
        histograms: HdrHistogram (encoded, microseconds) of ``lag``, ``response``, ``service``, ``end_to_end``; window only.
        within_slo: Workflows of the window that closed well within the plan's end-to-end bound.
        open_at_end: Workflows still open when the drain ended without them.
        drain_seconds: Seconds from the end of arrivals to the last close.
        per_injector: Counts of the whole step by injector id; their sums are ``whole``.
        problems: What broke: an injector vanished, a clock ran backwards.
        sampled_workflow_ids: Ids of sampled workflows that closed in the window, for the cross-check by history.
        cpu_seconds: CPU of all injector processes and the master over the window.
        rss_bytes: Largest resident size, summed over these processes.
        words: What the first start of each failure was refused with.
        core_limit: Cores that each injector may use, the least of all; ``None`` where they may use all.
        throttled_seconds: Time of the window for which that limit held an injector back, the most of all; ``None`` where
            nothing tells.
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
    words: FailureWords = field(default_factory=dict)
    core_limit: float | None = None
    throttled_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class InjectorSecond:
    """
    What all injectors counted so far in this step; sent about once a second.

    Attributes:
        at: Seconds since the step's first instant.
        offered, sent, completed, failed: Counts so far; closes of workflows that are not awaited are estimated.
        in_flight: Workflows open now, estimated in the same way.
    """

    at: float
    offered: int
    sent: int
    completed: int
    failed: int
    in_flight: int
