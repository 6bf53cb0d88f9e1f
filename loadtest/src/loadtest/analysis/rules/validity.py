"""
Whether a step's numbers may be believed: every rule, its reason and the setting to change.

Each rule returns in words how a step breaks it; what follows from that is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.estimators.percentiles import raw_percentile
from loadtest.analysis.readings.littles_law import mean_start_seconds, whole_step_ratio
from loadtest.analysis.readings.settings_as_planned import contradicted_settings, unread_factors
from loadtest.analysis.readings.work_done import looked_seconds
from loadtest.analysis.readings.workers_as_planned import differing_replicas
from loadtest.analysis.readings.workflow_counts import (
    ACTIVITY_FINISHED,
    closed_by_server,
    closed_by_workers,
    is_closed,
    results,
)
from loadtest.analysis.rules.disturbances import disturbed_window
from loadtest.analysis.rules.enough_closes import too_few_closes
from loadtest.analysis.rules.injector_relief import injector_relief
from loadtest.analysis.rules.unaccounted_workflows import disagreeing_counts, unaccounted_workflows
from loadtest.analysis.saturation.cell_capacity import edges_of_turns, slot_time_cv
from loadtest.analysis.saturation.saturation_limit import drift_of_halves
from loadtest.analysis.suspects.server_rules import why_full
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.failure import FailureKind
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured
from loadtest.results.problem import ProblemCause

# Refusals of starts that are no answer to the load, and what mends them.
_RENEW = "renew the run's credentials and go on with --resume"
_REFUSED_WHATEVER_THE_LOAD = {
    "UNAUTHENTICATED": _RENEW,
    "PERMISSION_DENIED": _RENEW,
    "already running": "have the scenario make each workflow's id from arrival.order_id, and no other run of this name beside it",
}
FEWEST_SENT = 0.99
LARGEST_LAG_SECONDS = 0.010
LARGEST_LAG_SHARE = 0.05
LATEST_LOOK_RATIO = 0.02
LITTLE_BOUNDS = (0.95, 1.05)
# The mean of a sample differs from the mean of all: the bounds are twice as wide, and the text says so.
SAMPLED_LITTLE_BOUNDS = (0.90, 1.10)
# The call of the start and the answer with the result lie between the two clocks, and are more than 5 % of a short
# workflow.
LITTLE_SLACK_SECONDS = 0.020

Rule = Callable[[Measured, Plan], list[str]]


def unsent_arrivals(measured: Measured, plan: Plan) -> list[str]:
    """
    Return a reason if arrivals fell due in the window and did not leave the injector.
    """
    window = measured.injector.window
    if is_closed(measured) or window.offered == 0 or window.sent / window.offered >= FEWEST_SENT:
        return []
    seconds = measured.window_seconds
    lag = raw_percentile(measured.injector.histograms.get("lag"), 99)
    return [
        f"sent {rate_text(window.sent / seconds)} of {rate_text(window.offered / seconds)} starts/s"
        f"{'' if lag is None else f' (lag p99 {_time(lag)})'}, so this measures the injector; "
        f"{injector_relief(measured, plan)}"
    ]


def late_starts(measured: Measured, plan: Plan) -> list[str]:
    """
    Return a reason if the injector's own lag is not small against what is reported.
    """
    lag = raw_percentile(measured.injector.histograms.get("lag"), 99)
    if lag is None:
        return []
    middle = raw_percentile(measured.injector.histograms.get("end_to_end"), 50)
    bound = max(LARGEST_LAG_SECONDS, LARGEST_LAG_SHARE * (middle or 0.0))
    if lag <= bound:
        return []
    return [
        f"starts left up to {_time(lag)} late (lag p99; bound {_time(bound)}, 5 % of the end-to-end p50 or 10 ms), "
        f"so latencies hold the injector's own; {injector_relief(measured, plan)}"
    ]


def refused_starts(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if no start was accepted, or some were refused whatever the load is, in the words of the first of each
    kind.
    """
    whole = measured.injector.whole
    refused = {
        failure: number for failure, number in whole.failed.items() if failure.kind is FailureKind.START
    }
    what, remedies = "no start was accepted", {"mend what the scenario starts, or the server that refuses it"}
    if whole.acknowledged:
        refused = {one: number for one, number in refused.items() if one.name in _REFUSED_WHATEVER_THE_LOAD}
        what = "starts were refused whatever the load is"
        remedies = {_REFUSED_WHATEVER_THE_LOAD[failure.name] for failure in refused}
    if not refused:
        return []
    told = "; ".join(
        f"{number} as {failure.name}{f' ({words})' if (words := measured.injector.words.get(failure)) else ''}"
        for failure, number in refused.items()
    )
    return [f"{what}: {told}; {'; '.join(sorted(remedies))}"]


def changed_replicas(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if the replicas of the window's end are not those of its start.
    """
    gone = set(measured.gone) | (set(measured.identities_start) - set(measured.identities_end))
    appeared = set(measured.appeared) | (set(measured.identities_end) - set(measured.identities_start))
    reasons = []
    replaced = bool(appeared) and len(appeared) <= len(gone)
    if gone:
        place = f", and {_names(appeared)} came in place of it" if replaced else ""
        reasons.append(
            f"{_names(gone)} ended or restarted during the step{place}; see the workers' logs, mend that and measure again"
        )
    if appeared and not replaced:
        reasons.append(
            f"{_names(appeared)} appeared during the step, so more replicas worked than were asked for; "
            "stop whatever else starts workers (an autoscaler, Argo CD, Flux?) and measure again"
        )
    if not reasons and len(measured.identities_start) != measured.key.replicas:
        reasons.append(
            f"{len(measured.identities_start)} of {counted(measured.key.replicas, 'replica')} {plural(measured.key.replicas, 'was', 'were')} up when the window began; "
            "see the workers' logs and measure again"
        )
    return reasons


def uneven_halves(measured: Measured, plan: Plan) -> list[str]:
    """
    The two halves of a closed load's window differ by more than the luck of their activities.
    """
    halves = measured.worker_halves
    if not is_closed(measured) or halves is None or min(half.seconds for half in halves) <= 0:
        return []
    first, second = (half.counters.get(ACTIVITY_FINISHED, 0.0) for half in halves)
    second *= halves[0].seconds / halves[1].seconds
    if first + second <= 0:
        return []
    drift = drift_of_halves(round(first), round(second), slot_time_cv(measured), edges_of_turns(measured))
    if not drift.seen:
        return []
    longer = f"raise warm_up_seconds (now {measured.warm_up_seconds:g}) or window_seconds (now {measured.window_seconds:g})"
    return [
        f"the window's halves differ by {abs(drift.ratio) * 100:.1f} % in activities per second, and luck makes at most "
        f"{drift.least_seen_ratio * 100:.1f} %, so it was not level; {_relief_of_full_machine(measured, plan) or longer}"
    ]


def late_looks(measured: Measured, plan: Plan) -> list[str]:
    """
    The two looks between which the window is counted came late.
    """
    looked = looked_seconds(measured)
    off = abs(looked - measured.window_seconds)
    if off <= LATEST_LOOK_RATIO * measured.window_seconds:
        return []
    return [
        f"the window was {measured.window_seconds:.1f} s and the looks at the counters {looked:.1f} s apart "
        f"(bound {LATEST_LOOK_RATIO * 100:.0f} %), so this machine stalled; "
        f"{_relief_of_full_machine(measured, plan) or 'take load off it and measure again'}"
    ]


def _relief_of_full_machine(measured: Measured, plan: Plan) -> str | None:
    """
    Say what would help a machine that the system itself fills; ``None`` for one that has a core left, or that other
    programs fill.
    """
    full = why_full(measured, plan)
    return None if full is None else f"{full}: measure fewer replicas or a smaller load, or on more cores"


def broken_littles_law(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if injectors and workers differ on the total time of the workflows, by more than the starts took.
    """
    found, who = whole_step_ratio(measured)
    every = measured.injector.awaited_every
    low, high = LITTLE_BOUNDS if every == 1 else SAMPLED_LITTLE_BOUNDS
    mine = measured.injector.closed_minus_sent_seconds * every / max(1, results(measured.injector.whole))
    if found is None:
        return []
    theirs = mine / found
    least, most = (
        min(low * theirs, theirs - LITTLE_SLACK_SECONDS),
        max(high * theirs, theirs + LITTLE_SLACK_SECONDS),
    )
    if least <= mine and mine - mean_start_seconds(measured) <= most:
        return []
    return [
        f"the injectors saw workflows take {found:.3f} times as long as the {who} {'says' if who == 'server' else 'say'} "
        f"(bounds {low:g} to {high:g}), so workflows or time are missing on one side; "
        f"{_why_times_differ(measured, who, mine - mean_start_seconds(measured) - theirs)}"
    ]


def _why_times_differ(measured: Measured, who: str, longer_seconds: float) -> str:
    left, closed = measured.injector.open_at_end, results(measured.injector.whole)
    # What ends after the drain is in the other side's sum alone, which makes the injectors' the smaller one.
    if left and longer_seconds < 0:
        return f"the {left} still open may be the cause"
    theirs = closed_by_workers(measured) if who == "workers" else closed_by_server(measured)
    if longer_seconds > 0 and theirs == closed:
        return (
            f"both counted the same workflows, so results reached the injectors late, by {longer_seconds * closed:.1f} s in all, as where "
            "server or injectors lack CPU, or where the server loses a wake-up and answers when its long poll ends, after 20 s; take load "
            "off them and measure again"
        )
    return "check that no other load uses the task queue and that the clocks run alike"


def broken_injectors(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return why the injectors cannot be believed: one broke, arrivals are missing, or their parts do not add up to the
    totals.
    """
    report = measured.injector
    reasons = [f"{problem.text}; see the injectors' log and measure again" for problem in report.problems]
    told = any(problem.cause is ProblemCause.ARRIVALS_MISSING for problem in report.problems)
    if report.planned is not None and report.whole.offered != report.planned and not told:
        reasons.append(
            f"{counted(report.whole.offered, 'arrival')} fell due where the schedule has {report.planned}, so an injector "
            "lost or repeated some; see the injectors' log and measure again"
        )
    if report.per_injector and _sums(report.per_injector.values()) != _totals(report.whole):
        reasons.append(
            "the injectors' counts do not add up to the master's; see the injectors' log and measure again"
        )
    return reasons


def unplanned_settings(measured: Measured, plan: Plan) -> list[str]:
    """
    Return a reason if workers have other settings than the plan names, differ in their slots, or do not read what is
    varied.
    """
    return [
        *contradicted_settings(measured.workers, plan),
        *differing_replicas(measured.workers),
        *unread_factors(measured.workers, measured.key.factors),
    ]


def other_problems(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return what the sweep itself failed to do.
    """
    return [problem.text for problem in measured.problems]


# Rules that an overloaded step breaks by its nature.
EVIDENCE_OF_OVERLOAD: tuple[Rule, ...] = (unaccounted_workflows, disagreeing_counts, broken_littles_law)
RULES: tuple[Rule, ...] = (
    disturbed_window,
    other_problems,
    unplanned_settings,
    broken_injectors,
    unsent_arrivals,
    refused_starts,
    late_starts,
    changed_replicas,
    late_looks,
    uneven_halves,
    too_few_closes,
)


def _sums(parts: Iterable[InjectorCounts]) -> tuple[int, int, int, int]:
    totals = [0, 0, 0, 0]
    for part in parts:
        for index, number in enumerate(_totals(part)):
            totals[index] += number
    return totals[0], totals[1], totals[2], totals[3]


def _totals(counts: InjectorCounts) -> tuple[int, int, int, int]:
    return counts.offered, counts.sent, counts.acknowledged, counts.completed


def _names(identities: set[str]) -> str:
    names = sorted(identities)
    return ("replica " if len(names) == 1 else "replicas ") + ", ".join(names)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
