"""
Problems for which a design leaves blocks out; each block is read only once, although a design looks at all before each step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
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
