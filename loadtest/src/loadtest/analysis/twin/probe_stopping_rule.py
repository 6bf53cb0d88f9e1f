"""
When a probe of capacity has shown enough: once it is told apart from the twins below its rate and from those above.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.twin.decision import DecisionRule, judge_late_tasks
from loadtest.analysis.twin.stopping_rule import Enough, GoOn, Looks
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks
from loadtest.results.window_decision import Decided, Decision, ProbeDecision

_NEAR = "the rate is near the capacity at the SLO, as a probe's is meant to be"


@dataclass(slots=True)
class UntilSidesDecided:
    """
    A window that ends when both sides are decided, when one contradicts the model, or at its longest.

    Attributes:
        slower, faster: Twins whose capacity at the SLO lies below and above the rate, on this step's schedule and
            draws.
        longest_seconds: The longest window; the twins must be at least as long.
        rule: When a difference is an answer.
    """

    slower: TwinLateTasks
    faster: TwinLateTasks
    longest_seconds: float
    rule: DecisionRule
    _looks: Looks = field(init=False)
    _sides: list[Decision | None] = field(default_factory=lambda: [None, None])

    def __post_init__(self) -> None:
        reach = min(self.slower.seconds, self.faster.seconds)
        self._looks = Looks(self.rule, self.longest_seconds, reach)

    def feed(
        self, elapsed_seconds: float, counted: float, late: float, seen_ratio: float = 1.0
    ) -> GoOn | Enough:
        """
        Go on until a look decides or the window has its longest length; a side that is decided stays decided.

        Raises:
            ValueError: Time or counts run backwards, as after a restart of the counted process.
        """
        is_due = self._looks.is_due(elapsed_seconds, late)
        expected = [twins.mean_until(elapsed_seconds) for twins in (self.slower, self.faster)]
        sentence = (
            f"{count_text(late)} of {counted:g} late; 5 % less capacity would have {expected[0]:.0f}, "
            f"5 % more {expected[1]:.0f}"
        )
        if not is_due:
            return GoOn(sentence)
        for index, twins in enumerate((self.slower, self.faster)):
            known = self._sides[index]
            if known is None or known.answer is Decided.UNDECIDED:
                misfit_ratio = self.rule.misfit_ratio
                self._sides[index] = judge_late_tasks(self._looks.counts, twins, misfit_ratio, seen_ratio)
        slower, faster = self._sides
        assert slower is not None and faster is not None
        found = ProbeDecision(slower, faster)
        told = Decided.UNDECIDED not in (slower.answer, faster.answer)
        if found.is_contradicted or told or self._looks.is_spent:
            return Enough(f"{sentence}: {_sides_text(found)}", _decision(found), found)
        return GoOn(sentence)


def _decision(found: ProbeDecision) -> Decision:
    """
    Return what a probe tells of the SLO at its own rate.
    """
    if found.against_slower.answer is Decided.MISSED:
        return found.against_slower
    if found.against_faster.answer is Decided.MET:
        return found.against_faster
    return replace(found.against_slower, answer=Decided.UNDECIDED, why=_NEAR)


def _sides_text(found: ProbeDecision) -> str:
    if found.against_slower.answer is Decided.MISSED:
        return "the capacity is lower than the model's"
    if found.against_faster.answer is Decided.MET:
        return "the capacity is higher than the model's"
    low = "confirmed" if found.against_slower.answer is Decided.MET else "not contradicted"
    high = "confirmed" if found.against_faster.answer is Decided.MISSED else "not contradicted"
    return f"lower side {low}, upper side {high}"
