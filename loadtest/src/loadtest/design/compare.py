"""
Which of two settings is better: blocks of both in alternation, until the quantities of the gate are decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.design.alternation import Alternation, BlockProblems, Side, judged_by
from loadtest.design.design import Answer, KeptStep, NextStep, budget_spent
from loadtest.plan import Open, Plan
from loadtest.plural import counted, plural
from loadtest.results.question import CompareQuestion
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult


@dataclass(frozen=True, slots=True)
class Compare:
    """
    Alternates two settings at the plan's first replica count.

    Attributes:
        plan: Plan with both settings' values as its factors.
        question: Question of the run.
        known: Why each block so far is left out, or that it is not.
    """

    plan: Plan
    question: CompareQuestion
    known: BlockProblems = field(default_factory=BlockProblems, compare=False, repr=False)

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the next block, or why no more is needed.
        """
        todo = self.left(kept)
        if todo and (spent := budget_spent(self.plan, kept)) is not None:
            return spent
        if todo:
            load = self.plan.loads[self.question.load]
            rate = load.arrival_rate if isinstance(load, Open) else None
            again = "measured again, as it was invalid" if todo[0].attempt > 1 else None
            return NextStep(todo[0], rate, again)
        rounds = len(self.blocks.whole_rounds(kept))
        undecided = self.blocks.undecided(kept)
        if undecided:
            names = ", ".join(undecided)
            return Answer(
                f"{counted(self.question.most_rounds, 'round')} {plural(self.question.most_rounds, 'is', 'are')} spent, {rounds} of them valid: {names} cannot be told"
            )
        return Answer(f"decided after {counted(rounds, 'round')}")

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the blocks up to the next look at the numbers.
        """
        return self.blocks.left(kept)

    def judged(self, step: KeptStep) -> StepResult:
        """
        Return a step's readings with the verdict of the rules that leave it out.
        """
        return judged_by(step.result, self.blocks.problems(step))

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return none, as the steps that later answers will ask for cannot be counted.
        """
        del kept
        return ()

    @property
    def blocks(self) -> Alternation:
        """
        The blocks of both settings.
        """
        asked, replicas = self.question, self.plan.replicas[0]
        return Alternation(
            self.plan,
            Side(replicas, asked.load, asked.a),
            Side(replicas, asked.load, asked.b),
            asked.rounds,
            asked.most_rounds,
            asked.gate,
            prices=asked.side_prices,
            known=self.known,
        )
