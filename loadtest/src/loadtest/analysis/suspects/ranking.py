"""
The suspects of one step, the likeliest first: the order in which to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from loadtest.analysis.suspects import server_rules, worker_rules
from loadtest.analysis.suspects.pressure import Pressure
from loadtest.results.suspect import Suspect

_QUESTIONS: tuple[Callable[[Pressure], list[Suspect]], ...] = (
    server_rules.refusals,
    server_rules.queue_rate,
    worker_rules.fetching,
    worker_rules.executing,
    worker_rules.between,
    server_rules.machine,
    server_rules.server,
)


def rank_suspects(pressure: Pressure) -> tuple[Suspect, ...]:
    """
    Return what may hold a saturated or overloaded step back, the likeliest first; nothing where no reading points anywhere.

    A limit that refuses goes before one that holds back, that before what the workers do not fetch, that before
    what executes long, then orders in flight, then server and machine.  Each suspect stands once.
    """
    ranked: dict[str, Suspect] = {}
    for question in _QUESTIONS:
        for suspect in question(pressure):
            ranked.setdefault(suspect.name, suspect)
    return tuple(sorted(ranked.values(), key=lambda suspect: suspect.group))


def first_suspects(ranked: Sequence[Suspect]) -> tuple[Suspect, ...]:
    """
    Return those that are as likely as the first one; two or more are told as "A or B".
    """
    return tuple(suspect for suspect in ranked if suspect.group == ranked[0].group)
