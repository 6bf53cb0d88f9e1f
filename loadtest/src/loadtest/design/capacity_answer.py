"""
The result of a search for capacities, count by count, from its steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loadtest.analysis.capacities.capacity_search import CapacityBracket, headroom_of, proposed_rate
from loadtest.analysis.saturation.doubled_closed_load import ClosedLoadPair, doubling_notes
from loadtest.design.capacity import Capacity, CountSearch
from loadtest.design.design import Answer, KeptStep
from loadtest.results.capacity_result import CapacityResult, CountCapacity, SearchStep

# Rates 10 % apart from a third of what the slots can do up to it, each measured for a minute.
GRID_RATES = 11
GRID_SECONDS = 60.0


def capacity_result(
    design: Capacity, kept: Sequence[KeptStep], run: str, warnings: Sequence[str] = ()
) -> CapacityResult:
    """
    Return the result of a search; takes seconds of CPU where the design did not run in this process.

    Args:
        design: Design of the search.
        kept: Steps of the search.
        run: Name of the run's folder.
        warnings: Warnings for the reader.
    """
    counts = tuple(_count(design, design.search(replicas, kept), kept) for replicas in sorted(design.counts))
    ended = design.next(kept)
    grid = len(counts) * GRID_RATES * (design.plan.warm_up_seconds + GRID_SECONDS)
    return CapacityResult(
        1,
        run,
        design.plan.name,
        design.plan.scenario,
        design.bound.seconds,
        design.bound.allowed_ratio,
        design.question.rate,
        counts,
        math.fsum(one.measured_seconds for one in counts),
        grid,
        ended.why if isinstance(ended, Answer) else "it was interrupted",
        tuple(warnings),
    )


def _count(design: Capacity, found: CountSearch, kept: Sequence[KeptStep]) -> CountCapacity:
    mine = [step for step in kept if step.key.replicas == found.replicas]
    probed = [step for step in mine if step.key.load == design.question.probe]
    pair, used = found.pair, None
    if pair is not None:
        used = next(step for step in mine if step.key == pair.counting.key)
    throughput = used.result.throughput_per_second if used is not None else None
    bracket = found.bracket or CapacityBracket(None, None, why="the search was not finished")
    learnt = {
        probe.arrival_rate: proposed_rate(probe.learnt, design.bound, design.rate_tasks)
        for probe in found.probes
    }
    rate = design.question.rate
    return CountCapacity(
        found.replicas,
        bracket.low,
        bracket.high,
        bracket.low_confirmed,
        bracket.high_confirmed,
        throughput.value if throughput is not None else None,
        throughput.half_width if throughput is not None else None,
        pair.limit if pair is not None else None,
        probed[0].measured.arrival_rate if probed else None,
        tuple(_probe(step, learnt) for step in probed),
        math.fsum(step.measured.warm_up_seconds + step.measured.window_seconds for step in mine),
        headroom_of(bracket, rate) if rate is not None else None,
        bracket.why or "",
        _notes(design, pair, used),
    )


def _notes(design: Capacity, pair: ClosedLoadPair | None, used: KeptStep | None) -> tuple[str, ...]:
    if pair is None or used is None:
        return ()
    return doubling_notes(pair.second or pair.first, design.plan, pair, used.result.suspects or ())


def _probe(step: KeptStep, learnt: dict[float, float]) -> SearchStep:
    measured, rate = step.measured, step.measured.arrival_rate or 0.0
    sides = measured.probe if step.result.is_usable else None
    return SearchStep(
        step.key.folder,
        rate,
        measured.window_seconds,
        step.result.verdict.value,
        sides.against_slower.answer if sides is not None else None,
        sides.against_faster.answer if sides is not None else None,
        learnt.get(rate) if step.result.is_usable else None,
        step.result.reasons,
    )
