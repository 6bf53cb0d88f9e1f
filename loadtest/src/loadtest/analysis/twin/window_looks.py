"""
The counts of a window's late tasks, and the times at which a rule looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from loadtest.analysis.twin.decision import DecisionRule


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
