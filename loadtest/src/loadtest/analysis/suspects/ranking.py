"""
Ranks the suspects of one step, the likeliest first: the order in which to check them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loadtest.analysis.suspects import server_rules, worker_rules
from loadtest.analysis.suspects.suspect_readings import SuspectReadings
from loadtest.results.suspect import Suspect

_QUESTIONS: tuple[Callable[[SuspectReadings], list[Suspect]], ...] = (
    server_rules.refusals,
    server_rules.queue_rate,
    worker_rules.fetching,
    worker_rules.executing,
    worker_rules.between,
    server_rules.machine,
    server_rules.server,
)


def rank_suspects(readings: SuspectReadings) -> tuple[Suspect, ...]:
    """
    Return what may limit a saturated or overloaded step, the likeliest first; empty where no reading points to
    anything.

    The order: a limit that refuses requests, a limit that holds tasks back, tasks that the workers do not fetch, tasks
    that execute long, orders in flight, server and machine. Each suspect appears once.
    """
    ranked: dict[str, Suspect] = {}
    for question in _QUESTIONS:
        for suspect in question(readings):
            ranked.setdefault(suspect.name, suspect)
    return tuple(sorted(ranked.values(), key=lambda suspect: suspect.group))


def first_suspects(ranked: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """
    Return the suspects that are as likely as the first one; two or more are told as "A or B".
    """
    return tuple(suspect for suspect in ranked if suspect.group == ranked[0].group)
