"""
Capacity searches on systems whose capacity at the SLO is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from cells import MIXED
from event_system import EventSystem
from known_system import ACTIVITIES, WARM_UP_SECONDS, WORK, Subject, bound_of, capacity_of
from step_trial import SATURATED_SECONDS, TASKS, saturated_reading

from loadtest.analysis.capacity_search import (
    PROBE_MISFIT_RATIO,
    CapacityBracket,
    Probe,
    ProbeResult,
    search_capacity,
)
from loadtest.analysis.twin import (
    DecisionRule,
    OpenStep,
    Past,
    QueueModel,
    calibrate,
    choose_schedule,
    judge_late_tasks,
    recalibrate,
    simulate_twins,
)
from loadtest.results.window_decision import Decided

_LONGEST = {1: 100, 2: 80, 4: 60}


@dataclass(frozen=True, slots=True)
class CapacityTrial:
    """
    A bracket beside the truth.
    """

    replicas: int
    truth: float
    bracket: CapacityBracket
    seconds: float


def capacity_trials(replicas: int, runs: int) -> list[CapacityTrial]:
    """
    Search the capacity at the SLO of one replica count again and again.
    """
    subject = Subject(replace(MIXED, replicas=replicas), "uniform")
    return [_search(subject, seed) for seed in range(runs)]


def _search(subject: Subject, seed: int) -> CapacityTrial:
    traits, work, bound = subject.traits, WORK[subject.work], bound_of(subject)
    slots = traits.replicas * traits.slots
    _, reading, past, _ = saturated_reading(subject, seed)
    search = search_capacity(calibrate(QueueModel(slots), reading, past), work, bound, tasks=TASKS)
    seconds, result, number = SATURATED_SECONDS, None, 0
    while True:
        try:
            probe = next(search) if result is None else search.send(result)
        except StopIteration as stop:
            truth = subject.limit_utilization * capacity_of(subject)
            return CapacityTrial(traits.replicas, truth, stop.value, seconds)
        number += 1
        # A probe that follows another begins from the saturate step anew, to keep the trial short.
        fresh = EventSystem(traits, 3000 + 10 * seed + number)
        fresh.saturate(past.in_flight, past.draws, past.seconds)
        result, window = _probe(fresh, subject, probe, past, 100 * seed + number)
        seconds += WARM_UP_SECONDS + window


def _probe(
    system: EventSystem, subject: Subject, probe: Probe, past: Past, seed: int
) -> tuple[ProbeResult, float]:
    bound, longest = bound_of(subject), _LONGEST[subject.traits.replicas]
    rate, before = probe.arrival_rate, len(system.record.started)
    orders = int(rate * (longest + 10) * 1.3) + 60
    draws = WORK[subject.work].draw(60_000 + seed, orders, ACTIVITIES)

    def step_of(schedule: int, seconds: int) -> OpenStep:
        gaps = np.random.default_rng((70_000 + seed, schedule)).exponential(1 / rate, orders)
        return OpenStep(np.cumsum(gaps).tolist(), draws, WARM_UP_SECONDS, seconds)

    candidates = {schedule: step_of(schedule, 60) for schedule in range(30)}
    chosen = choose_schedule(probe.model, probe.middle, past, candidates, bound, rate * ACTIVITIES)
    step = step_of(chosen, longest)
    slower, faster = (
        simulate_twins(probe.model, edge, past, step, bound) for edge in (probe.slower, probe.faster)
    )
    system.load(step.arrivals, draws)
    system.run(WARM_UP_SECONDS)
    start, counts = system.now, []
    rule = DecisionRule(misfit_ratio=PROBE_MISFIT_RATIO)
    answers = [Decided.UNDECIDED, Decided.UNDECIDED]
    for second in range(10, longest + 1, 10):
        system.run(10.0)
        started = np.array(system.record.started[before:])
        waits = np.array(system.record.waits[before:])
        counts.append((second, int((waits[started >= start] > bound.seconds).sum())))
        if second not in rule.looks:
            continue
        for side, twins in enumerate((slower, faster)):
            if answers[side] is Decided.UNDECIDED:
                answers[side] = judge_late_tasks(counts, twins, rule).answer
        contradicted = answers[0] is Decided.MISSED or answers[1] is Decided.MET
        if contradicted or Decided.UNDECIDED not in answers:
            break
    held, work = (np.mean(column[before:]) for column in (system.record.held, system.record.work))
    return ProbeResult(answers[0], answers[1], recalibrate(probe.model, float(held), float(work))), second
