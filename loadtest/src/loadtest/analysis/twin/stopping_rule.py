"""
When a window has shown enough: after fixed seconds, or once the twins decide, at the times at which a rule looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.twin.decision import DEVIATIONS, DecisionRule, judge_late_tasks, longer_seconds
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks
from loadtest.results.window_decision import Decided, Decision, ProbeDecision


@dataclass(slots=True)
class Looks:
    """
    The counts of a window so far.

    Attributes:
        rule: Rule that says at which seconds to look.
        longest_seconds: The longest window; the last look is at its end.
        reach_seconds: Length of the twins' simulation with which the counts are compared.
        counts: Seconds since the window's start and late tasks until then, in the order in which they were taken.
        taken: Number of the rule's looks that are over.
    """

    rule: DecisionRule
    longest_seconds: float
    reach_seconds: float
    counts: list[tuple[float, float]] = field(default_factory=list)
    taken: int = 0

    def __post_init__(self) -> None:
        if self.longest_seconds > self.reach_seconds:
            raise ValueError(
                f"a window of up to {self.longest_seconds:g} s, but twins of {self.reach_seconds} s: simulate them longer"
            )

    def is_due(self, elapsed_seconds: float, late: float) -> bool:
        """
        Take a count, and tell whether it is time to look at all counts.

        Raises:
            ValueError: Time or counts run backwards, as after a restart of the counted process.
        """
        if self.counts and (elapsed_seconds < self.counts[-1][0] or late < self.counts[-1][1]):
            raise ValueError(f"counts run backwards: {self.counts[-1]} then {(elapsed_seconds, late)}")
        self.counts.append((elapsed_seconds, late))
        due = sum(look <= min(elapsed_seconds, self.longest_seconds) for look in self.rule.looks)
        if due <= self.taken and not self.is_spent:
            return False
        self.taken = due
        return True

    @property
    def is_spent(self) -> bool:
        """
        Whether the window is over.
        """
        return bool(self.counts) and self.counts[-1][0] >= self.longest_seconds


@dataclass(frozen=True, slots=True)
class GoOn:
    """
    The window goes on; ``sentence`` says what is still undecided and why.
    """

    sentence: str


@dataclass(frozen=True, slots=True)
class Enough:
    """
    The window ends.

    Attributes:
        sentence: What was found, as a sentence for people.
        decision: What the twins decided; ``None`` where nothing was to be decided.
        probe: What the twins below and above the rate decided; ``None`` where there were none.
    """

    sentence: str
    decision: Decision | None = None
    probe: ProbeDecision | None = None


class StoppingRule(Protocol):
    """
    Decides after each second whether a window goes on.
    """

    @property
    def longest_seconds(self) -> float:
        """
        The longest window that the rule allows.
        """
        ...

    def feed(
        self, elapsed_seconds: float, counted: float, late: float, seen_ratio: float = 1.0
    ) -> GoOn | Enough:
        """
        Take the counts since the window's beginning.

        Args:
            elapsed_seconds: Seconds since the window's beginning, by the window's own clock.
            counted: Tasks started, or orders closed, so far.
            late: How many of the counted ones were late.
            seen_ratio: Share of the workers whose tasks were counted; the counts stand for all of them.
        """
        ...


@dataclass(slots=True)
class FixedWindow:
    """
    A window of fixed length.
    """

    longest_seconds: float

    def feed(
        self, elapsed_seconds: float, counted: float, late: float, seen_ratio: float = 1.0
    ) -> GoOn | Enough:
        """
        Go on until the length is reached.
        """
        del counted, late, seen_ratio
        if elapsed_seconds >= self.longest_seconds:
            return Enough(f"the window of {self.longest_seconds:g} s is over")
        return GoOn(f"{self.longest_seconds - elapsed_seconds:.0f} s of a fixed window are left")


@dataclass(slots=True)
class UntilDecided:
    """
    A window that ends as soon as its late tasks are clearly fewer or more than its twins'.

    Attributes:
        twins: Systems just at the SLO's edge on this step's schedule and draws, made before the window.
        longest_seconds: The longest window; the twins must be at least as long.
        rule: When a difference is an answer.
        arrival_rate: Orders per second, used to name the rates that would be decided sooner.
        met_from_seconds: Seconds before which the window does not end with "met", because other readings need its
            length.
    """

    twins: TwinLateTasks
    longest_seconds: float
    rule: DecisionRule = field(default_factory=DecisionRule)
    arrival_rate: float | None = None
    met_from_seconds: float = 0.0
    _looks: Looks = field(init=False)

    def __post_init__(self) -> None:
        self._looks = Looks(self.rule, self.longest_seconds, self.twins.seconds)

    def feed(
        self, elapsed_seconds: float, counted: float, late: float, seen_ratio: float = 1.0
    ) -> GoOn | Enough:
        """
        Go on until a look decides or the window has its longest length.

        Raises:
            ValueError: Time or counts run backwards, as after a restart of the counted process.
        """
        if not self._looks.is_due(elapsed_seconds, late):
            return GoOn(self._waiting(elapsed_seconds, late))
        decision = judge_late_tasks(self._looks.counts, self.twins, self.rule.misfit_ratio, seen_ratio)
        if self._may_go_on(decision, elapsed_seconds):
            return GoOn(
                f"met so far, and too few workflow tasks or orders were seen; next look {self._next_look()}"
            )
        if decision.answer is not Decided.UNDECIDED:
            return Enough(
                f"{decision.answer} after {decision.seconds:.0f} s: {count_text(late)} of {counted:g} late, "
                f"a system just at the limit would have {decision.twin_late:.0f} ± "
                f"{DEVIATIONS * decision.twin_deviation:.0f}",
                decision,
            )
        if self._looks.is_spent:
            return Enough(
                f"undecided after {elapsed_seconds:.0f} s: {decision.why}; {self._advice(decision)}", decision
            )
        return GoOn(f"undecided at {elapsed_seconds:.0f} s: {decision.why}; next look {self._next_look()}")

    def _may_go_on(self, decision: Decision, elapsed_seconds: float) -> bool:
        is_met = decision.answer is Decided.MET
        return is_met and elapsed_seconds < self.met_from_seconds and not self._looks.is_spent

    def _waiting(self, elapsed_seconds: float, late: float) -> str:
        twin = self.twins.mean_until(elapsed_seconds)
        return f"{count_text(late)} late, a system just at the limit would have {twin:.0f}; next look {self._next_look()}"

    def _next_look(self) -> str:
        coming = [look for look in self.rule.looks if look <= self.longest_seconds][self._looks.taken :]
        return f"at {coming[0] if coming else self.longest_seconds:g} s"

    def _advice(self, decision: Decision) -> str:
        longer = f"write max_window_seconds = {longer_seconds(self.longest_seconds, decision.twin_late)}"
        if self.arrival_rate is None:
            return longer
        return f"{longer}, or test {0.93 * self.arrival_rate:.3g}/s or {1.07 * self.arrival_rate:.3g}/s, which is decided sooner"
