"""
Leave one replica count of a recorded sweep out and ask the others for its rates: is it in the stated answer?

The truth comes from the counts themselves: a rate above the throughput of one count less needs at least this count, and
a rate at which this count's own saturated step, by its own model, keeps every bound needs no more.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loadtest.analysis.costs.replicas_wanted import MODEL_RATIO, ReplicaModel
from loadtest.analysis.costs.sizing import bounds_of, sized_replicas
from loadtest.analysis.costs.sizing_steps import believable_steps, extrapolation_of
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.calibrated_model import calibration
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.sizing_result import Basis, Sized
from loadtest.results.sweep_result import Interval

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class LeftOutReading:
    """
    One quantity of a cell that was left out.

    Attributes:
        run, cell: Name of the run and of the cell.
        quantity: Name of the quantity.
        seen: Value that the cell showed.
        told: Interval that the other cells predict.
        beyond: Whether the cell lies beyond the others' range.
    """

    run: str
    cell: str
    quantity: str
    seen: float
    told: Interval
    beyond: bool

    @property
    def is_inside(self) -> bool:
        """
        Whether the cell lies in the interval.
        """
        off = _ROUNDING * self.seen
        return (self.told.low or 0.0) - off <= self.seen <= (self.told.high or 0.0) + off


# Of the way from the lowest to the highest rate that needs a count.
_PLACES = (0.25, 0.75)
# The highest rate that a count keeps is looked for in so many steps; a tenth of a long run's tasks says nearly which it is.
_STEPS = 32
_GLANCE_TASKS = LONG_RUN_TASKS // 10


@dataclass(frozen=True, slots=True)
class AskedCount:
    """
    One rate whose replica count is known and was left out.

    Attributes:
        run: Name of the sweep.
        replicas: Number of replicas that the rate needs.
        rate: Orders per second.
        told: Answer from the other counts.
    """

    run: str
    replicas: int
    rate: float
    told: Sized

    @property
    def is_refused(self) -> bool:
        """
        Whether the others give no answer.
        """
        return self.told.needed is None

    @property
    def is_inside(self) -> bool:
        """
        Whether the count lies in the answer.
        """
        needed = self.told.needed
        if needed is None:
            return False
        most = float("inf") if needed.high is None else needed.high
        return (needed.low or 1) <= self.replicas <= most

    @property
    def is_exact(self) -> bool:
        """
        Whether the answer is one count alone.
        """
        needed = self.told.needed
        return needed is not None and needed.low == needed.high

    @property
    def text(self) -> str:
        """
        The answer in words.
        """
        needed = self.told.needed
        if needed is None:
            return f"refused: {self.told.why}"
        most = "any number" if needed.high is None else f"{needed.high:.0f}"
        ends = f"{needed.low or 1:.0f} to {most}"
        return f"{needed.value:.0f} ({ends}){', beyond' if self.is_beyond else ''}"

    @property
    def is_beyond(self) -> bool:
        """
        Whether the others say that their answer lies beyond what they measured.
        """
        return self.told.basis is Basis.BEYOND


def asked_counts(run: str, plan: Plan, steps: Sequence[Measured]) -> Iterator[AskedCount]:
    """
    Leave each saturated count out in turn, and ask for two rates that need it.
    """
    kept = believable_steps(steps, plan)
    for replicas in sorted({step.key.replicas for step in kept if is_closed(step)}):
        ends = _rates_of(kept, plan, replicas)
        if ends is None:
            continue
        others = [step for step in kept if step.key.replicas != replicas]
        for place in _PLACES:
            rate = ends[0] + place * (ends[1] - ends[0])
            yield AskedCount(run, replicas, rate, sized_replicas(others, plan, rate))


def _rates_of(steps: Sequence[Measured], plan: Plan, replicas: int) -> tuple[float, float] | None:
    """
    Return the lowest and the highest rate that surely need a count, ``None`` where the two cannot be told apart.
    """
    own = [step for step in steps if step.key.replicas == replicas and is_closed(step)]
    growth, learnt = extrapolation_of(own, plan), calibration(plan, own[0])
    if growth is None or isinstance(learnt, str):
        return None
    model = ReplicaModel(learnt, replicas, growth)
    full = growth.throughput_at(replicas).value
    least = _throughput_of(steps, plan, replicas - 1, full / replicas)
    # Below what one count less completes no rate needs this count, so nobody asks whether it would keep one.
    if least >= full:
        return None

    def at(place: int) -> float:
        return least + place / _STEPS * (full - least)

    @functools.cache
    def keeps(place: int, tasks: int = LONG_RUN_TASKS) -> bool:
        return all(model.keeps(replicas, at(place), one, tasks) for one in bounds_of(plan.slo))

    low = bisect.bisect_left(range(1, _STEPS), True, key=lambda place: not keeps(place, _GLANCE_TASKS))
    while low > 0 and not keeps(low):
        low -= 1
    while low + 1 < _STEPS and keeps(low + 1):
        low += 1
    most = at(low) * (1 - MODEL_RATIO)
    return (least, most) if least < most else None


def _throughput_of(steps: Sequence[Measured], plan: Plan, replicas: int, each: float) -> float:
    """
    Return the measured throughput of a count; else that of as many first replicas, as no system grows faster.
    """
    if replicas == 0:
        return 0.0
    for count, times in ((replicas, 1.0), (1, float(replicas))):
        growth = extrapolation_of([step for step in steps if step.key.replicas == count], plan)
        if growth is not None:
            return growth.throughput_at(count).value * times
    return each * replicas
