"""
Two settings in alternation: rounds of A B B A, until the quantities of the gate are decided or the rounds are spent.

Both blocks of a pair draw the same work and have the same schedule, as a pair is one repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.block_quantities import block_problems
from loadtest.analysis.comparison import BLOCK_ORDER
from loadtest.analysis.settings_comparison import compare_settings
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.plan import Open, Plan
from loadtest.results.comparison_result import QuantityComparison, Standing
from loadtest.results.measured import StepKey
from loadtest.results.question import CompareQuestion

MOST_ATTEMPTS = 2
_PAIRS_PER_ROUND = 2


@dataclass(frozen=True, slots=True)
class Compare:
    """
    Alternates two settings at the plan's first replica count.

    Attributes:
        plan: With both settings' values as its factors.
        question: What is asked.
    """

    plan: Plan
    question: CompareQuestion

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the next block, or why no more is needed.
        """
        todo = self.left(kept)
        if todo:
            load = self.plan.loads[self.question.load]
            rate = load.arrival_rate if isinstance(load, Open) else None
            again = "measured again, as it was invalid" if todo[0].attempt > 1 else None
            return NextStep(todo[0], rate, again)
        rounds = len(self.rounds(kept))
        if self._open_quantities(kept):
            names = ", ".join(self._open_quantities(kept))
            return Answer(
                f"{self.question.most_rounds} rounds are spent, {rounds} of them valid: {names} cannot be told"
            )
        return Answer(f"decided after {rounds} rounds")

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the blocks up to the next look at the numbers.
        """
        begun = max((_round_of(step.key) for step in kept), default=0)
        until = max(self.question.rounds, begun)
        todo = self._missing(kept, until)
        if not todo and until < self.question.most_rounds and self._open_quantities(kept):
            todo = self._missing(kept, until + 1)
        return todo

    def rounds(self, kept: Sequence[KeptStep]) -> list[list[KeptStep]]:
        """
        Return the rounds whose four blocks are valid, each in the order A, B, B, A.
        """
        usable = {replace(step.key, attempt=1): step for step in kept if not self.problems(step)}
        found = []
        for number in range(1, self.question.most_rounds + 1):
            blocks = [usable.get(key) for key in self._keys(number)]
            whole = [block for block in blocks if block is not None]
            if len(whole) == len(blocks):
                found.append(whole)
        return found

    def problems(self, step: KeptStep) -> tuple[str, ...]:
        """
        Return why a block is left out; empty where it counts.
        """
        return block_problems(step.measured, self.plan)

    def compared(self, kept: Sequence[KeptStep]) -> tuple[QuantityComparison, ...]:
        """
        Return what the rounds so far say of each quantity.
        """
        blocks = [[(step.measured, step.result) for step in blocks] for blocks in self.rounds(kept)]
        return compare_settings(blocks, self.plan)

    def _open_quantities(self, kept: Sequence[KeptStep]) -> list[str]:
        return [
            one.quantity
            for one in self.compared(kept)
            if one.quantity in self.question.gate and one.standing is Standing.UNKNOWN
        ]

    def _missing(self, kept: Sequence[KeptStep], until: int) -> tuple[StepKey, ...]:
        attempts: dict[StepKey, list[KeptStep]] = {}
        for step in kept:
            attempts.setdefault(replace(step.key, attempt=1), []).append(step)
        todo = []
        for number in range(1, until + 1):
            for key in self._keys(number):
                mine = attempts.get(key, [])
                if any(not self.problems(step) for step in mine) or len(mine) >= MOST_ATTEMPTS:
                    continue
                todo.append(replace(key, attempt=len(mine) + 1))
        return tuple(todo)

    def _keys(self, number: int) -> list[StepKey]:
        load, first = self.question.load, _PAIRS_PER_ROUND * (number - 1) + 1
        settings = {"A": self.question.a, "B": self.question.b}
        return [
            StepKey(
                self.plan.replicas[0],
                load,
                self.plan.loads[load].kind.value,
                first + index // 2,
                settings[letter],
            )
            for index, letter in enumerate(BLOCK_ORDER)
        ]


def _round_of(key: StepKey) -> int:
    return (key.repetition + 1) // _PAIRS_PER_ROUND
