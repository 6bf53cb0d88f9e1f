"""
What limits a setting: one saturated step names suspects, and the relief of one after the other proves which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.analysis.comparisons.compared_quantities import block_problems
from loadtest.analysis.judged_steps.step_suspects import NOT_READ, ranking_problems
from loadtest.analysis.readings.settings_as_planned import reads_settings
from loadtest.analysis.readings.workers_as_planned import as_orders_use
from loadtest.analysis.suspects.ranking import first_suspects
from loadtest.analysis.suspects.relief_change import (
    AS_PLANNED,
    NOT_OUR_WORKERS,
    Relief,
    as_before_relief,
    relief_of,
)
from loadtest.design.alternation import PAIRS_PER_ROUND, Alternation, BlockProblems, Side, judged_by
from loadtest.design.design import MOST_ATTEMPTS, Answer, KeptStep, NextStep, budget_spent
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.comparison_result import QuantityComparison, Standing
from loadtest.results.limits_result import LimitsAnswer, TriedRelief
from loadtest.results.question import LimitsQuestion
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult
from loadtest.results.suspect import Suspect

_GATE = ("throughput",)


@dataclass(frozen=True, slots=True)
class Trial:
    """
    The relief of one suspect, in alternation with the unchanged setting.

    Attributes:
        suspect: Suspect that is relieved.
        relief: Change that relieves the suspect.
        blocks: Alternation of relieved and unchanged blocks.
    """

    suspect: Suspect
    relief: Relief
    blocks: Alternation


@dataclass(frozen=True, slots=True)
class LimitSearch:
    """
    Looks for the limit at the plan's first replica count.

    Attributes:
        plan: Plan with the loads that reliefs need.
        question: Question of the run.
        known: Why each step so far is left out, or that it is not.
    """

    plan: Plan
    question: LimitsQuestion
    known: BlockProblems = field(default_factory=BlockProblems, compare=False, repr=False)

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the first step, then the next block of the suspect that is being relieved, or why no more is needed.
        """
        todo = self.left(kept)
        if todo and (spent := budget_spent(self.plan, kept)) is not None:
            return spent
        if todo:
            again = "measured again, as it was invalid" if todo[0].attempt > 1 else None
            return NextStep(todo[0], None, again)
        answer = self.answer(kept)
        tried = len(self.tried(kept))
        return Answer(f"{answer.value}: {counted(tried, 'suspect')} {plural(tried, 'was', 'were')} relieved")

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps up to the next look at the numbers.
        """
        firsts = self._firsts(kept)
        if self.first(kept) is None:
            if len(firsts) >= MOST_ATTEMPTS:
                return ()
            kind = self.plan.loads[AS_PLANNED].kind.value
            return (StepKey(self.plan.replicas[0], AS_PLANNED, kind, 1, attempt=len(firsts) + 1),)
        for trial in self._trials(kept):
            todo = trial.blocks.left(kept)
            if todo:
                return todo
            if _throughput(trial, kept).standing is Standing.BETTER:
                return ()
        return ()

    def judged(self, step: KeptStep) -> StepResult:
        """
        Return a step's readings with the verdict of the rules that leave it out.
        """
        return judged_by(step.result, self.problems(step))

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return none, as the steps that later answers will ask for cannot be counted.
        """
        del kept
        return ()

    def first(self, kept: Sequence[KeptStep]) -> KeptStep | None:
        """
        Return the step whose readings rank the suspects; ``None`` before a usable one was measured.
        """
        return next((step for step in self._firsts(kept) if not self.problems(step)), None)

    def problems(self, step: KeptStep) -> tuple[str, ...]:
        """
        Return why a step is left out; empty where it counts.
        """
        rule = ranking_problems if step.key.repetition == 1 else block_problems
        return self.known.problems(step.measured, self.plan, rule)

    def ranking(self, kept: Sequence[KeptStep]) -> tuple[Suspect, ...]:
        """
        Return the suspects of the first step.
        """
        step = self.first(kept)
        return () if step is None else step.result.suspects or ()

    def tried(self, kept: Sequence[KeptStep]) -> tuple[TriedRelief, ...]:
        """
        Return every suspect whose relief was measured, up to the one that moved the throughput.
        """
        found = []
        for trial in self._trials(kept):
            if not any(trial.blocks.owns(step) for step in kept):
                break
            found.append(TriedRelief(trial.suspect, trial.relief.text, _throughput(trial, kept)))
            if found[-1].throughput.standing is Standing.BETTER:
                break
        return tuple(found)

    def answer(self, kept: Sequence[KeptStep]) -> LimitsAnswer:
        """
        Return the answer that the steps so far give, with how sure it is.
        """
        tried = self.tried(kept)
        if any(one.throughput.standing is Standing.BETTER for one in tried):
            return LimitsAnswer.PROVED
        if self.first(kept) is None or any(one.throughput.standing is Standing.UNKNOWN for one in tried):
            return LimitsAnswer.UNKNOWN
        if self.left(kept):
            # The search was interrupted, and a suspect that was not relieved may be the limit.
            return LimitsAnswer.UNKNOWN
        return LimitsAnswer.NAMED if self.named(kept) and not tried else LimitsAnswer.NOT_FOUND

    def named(self, kept: Sequence[KeptStep]) -> tuple[Suspect, ...]:
        """
        Return the suspects that come first and that the kit cannot relieve; empty where it can relieve one of them.
        """
        first = first_suspects(self.ranking(kept))
        return () if any(isinstance(self._relief(suspect, kept), Relief) for suspect in first) else first

    def why_not_relieved(self, suspect: Suspect, kept: Sequence[KeptStep]) -> str | None:
        """
        Return why the kit cannot relieve a suspect; ``None`` where it can.
        """
        relief = self._relief(suspect, kept)
        return relief if isinstance(relief, str) else None

    def after_relief(self, kept: Sequence[KeptStep]) -> Suspect | None:
        """
        Return the first suspect of the last relieved block, once a relief moved the throughput; ``None`` before that.
        """
        tried = self.tried(kept)
        if not tried or tried[-1].throughput.standing is not Standing.BETTER:
            return None
        trial = self._trials(kept)[len(tried) - 1]
        rounds = trial.blocks.whole_rounds(kept)
        suspects = rounds[-1][2].result.suspects or ()
        found = next(iter(suspects), None)
        return None if found is None else as_before_relief(found, trial.suspect)

    def _firsts(self, kept: Sequence[KeptStep]) -> list[KeptStep]:
        return [step for step in kept if step.key.repetition == 1]

    def _trials(self, kept: Sequence[KeptStep]) -> list[Trial]:
        if self.named(kept):
            return []
        trials: list[Trial] = []
        for suspect in self.ranking(kept):
            relief = self._relief(suspect, kept)
            if isinstance(relief, Relief) and len(trials) < self.question.most_suspects:
                trials.append(Trial(suspect, relief, self._blocks(relief, len(trials))))
        return trials

    def _relief(self, suspect: Suspect, kept: Sequence[KeptStep]) -> Relief | str:
        first = self.first(kept)
        why_not_worker = None if self.question.sets_worker else NOT_OUR_WORKERS
        if why_not_worker is None and first is not None and not reads_settings(first.measured.workers):
            why_not_worker = NOT_READ
        limit = None if first is None else first.measured.limits.rate_limit
        return relief_of(
            suspect,
            self.plan,
            ()
            if first is None
            else as_orders_use(first.measured.workers, first.measured.activities_per_workflow),
            starts_server=self.question.starts_server,
            why_not_worker=why_not_worker,
            adds_injectors=self.question.adds_injectors,
            queue_per_second=None if limit is None else limit.per_second,
        )

    def _blocks(self, relief: Relief, number: int) -> Alternation:
        asked, replicas = self.question, self.plan.replicas[0]
        return Alternation(
            self.plan,
            Side(replicas, AS_PLANNED, ()),
            Side(relief.replicas, relief.load, relief.setting),
            asked.rounds,
            asked.most_rounds,
            _GATE,
            before=1 + number * PAIRS_PER_ROUND * asked.most_rounds,
            known=self.known,
        )


def _throughput(trial: Trial, kept: Sequence[KeptStep]) -> QuantityComparison:
    return next(one for one in trial.blocks.compared(kept) if one.quantity in _GATE)
