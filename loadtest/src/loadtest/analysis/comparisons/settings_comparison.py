"""
Better, worse, the same or cannot tell, quantity by quantity, from the rounds of two settings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from loadtest.analysis.comparisons.abba_rounds import (
    BLOCK_ORDER,
    SAME_WITHIN_RATIO,
    Comparison,
    compare_rounds,
)
from loadtest.analysis.comparisons.compared_quantities import FEWEST_EVENTS, Quantity
from loadtest.analysis.comparisons.money_per_order import compared_quantities
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.plan import Plan
from loadtest.plan.prices import SidePrices
from loadtest.plural import counted, plural
from loadtest.results.comparison_result import FEWEST_ROUNDS, QuantityComparison, Standing
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult

Block = tuple[Measured, StepResult]
"""
One measured block and its readings.
"""


def compare_settings(
    rounds: Sequence[Sequence[Block]],
    plan: Plan,
    looks: int = 1,
    prices: SidePrices | None = None,
    rounds_are: str = "round",
) -> tuple[QuantityComparison, ...]:
    """
    Compare two settings in every quantity.

    Args:
        rounds: The four blocks of each round in the order A, B, B, A, all valid.
        plan: Plan of the run; its bounds say what is late.
        looks: How many times the rounds may be looked at before they end.
        prices: The user's prices; ``None`` compares no money.
        rounds_are: What the reader calls a round: of two finished runs each is a pair of their steps.
    """
    unlike = _why_unlike(rounds)
    return tuple(
        replace(_compare(sides, rounds, plan, unlike, looks, rounds_are), rounds_are=rounds_are)
        for sides in compared_quantities(prices)
    )


def failure_notes(rounds: Sequence[Sequence[Block]]) -> tuple[str, ...]:
    """
    Return how many orders of each setting failed; nothing where none did.

    Args:
        rounds: The rounds, as ``compare_settings`` takes them.
    """
    told = [
        f"{failed} of {counted(finished, 'order')} of {setting} failed"
        for setting, (failed, finished) in _failures(rounds).items()
        if failed
    ]
    return (f"{' and '.join(told)}: a failed order counts as one that was completed",) if told else ()


def _failures(rounds: Sequence[Sequence[Block]]) -> dict[str, tuple[int, int]]:
    """
    Return the failed and the finished orders of each setting; a block that appears twice in a round counts once.
    """
    blocks: dict[str, dict[int, StepResult]] = {"A": {}, "B": {}}
    for each in rounds:
        for setting, (_, result) in zip(BLOCK_ORDER, each, strict=True):
            blocks[setting][id(result)] = result
    return {
        setting: (
            sum(result.errors.failed for result in found.values()),
            sum(result.errors.finished for result in found.values()),
        )
        for setting, found in blocks.items()
    }


def _why_unlike(rounds: Sequence[Sequence[Block]]) -> str | None:
    """
    Say that orders fail in one setting and not in the other, so that the two did not do the same work.
    """
    failures = _failures(rounds)
    shares = [failed / finished if finished else 0.0 for failed, finished in failures.values()]
    (low_a, high_a), (low_b, high_b) = (share_ends(*one) for one in failures.values())
    if abs(shares[1] - shares[0]) <= SAME_WITHIN_RATIO or max(low_a, low_b) <= min(high_a, high_b):
        return None
    told = " and ".join(f"{failed} of {finished} of {name}" for name, (failed, finished) in failures.items())
    return f"{told} failed: failed orders are other work than completed ones; mend what fails first"


def standing_of(comparison: Comparison, *, more_is_better: bool) -> Standing:
    """
    Say whether more, or less, is better.
    """
    return _STANDINGS[comparison, more_is_better]


_STANDINGS: Mapping[tuple[Comparison, bool], Standing] = {
    (Comparison.MORE, True): Standing.BETTER,
    (Comparison.MORE, False): Standing.WORSE,
    (Comparison.LESS, True): Standing.WORSE,
    (Comparison.LESS, False): Standing.BETTER,
    **{(Comparison.SAME, more): Standing.SAME for more in (True, False)},
    **{(Comparison.UNKNOWN, more): Standing.UNKNOWN for more in (True, False)},
}


def _compare(
    sides: Mapping[str, Quantity],
    rounds: Sequence[Sequence[Block]],
    plan: Plan,
    unlike: str | None,
    looks: int,
    rounds_are: str,
) -> QuantityComparison:
    quantity = sides["A"]  # name, unit and direction are those of both
    told: list[list[float]] = []
    telling: list[Sequence[Block]] = []
    why = ""
    for blocks in rounds:
        values = [
            sides[letter].of(measured, result, plan)
            for letter, (measured, result) in zip(BLOCK_ORDER, blocks, strict=True)
        ]
        reasons = [value for value in values if isinstance(value, str)]
        if reasons:
            why = reasons[0]
        else:
            told.append([value for value in values if not isinstance(value, str)])
            telling.append(blocks)
    a, b = _means(told)
    if unlike is not None:
        return QuantityComparison(
            quantity.name, quantity.unit, a, b, Standing.UNKNOWN, None, None, None, len(told), None, unlike
        )
    if len(told) < FEWEST_ROUNDS:
        if told or not why:
            number = f"{counted(len(told), rounds_are)} {plural(len(told), 'is', 'are')}"
            why = f"{number} whole and valid, at least {FEWEST_ROUNDS} are needed"
        unknown = Standing.UNKNOWN
        wanted = FEWEST_ROUNDS if told or not rounds else None
        return QuantityComparison(
            quantity.name, quantity.unit, a, b, unknown, None, None, None, len(told), wanted, why
        )
    if (few := _too_few_events(quantity, telling, plan)) is not None:
        return QuantityComparison(
            quantity.name, quantity.unit, a, b, Standing.UNKNOWN, None, None, None, len(told), None, few
        )
    by_edges = math.fsum(_variance_by_edges(sides, blocks) for blocks in telling) / len(telling)
    found = compare_rounds(told, looks, math.sqrt(by_edges))
    unsure = found.comparison is Comparison.UNKNOWN
    return QuantityComparison(
        quantity.name,
        quantity.unit,
        a,
        b,
        standing_of(found.comparison, more_is_better=quantity.more_is_better),
        found.ratio,
        found.low,
        found.high,
        found.rounds,
        found.rounds_wanted,
        "the interval holds both no difference and more than the margin" if unsure else "",
    )


def _variance_by_edges(sides: Mapping[str, Quantity], blocks: Sequence[Block]) -> float:
    """
    Return the variance that the edges of its windows make of a round's difference, which has half of each block's logarithm.
    """
    # A block of two finished runs stands twice in its round.
    shares = Counter(id(measured) for measured, _ in blocks)
    edges = {
        id(measured): sides[letter].edge_ratio(measured)
        for letter, (measured, _) in zip(BLOCK_ORDER, blocks, strict=True)
    }
    return math.fsum((shares[block] / 2 * edge) ** 2 for block, edge in edges.items())


def _too_few_events(quantity: Quantity, rounds: Sequence[Sequence[Block]], plan: Plan) -> str | None:
    """
    Say that a share was counted from so few events that settings which differ look the same; ``None`` where it was not.
    """
    if quantity.events is None:
        return None
    found = {"A": 0.0, "B": 0.0}
    for blocks in rounds:
        # A block of two finished runs stands twice in its round.
        once = {(setting, id(block[0])): block[0] for setting, block in zip(BLOCK_ORDER, blocks, strict=True)}
        for (setting, _), measured in once.items():
            found[setting] += quantity.events(measured, plan)
    if max(found.values()) >= FEWEST_EVENTS:
        return None
    told = " and ".join(f"{events:.3g} of {setting}" for setting, events in found.items())
    return f"{told} were late, and their shares are compared from {FEWEST_EVENTS} of one of them on; test a higher rate"


def _means(rounds: Sequence[Sequence[float]]) -> tuple[float | None, float | None]:
    if not rounds:
        return None, None
    logs: dict[str, list[float]] = {"A": [], "B": []}
    for blocks in rounds:
        for setting, value in zip(BLOCK_ORDER, blocks, strict=True):
            logs[setting].append(math.log(value))
    return tuple(math.exp(math.fsum(logs[each]) / len(logs[each])) for each in "AB")  # type: ignore[return-value]
