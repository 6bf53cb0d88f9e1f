"""
Makes one report from those of all injectors; their sums are the totals.

It decides how sampled results represent all results and what is wrong with a set of reports.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from loadtest.injector.locust_messages import LevelReport, PartReport
from loadtest.plural import counted
from loadtest.results import hdr
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.injector_report import (
    RESULT_HISTOGRAM,
    START_HISTOGRAMS,
    InjectorCounts,
    InjectorReport,
    InjectorSecond,
)
from loadtest.results.problem import Problem, ProblemCause

# Most workflows of a step whose histories are read, however many injectors it has: they are a cross-check, and reading
# those of large orders is work for the server.
_MOST_SAMPLED = 64
_VANISHED = Failure(FailureKind.UNKNOWN, "the injector vanished")


def merge(
    reports: Mapping[str, PartReport],
    vanished: Mapping[str, InjectorSecond | None],
    planned: int | None,
    master_cpu_seconds: float,
    master_rss_bytes: int,
) -> InjectorReport:
    """
    Merge the reports of all injectors of a step.

    Where injectors sampled differently, the coarsest sampling is used for all: each report keeps the closes of every
    level separate, and the finer levels are left out.

    Args:
        reports: Reports by the injector's id.
        vanished: Injectors without a report, with their last counts, if there are any.
        planned: Number of arrivals in the whole schedule; ``None`` for a closed load.
        master_cpu_seconds: CPU time of the master over the window.
        master_rss_bytes: Largest resident size of the master.
    """
    level = max((report.sampling_level for report in reports.values()), default=0)
    every = 2**level
    kept = [books for report in reports.values() for at, books in report.levels.items() if at >= level]
    lost = {name: _last_said(second) for name, second in vanished.items()}
    per_injector = {**{name: report.whole for name, report in reports.items()}, **lost}
    whole = _add(per_injector.values())
    window = _add(report.window for report in reports.values())
    return InjectorReport(
        planned=planned,
        whole=whole,
        window=InjectorCounts(
            window.offered,
            window.sent,
            window.acknowledged,
            every * sum(books.closes_in_window for books in kept),
            window.failed,
        ),
        awaited_every=every,
        closed_minus_sent_seconds=sum(books.closed_minus_sent_seconds for books in kept),
        window_closed_minus_sent_seconds=sum(books.window_closed_minus_sent_seconds for books in kept),
        histograms=_histograms(reports.values(), kept),
        within_slo=every * sum(books.within_slo for books in kept),
        open_at_end=sum(report.open_at_end for report in reports.values()),
        drain_seconds=max((report.drain_seconds for report in reports.values()), default=0.0),
        per_injector=per_injector,
        problems=_problems(reports, vanished, planned, whole),
        sampled_workflow_ids=_some(
            [name for report in reports.values() for name in report.sampled_workflow_ids]
        ),
        cpu_seconds=master_cpu_seconds + sum(report.cpu_seconds for report in reports.values()),
        rss_bytes=master_rss_bytes + sum(report.rss_bytes for report in reports.values()),
        words={failure: text for report in reports.values() for failure, text in report.words.items()},
        core_limit=min(_known(report.core_limit for report in reports.values()), default=None),
        throttled_seconds=max(_known(report.throttled_seconds for report in reports.values()), default=None),
    )


def _known(numbers: Iterable[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


def _some(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names[:: max(1, math.ceil(len(names) / _MOST_SAMPLED))])


def _last_said(second: InjectorSecond | None) -> InjectorCounts:
    if second is None:
        return InjectorCounts()
    failed = {_VANISHED: second.failed} if second.failed else {}
    return InjectorCounts(second.offered, second.sent, 0, second.completed, failed)


def _add(parts: Iterable[InjectorCounts]) -> InjectorCounts:
    offered = sent = acknowledged = completed = 0
    failed: Counter[Failure] = Counter()
    for part in parts:
        offered += part.offered
        sent += part.sent
        acknowledged += part.acknowledged
        completed += part.completed
        failed.update(part.failed)
    return InjectorCounts(offered, sent, acknowledged, completed, dict(failed))


def _histograms(reports: Iterable[PartReport], kept: Iterable[LevelReport]) -> dict[str, str]:
    parts = list(reports)
    merged = {name: hdr.merge(report.histograms[name] for report in parts) for name in START_HISTOGRAMS}
    return {**merged, RESULT_HISTOGRAM: hdr.merge(books.end_to_end for books in kept)}


def _problems(
    reports: Mapping[str, PartReport],
    vanished: Mapping[str, InjectorSecond | None],
    planned: int | None,
    whole: InjectorCounts,
) -> tuple[Problem, ...]:
    problems = [
        replace(problem, subject=name, text=f"{name}: {problem.text}")
        for name, report in reports.items()
        for problem in report.problems
    ]
    for name, second in vanished.items():
        when = f"{second.at:.1f} s after the step began" if second is not None else "before its first second"
        problems.append(
            Problem(
                ProblemCause.INJECTOR_VANISHED,
                f"injector {name} vanished; it was last heard {when}, and its counts are of then",
                name,
                second.at if second is not None else None,
            )
        )
    if planned is not None and whole.offered != planned:
        problems.append(
            Problem(
                ProblemCause.ARRIVALS_MISSING,
                f"{counted(whole.offered, 'arrival')} fell due of {planned} that the schedule holds",
            )
        )
    return tuple(problems)
