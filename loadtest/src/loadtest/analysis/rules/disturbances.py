"""
What hit a step from outside, by the looks at its surroundings, and whether the step's answer rests on those seconds.

Every bound is defined here with its reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadtest.analysis.readings.cpu_and_memory import FULL_MACHINE_RATIO
from loadtest.analysis.suspects.server_rules import FEWEST_REFUSALS_PER_SECOND
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.disturbance import Disturbance, DisturbanceKind, OutsideLook
from loadtest.results.measured_step import Measured
from loadtest.results.resource_use import MachineTimes
from loadtest.results.window_decision import Decided

# A tenth of the cores taken away for 5 s shifts the decision by more than the 5 % of rate within which it may be
# undecided; 35 steps on two shared virtual cores saw at most 2.6 % of the cores stolen.
LARGEST_STOLEN_RATIO = 0.10
# On a machine with a free core nobody waits, and on a full one fair shares leave the step three quarters.
LARGEST_OTHERS_RATIO = 0.25
# A tenth of a block's arrivals; of 2,244 looks of busy runs 99.9 % were less late than that.
LONGEST_STALL_SECONDS = 1.0
# An error seen in half of the looks or more is this system's answer to this load: a suspect, not a disturbance.
LARGEST_EPISODE_RATIO = 0.5
# Looks are beside the edges: a look that overlaps the window by less than this belongs to the seconds around it.
LEAST_OVERLAP_SECONDS = 1.0
# Of one sentence; the step's timeline shows all.
_MOST_SPANS = 5
# Two requests met at one workflow, which is no limit.
_NO_REFUSALS = ("BusyWorkflow",)
# Errors that mean that the server or its database failed; others are answers to a request, or a poll that ended.
_SERVER_FAILURES = ("Unavailable", "Internal", "ShardOwnershipLost", "DataLoss")
_DATABASE_ANSWERS = ("NotFound", "ConditionFailed", "AlreadyExist", "AlreadyStarted", "Canceled")
# These can only have made waits longer, so a bound that was kept was kept in spite of them.
_SLOWING = frozenset({DisturbanceKind.STOLEN_CPU, DisturbanceKind.OTHER_PROGRAMS})


@dataclass(frozen=True, slots=True)
class _Stretch:
    """
    Consecutive looks that saw the same.
    """

    looks: tuple[OutsideLook, ...]

    @property
    def start(self) -> float:
        return self.looks[0].at - self.looks[0].seconds

    @property
    def end(self) -> float:
        return self.looks[-1].at


def disturbances(measured: Measured) -> tuple[Disturbance, ...]:
    """
    Return the disturbances of a step, in the order in which they came.
    """
    looks = measured.outside
    found = [
        *_told(DisturbanceKind.RESTART, looks, lambda look: look.restarts),
        *_told(DisturbanceKind.REPLICA_LOST, looks, lambda look: look.lost),
        *_episode(DisturbanceKind.REFUSALS, looks, lambda look: _without(look.refused, _NO_REFUSALS)),
        *_episode(
            DisturbanceKind.SERVER_ERRORS, looks, lambda look: _only(look.server_errors, _SERVER_FAILURES)
        ),
        *_episode(
            DisturbanceKind.DATABASE_ERRORS,
            looks,
            lambda look: _without(look.database_errors, _DATABASE_ANSWERS),
        ),
        *_machine(DisturbanceKind.STOLEN_CPU, looks, _stolen, LARGEST_STOLEN_RATIO),
        *_machine(DisturbanceKind.OTHER_PROGRAMS, looks, _others_on_full, LARGEST_OTHERS_RATIO),
        *_stalls(looks),
    ]
    return tuple(sorted((_counted(measured, each) for each in found), key=lambda each: each.start))


def disturbed_window(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if something from outside hit the seconds on which the step's answer rests.
    """
    spans: dict[str, list[str]] = {}
    for each in disturbances(measured):
        if each.counts:
            spans.setdefault(each.what, []).append(each.span)
    if not spans:
        return []
    hits = [f"{what} ({_together(seen)} of the step)" for what, seen in spans.items()]
    return [
        f"disturbed: {'; '.join(hits)}; its answer rests on these seconds, so measure it again without that"
    ]


def _together(spans: Sequence[str]) -> str:
    """
    Join spans such as ``seconds 3 to 6``, the word once; of many the first few.
    """
    more = f" and {counted(len(spans) - _MOST_SPANS, 'more time')}" if len(spans) > _MOST_SPANS else ""
    return spans[0] + "".join(f", {each.removeprefix('seconds ')}" for each in spans[1:_MOST_SPANS]) + more


def disturbance_notes(measured: Measured) -> list[str]:
    """
    Return the disturbances that make nothing invalid, one sentence each.
    """
    return [
        f"{each.span}: {each.what}; "
        + (
            "that can only have made waits longer, and the bound was kept all the same"
            if _in_window(measured, each)
            else "that was outside of the window"
        )
        for each in disturbances(measured)
        if not each.counts
    ]


def _counted(measured: Measured, found: Disturbance) -> Disturbance:
    is_kept = measured.decision is not None and measured.decision.answer is Decided.MET
    counts = _in_window(measured, found) and not (is_kept and found.kind in _SLOWING)
    return Disturbance(found.kind, found.start, found.end, found.what, counts)


def _in_window(measured: Measured, found: Disturbance) -> bool:
    start = measured.warm_up_seconds
    shared = min(found.end, start + measured.window_seconds) - max(found.start, start)
    return shared >= min(LEAST_OVERLAP_SECONDS, found.end - found.start)


def _stretches(looks: Sequence[OutsideLook], seen: Callable[[OutsideLook], bool]) -> Iterator[_Stretch]:
    for is_seen, together in itertools.groupby(looks, seen):
        if is_seen:
            yield _Stretch(tuple(together))


def _told(
    kind: DisturbanceKind, looks: Sequence[OutsideLook], read: Callable[[OutsideLook], tuple[str, ...]]
) -> Iterator[Disturbance]:
    """
    A lasting change is reported for the look that saw it first.
    """
    known: set[str] = set()
    for look in looks:
        fresh = [text for text in read(look) if text not in known]
        known |= set(fresh)
        if fresh:
            yield Disturbance(kind, look.at - look.seconds, look.at, _SENTENCES[kind](fresh), counts=True)


def _episode(
    kind: DisturbanceKind, looks: Sequence[OutsideLook], read: Callable[[OutsideLook], Mapping[str, float]]
) -> Iterator[Disturbance]:
    """
    Errors that came and went: in one stretch of less than half of the looks.
    """
    told = [look for look in looks if look.counted_seconds]
    many = [
        index
        for index, look in enumerate(told)
        if sum(read(look).values()) >= FEWEST_REFUSALS_PER_SECOND * (look.counted_seconds or 0.0)
    ]
    if not many or many[-1] - many[0] + 1 >= LARGEST_EPISODE_RATIO * len(told):
        return
    stretch = _Stretch(tuple(told[many[0] : many[-1] + 1]))
    totals: dict[str, float] = {}
    for look in stretch.looks:
        for name, number in read(look).items():
            totals[name] = totals.get(name, 0.0) + number
    first = stretch.looks[0]
    start = first.at - (first.counted_seconds or 0.0)
    parts = [
        f"{number:.0f} {name}" for name, number in sorted(totals.items(), key=lambda one: -one[1]) if number
    ]
    yield Disturbance(kind, start, stretch.end, _SENTENCES[kind](parts), counts=True)


def _machine(
    kind: DisturbanceKind,
    looks: Sequence[OutsideLook],
    read: Callable[[MachineTimes, MachineTimes], float],
    largest_ratio: float,
) -> Iterator[Disturbance]:
    """
    Cores that were taken away, as the mean over the seconds between two looks.
    """
    taken: dict[float, float] = {}
    cores = 1
    for early, later in itertools.pairwise(looks):
        if early.machine is not None and later.machine is not None and later.machine.at > early.machine.at:
            taken[later.at] = read(early.machine, later.machine)
            cores = later.machine.cores
    for stretch in _stretches(looks, lambda look: taken.get(look.at, 0.0) >= largest_ratio * cores):
        most = max(taken[look.at] for look in stretch.looks)
        what = _SENTENCES[kind]([f"{most:.2f} of {counted(cores, 'core')}"])
        yield Disturbance(kind, stretch.start, stretch.end, what, counts=True)


def _stalls(looks: Sequence[OutsideLook]) -> Iterator[Disturbance]:
    for stretch in _stretches(looks, lambda look: look.stall_seconds >= LONGEST_STALL_SECONDS):
        most = max(look.stall_seconds for look in stretch.looks)
        what = _SENTENCES[DisturbanceKind.STALL]([f"{most:.1f} s"])
        yield Disturbance(DisturbanceKind.STALL, stretch.start, stretch.end, what, counts=True)


def _stolen(before: MachineTimes, after: MachineTimes) -> float:
    return (after.stolen_seconds - before.stolen_seconds) / (after.at - before.at)


def _others_on_full(before: MachineTimes, after: MachineTimes) -> float:
    """
    Cores that other programs took of a machine without a free core; 0 where it had a free one, or where that is not
    known.
    """
    seconds = after.at - before.at
    if (
        before.own_seconds is None
        or before.other_seconds is None
        or after.own_seconds is None
        or after.other_seconds is None
    ):
        return 0.0
    others = (after.other_seconds - before.other_seconds) / seconds
    own = (after.own_seconds - before.own_seconds) / seconds
    full = own + others + _stolen(before, after) >= FULL_MACHINE_RATIO * after.cores
    return others if full else 0.0


def _without(errors: Mapping[str, float], left_out: Sequence[str]) -> dict[str, float]:
    return {name: n for name, n in errors.items() if not any(part in name for part in left_out)}


def _only(errors: Mapping[str, float], taken: Sequence[str]) -> dict[str, float]:
    return {name: n for name, n in errors.items() if any(part in name for part in taken)}


_SENTENCES: Mapping[DisturbanceKind, Callable[[Sequence[str]], str]] = {
    DisturbanceKind.RESTART: "; ".join,
    DisturbanceKind.REPLICA_LOST: lambda names: f"{', '.join(names)} ended or restarted",
    DisturbanceKind.REFUSALS: lambda parts: f"the server refused requests ({', '.join(parts)})",
    DisturbanceKind.SERVER_ERRORS: lambda parts: f"the server failed requests ({', '.join(parts)})",
    DisturbanceKind.DATABASE_ERRORS: lambda parts: (
        f"the server's database failed requests ({', '.join(parts)})"
    ),
    DisturbanceKind.STOLEN_CPU: lambda parts: f"the host kept up to {parts[0]} back",
    DisturbanceKind.OTHER_PROGRAMS: lambda parts: f"other programs took up to {parts[0]} and none was left",
    DisturbanceKind.STALL: lambda parts: f"this machine stood still for up to {parts[0]}",
}
