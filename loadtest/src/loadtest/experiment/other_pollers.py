"""
Who polls the task queue in a window beside the replicas, and so may do work that is counted as theirs.

A poller whose last poll never moves has died, or waits; one that polls as often as the replicas do takes tasks as they
do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loadtest.analysis.readings.workers_as_planned import names_of
from loadtest.child import process_group
from loadtest.errors import MeasurementError
from loadtest.experiment.ports import AskedWorkers
from loadtest.experiment.readiness import GroupOf, is_of
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Replica
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.scrape import Backlog

# A poller that was seen to poll at this share of the looks at which a replica did takes part.
_PART = 0.5
_FEWEST_POLLS = 2


@dataclass(slots=True)
class SeenPolls:
    """
    At how many looks of a window each poller had polled anew, by its identity and by the server's clock alone.

    Attributes:
        times: Number of those looks.
        idle: Pollers that got no new workflows at the last look, as workers of an older version that drain.
    """

    times: Counter[str] = field(default_factory=Counter)
    idle: frozenset[str] = frozenset()
    _last: Mapping[str, float] | None = None

    def look(self, backlog: Backlog | None) -> None:
        """
        Take the next look of the window; a gap tells nothing.
        """
        if backlog is None:
            return
        self.idle = frozenset(backlog.idle)
        now: dict[str, float] = {}
        for pollers in (backlog.activity_pollers, backlog.workflow_pollers):
            for identity, at in pollers.items():
                now[identity] = max(at, now.get(identity, at))
        if self._last is not None:
            self.times.update(one for one, at in now.items() if at > self._last.get(one, 0.0))
        self._last = now


@dataclass(frozen=True, slots=True)
class OtherPollers:
    """
    What is said of pollers that are no replicas.

    Attributes:
        problems: Those that took part in the window.
        notes: Those of which that is not known.
    """

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


async def other_pollers(
    seen: SeenPolls, replicas: Sequence[Replica], workers: AskedWorkers, group_of: GroupOf = process_group
) -> OtherPollers:
    """
    Judge the pollers of a window.

    Workers that name themselves are recognized by their heartbeats; where a replica has neither a name nor a heartbeat
    that tells it, one of the others may be it, and none is said to be a stranger.  Who gets no new workflows takes none of
    the run's.  Without heartbeats a name that somebody
    gave says nothing of whose worker it is.
    """
    if all(any(is_of(replica, one, group_of) for replica in replicas) for one in seen.times):
        return OtherPollers()
    try:
        names = await workers.names(replicas)
    except MeasurementError:
        names = {}
    own = {
        replica.identity: {
            one
            for one in seen.times
            if is_of(replica, one, group_of) or one in names.get(replica.identity, ())
        }
        for replica in replicas
    }
    mine = set[str]().union(*own.values())
    others = sorted(seen.times.keys() - mine - seen.idle)
    lost = sum(not found for found in own.values())
    if len(others) <= lost:
        return OtherPollers()
    usual = sum(seen.times[one] for one in mine) / len(mine) if mine else 0.0
    busy = [
        one
        for one in others
        if seen.times[one] >= max(_FEWEST_POLLS, _PART * usual) and (names or _is_made_by_sdk(one))
    ]
    if lost or not mine or not busy:
        verb = plural(len(others), "polls", "poll")
        return OtherPollers(
            notes=(
                f"{names_of(others)} {verb} the task queue too and may be no {plural(len(replicas), 'replica', 'replicas')} of this run: "
                "what others take is counted as the replicas'",
            )
        )
    text = (
        f"{names_of(busy)} {plural(len(busy), 'is', 'are')} none of this run's {counted(len(replicas), 'replica')} and polled the task queue as "
        "they did, so work of others is counted as theirs; stop them, or give the run a task queue of its own (--task-queue)"
    )
    return OtherPollers((Problem(ProblemCause.OTHERS_POLL, text),))


def _is_made_by_sdk(identity: str) -> bool:
    process, at, _ = identity.partition("@")
    return bool(at) and process.isdecimal()
