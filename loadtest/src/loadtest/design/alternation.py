"""
Two settings in alternation: rounds of A B B A, until the quantities of a gate are decided or the rounds are spent.

Both blocks of a pair draw the same work and have the same schedule, as a pair is one repetition. A block with problems is
left out; it is read only once, although a design looks at all blocks before each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from loadtest.analysis.comparisons.abba_rounds import BLOCK_ORDER
from loadtest.analysis.comparisons.compared_quantities import block_problems
from loadtest.analysis.comparisons.settings_comparison import compare_settings
from loadtest.design.design import MOST_ATTEMPTS, KeptStep
from loadtest.plan import Plan
from loadtest.plan.prices import SidePrices
from loadtest.results.comparison_result import QuantityComparison, Standing
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import Setting
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult, StepVerdict


@dataclass(frozen=True, slots=True)
class BlockProblems:
    """
    The problems of the blocks so far.

    Attributes:
        by_key: Each block that was read, with its problems.
    """

    by_key: dict[StepKey, tuple[Measured, tuple[str, ...]]] = field(default_factory=dict)

    def problems(
        self, block: Measured, plan: Plan, rule: Callable[[Measured, Plan], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """
        Return why a block is left out; empty where it counts.

        Args:
            block: The block; another block with the same key is read again.
            plan: Plan of the run.
            rule: Returns the problems of a block; the same function for all blocks of a key.
        """
        known = self.by_key.get(block.key)
        if known is None or known[0] is not block:
            known = self.by_key[block.key] = (block, rule(block, plan))
        return known[1]


def judged_by(result: StepResult, problems: tuple[str, ...]) -> StepResult:
    """
    Return a block's readings with the verdict of its design, which asks for less than the rate of a single window
    needs.

    Args:
        result: Readings of the block, judged by every rule of validity.
        problems: Why the design leaves the block out; empty where it counts.
    """
    if problems:
        return replace(result, verdict=StepVerdict.INVALID, reasons=problems)
    if result.verdict is StepVerdict.INVALID:
        return replace(result, verdict=StepVerdict.VALID, reasons=())
    return result


PAIRS_PER_ROUND = 2


@dataclass(frozen=True, slots=True)
class Side:
    """
    One of the two settings.

    Attributes:
        replicas: Worker replicas.
        load: Index of the plan's load that the side's blocks carry.
        setting: Values of the side's factors.
    """

    replicas: int
    load: int
    setting: Setting


@dataclass(frozen=True, slots=True)
class Alternation:
    """
    Blocks of two settings.

    Attributes:
        plan: Plan of the run.
        a, b: The two settings.
        rounds: Number of rounds of four blocks after which the first look is made.
        most_rounds: Number of rounds after which it ends undecided.
        gate: Quantities that must be decided.
        before: Number of repetitions of the run that come before this alternation.
        prices: The user's prices; ``None`` compares no money.
        known: Why each block so far is left out, or that it is not.
    """

    plan: Plan
    a: Side
    b: Side
    rounds: int
    most_rounds: int
    gate: tuple[str, ...]
    before: int = 0
    prices: SidePrices | None = None
    known: BlockProblems = field(default_factory=BlockProblems, compare=False, repr=False)

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the blocks up to the next look at the numbers; empty when the alternation is over.
        """
        mine = self._mine(kept)
        begun = max((self._round_of(step.key) for step in mine), default=0)
        until = max(self.rounds, begun)
        todo = self._missing(mine, until)
        if not todo and until < self.most_rounds and self.undecided(mine):
            todo = self._missing(mine, until + 1)
        return todo

    def whole_rounds(self, kept: Sequence[KeptStep]) -> list[list[KeptStep]]:
        """
        Return the rounds whose four blocks are valid, each in the order A, B, B, A.
        """
        usable = {step.key.first_attempt: step for step in self._mine(kept) if not self.problems(step)}
        found = []
        for number in range(1, self.most_rounds + 1):
            blocks = [usable.get(key) for key in self._keys(number)]
            whole = [block for block in blocks if block is not None]
            if len(whole) == len(blocks):
                found.append(whole)
        return found

    def problems(self, step: KeptStep) -> tuple[str, ...]:
        """
        Return why a block is left out; empty where it counts.
        """
        return self.known.problems(step.measured, self.plan, block_problems)

    def compared(self, kept: Sequence[KeptStep]) -> tuple[QuantityComparison, ...]:
        """
        Return what the rounds so far tell of each quantity.
        """
        blocks = [[(step.measured, step.result) for step in blocks] for blocks in self.whole_rounds(kept)]
        looks = 1 + max(0, self.most_rounds - self.rounds)
        return compare_settings(blocks, self.plan, looks, self.prices)

    def undecided(self, kept: Sequence[KeptStep]) -> list[str]:
        """
        Return the gate's quantities that cannot be told yet.
        """
        return [
            one.quantity
            for one in self.compared(kept)
            if one.quantity in self.gate and one.standing is Standing.UNKNOWN
        ]

    def owns(self, step: KeptStep) -> bool:
        """
        Tell whether a step of the run is a block of this alternation.
        """
        return self.before < step.key.repetition <= self.before + PAIRS_PER_ROUND * self.most_rounds

    def _mine(self, kept: Sequence[KeptStep]) -> list[KeptStep]:
        return [step for step in kept if self.owns(step)]

    def _missing(self, kept: Sequence[KeptStep], until: int) -> tuple[StepKey, ...]:
        attempts: dict[StepKey, list[KeptStep]] = {}
        for step in kept:
            attempts.setdefault(step.key.first_attempt, []).append(step)
        todo = []
        for number in range(1, until + 1):
            for key in self._keys(number):
                mine = attempts.get(key, [])
                if any(not self.problems(step) for step in mine) or len(mine) >= MOST_ATTEMPTS:
                    continue
                todo.append(replace(key, attempt=len(mine) + 1))
        return tuple(todo)

    def _keys(self, number: int) -> list[StepKey]:
        first = self.before + PAIRS_PER_ROUND * (number - 1) + 1
        sides = {"A": self.a, "B": self.b}
        return [
            StepKey(
                side.replicas,
                side.load,
                self.plan.loads[side.load].kind.value,
                first + index // 2,
                side.setting,
            )
            for index, side in enumerate(sides[letter] for letter in BLOCK_ORDER)
        ]

    def _round_of(self, key: StepKey) -> int:
        return (key.repetition - self.before + 1) // PAIRS_PER_ROUND
