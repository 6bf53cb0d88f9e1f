"""
How far the clock of an injector is from that of the sweep, by the times of one question and its answer.

A window begins and ends for an injector by its own clock, and for the workers' pages by the sweep's: on nodes whose clocks
differ, both would measure different seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

# As far from each other a window of 10 s, the shortest that is advised, is off by 2 % at each edge.
LONGEST_OFFSET_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """
    How far a clock is ahead of another, with what is not known of it.

    Attributes:
        ahead_seconds: Seconds by which it is ahead; negative where it is behind.
        doubt_seconds: It is at most by so much more or less, as the way there and back may take unlike times.
    """

    ahead_seconds: float
    doubt_seconds: float

    @classmethod
    def of_exchange(cls, asked_at: float, heard_at: float, answered_at: float, came_at: float) -> ClockOffset:
        """
        Return the offset as NTP derives it from four Unix times: the first and the last by our clock, the others by the
        other one.
        """
        there, back = heard_at - asked_at, answered_at - came_at
        # Less than nothing where a clock was set in the meantime, which tells nothing of where it is.
        on_the_way = (came_at - asked_at) - (answered_at - heard_at)
        return cls((there + back) / 2, abs(on_the_way) / 2)

    @property
    def problem(self) -> str | None:
        """
        Why no window can be measured by both clocks; ``None`` where they may be near enough.
        """
        if abs(self.ahead_seconds) - self.doubt_seconds <= LONGEST_OFFSET_SECONDS:
            return None
        side = "ahead of" if self.ahead_seconds > 0 else "behind"
        return (
            f"its clock is {abs(self.ahead_seconds):.1f} s {side} that of the sweep, so both measure other seconds: let the "
            "nodes keep their clocks by NTP (chrony, systemd-timesyncd)"
        )
