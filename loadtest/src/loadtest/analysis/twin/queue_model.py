"""
A system of workers as numbers that a simulation can run on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class QueueModel:
    """
    Slots, one queue, and orders that pass through it stage after stage.

    Slots and shape come from the plan, the other numbers from the saturate step.

    Attributes:
        slots: Slots of all replicas.
        shape: How many activities each stage of an order runs at the same time; ``(1, 1, 1)`` are three
            activities one after the other, ``(1, 4)`` is one and then four in parallel.
        overhead_seconds: How much longer than its work an activity holds its slot.
        dead_seconds: Seconds from a slot's end to its next task while others wait.
        gap_seconds: Seconds from a stage's end until the next one enters the queue.
        newest_first_ratio: Share of the choices that take the newest waiting task; the other choices take a random one.
            Negative: the share that takes the oldest.
        slowness: Factor on the time in the slot; the only free number of a twin.
    """

    slots: int
    shape: tuple[int, ...] = (1, 1, 1, 1, 1, 1)
    overhead_seconds: float = 0.0
    dead_seconds: float = 0.0
    gap_seconds: float = 0.0
    newest_first_ratio: float = 0.0
    slowness: float = 1.0

    def __post_init__(self) -> None:
        if self.slots < 1 or not self.shape or min(self.shape) < 1:
            raise ValueError(f"a queue needs slots and activities, not {self.slots} and {self.shape}")
        if not -1 <= self.newest_first_ratio <= 1:
            raise ValueError(f"newest_first_ratio is from -1 to 1, not {self.newest_first_ratio:g}")
        if self.slowness <= 0:
            raise ValueError(f"slowness is above 0, not {self.slowness:g}")

    @property
    def activities(self) -> int:
        """
        Number of activities of one order.
        """
        return sum(self.shape)

    def slowed(self, slowness: float) -> QueueModel:
        """
        Return the same system with another factor on the time in the slot.
        """
        return replace(self, slowness=slowness)

    def capacity_per_second(self, work_mean_seconds: float) -> float:
        """
        Return the orders per second that the slots can do: ``slots / (activities x time of one)``.
        """
        held = (work_mean_seconds + self.overhead_seconds) * self.slowness + self.dead_seconds
        return self.slots / (self.activities * held)
