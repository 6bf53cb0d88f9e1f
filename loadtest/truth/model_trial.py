"""
Answers by the model alone, on systems of known answer: how often they are given, and how often they are wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from cells import MIXED, PLAIN, REPLICAS, STRANGE, limit_of
from event_system import EventSystem, Traits
from histograms import buckets
from known_system import ACTIVITIES, WARM_UP_SECONDS, WORK, Subject, bound_of, capacity_of

from loadtest.analysis.decisions.model_answer import SeenWindow, answer_by_model
from loadtest.analysis.twin import Measure
from loadtest.results.window_decision import Decided

WINDOW_SECONDS = 20.0
UTILIZATIONS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95, 1.05)


@dataclass(frozen=True, slots=True)
class ModelTrials:
    """
    What the model answered on one system at one utilisation.

    Attributes:
        row: The system.
        utilization: Rate over its true capacity.
        answered, wrong: Number of runs with an answer, and with a wrong one.
        runs: Number of runs.
    """

    row: str
    utilization: float
    answered: int
    wrong: int
    runs: int


def model_subjects() -> dict[str, Subject]:
    """
    Return the systems tried, by name.
    """
    found: dict[str, Subject] = {}
    for work, traits in (("uniform", MIXED), ("exponential", PLAIN)):
        for replicas in REPLICAS:
            name = f"{replicas} replica{'s' if replicas > 1 else ''}, {work}"
            found[name] = _subject(traits, replicas, work, Measure.WAIT)
    for replicas in (1, 4):
        name = f"{replicas} replica{'s' if replicas > 1 else ''}, uniform, end to end"
        found[name] = _subject(MIXED, replicas, "uniform", Measure.END_TO_END)
    for name in ("oldest first, one partition", "15 ms of dead time", "pauses of 0.5 s each 30 s"):
        found[name] = Subject(STRANGE[name], "uniform")
    return found


def _subject(traits: Traits, replicas: int, work: str, measure: Measure) -> Subject:
    return Subject(replace(traits, replicas=replicas), work, limit_of(replicas), measure)


def model_trials(name: str, subject: Subject, runs: int) -> list[ModelTrials]:
    """
    Measure one system at each utilisation again and again.
    """
    trials = []
    for utilization in UTILIZATIONS:
        answers = [_answer(subject, utilization, seed) for seed in range(runs)]
        right = Decided.MET if utilization < subject.limit_utilization else Decided.MISSED
        given = [answer for answer in answers if answer is not None]
        wrong = sum(answer is not right for answer in given)
        trials.append(ModelTrials(name, utilization, len(given), wrong, runs))
    return trials


def _answer(subject: Subject, utilization: float, seed: int) -> Decided | None:
    bound, rate = bound_of(subject), utilization * capacity_of(subject)
    whole = WARM_UP_SECONDS + WINDOW_SECONDS
    own_seed = 1000 * seed + round(1000 * utilization)
    gaps = np.random.default_rng((50_000, own_seed)).exponential(1 / rate, int(2 * rate * whole) + 60)
    arrivals = np.cumsum(gaps)
    arrivals = arrivals[arrivals < whole]
    system = EventSystem(subject.traits, 20_000_000 + own_seed)
    system.load(arrivals.tolist(), WORK[subject.work].draw(51_000_000 + own_seed, len(arrivals), ACTIVITIES))
    system.run(whole + 600)
    columns = system.record.arrays()
    inside = (columns["started"] >= WARM_UP_SECONDS) & (columns["started"] < whole)
    arrived = columns["closed"] - columns["end_to_end"]
    taken = columns["end_to_end"][arrived >= WARM_UP_SECONDS]
    waits, held = columns["waits"][inside], columns["held"][inside]
    if not len(waits) or not len(taken):
        return None
    judged = waits if bound.measure is Measure.WAIT else taken
    seen = SeenWindow(
        seconds=WINDOW_SECONDS,
        rate=rate,
        slots=subject.traits.replicas * subject.traits.slots,
        shape=(1,) * ACTIVITIES,
        held=buckets(held.tolist()),
        gap_seconds=max(0.0, float(taken.mean() / ACTIVITIES - waits.mean() - held.mean())),
        counted=len(judged),
        late=float((judged > bound.seconds).sum()),
    )
    decision = answer_by_model(seen, bound)
    return None if decision is None else decision.answer
