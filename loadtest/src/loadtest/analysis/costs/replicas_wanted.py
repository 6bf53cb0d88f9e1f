"""
The fewest replicas that keep a bound on waits at a rate, by the calibrated model and the growth of throughput.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from loadtest.analysis.capacities.extrapolation import Extrapolation
from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.twin import SloBound
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS, keeps_in_long_run
from loadtest.plural import counted
from loadtest.results.sweep_result import Interval

# Share by which the model's rate at the bound may be off: a bracket of 6 % held the truth in 98 % of the trials.
MODEL_RATIO = 0.06
# A throughput that may be twice its lower end is no answer.
WIDEST_RATIO = 2.0
# The largest replica count that is tried is this many times the largest measured one.
FARTHEST_RATIO = 10
# As many as a plan may ask for.
_MOST_REPLICAS = 1000


@dataclass(frozen=True, slots=True)
class ReplicaModel:
    """
    A model that answers for any number of replicas.

    Attributes:
        calibration: Model and work of the largest saturated replica count.
        replicas: That replica count.
        extrapolation: Throughput against replicas.
    """

    calibration: Calibration
    replicas: int
    extrapolation: Extrapolation

    def keeps(self, replicas: int, rate: float, bound: SloBound, tasks: int = LONG_RUN_TASKS) -> bool:
        """
        Return whether at most the allowed share of the model's tasks, or of its orders, is late in a long run of so many tasks.
        """
        model, work = self.calibration.model, self.calibration.work
        slots = max(1, round(model.slots / self.replicas * replicas))
        capacity = self.extrapolation.throughput_at(replicas).value
        held = work.mean + model.overhead_seconds
        slowness = (slots / (model.activities * capacity) - model.dead_seconds) / held
        fitted = replace(model, slots=slots).slowed(max(0.05, slowness))
        return keeps_in_long_run(fitted, work, rate, bound, tasks)


def replicas_wanted(model: ReplicaModel, rate: float, bounds: tuple[SloBound, ...]) -> Interval | str:
    """
    Return the fewest replicas that keep every bound, or why that cannot be told.

    The interval's ends are the answers for a lower and a higher rate, by as much as model and throughput may be off.

    Args:
        model: Model that answers for any number of replicas.
        rate: Orders per second.
        bounds: Bounds that say what is late; empty asks for throughput alone.
    """
    carrying = _carrying(model, rate, 0.0, 0)
    if carrying is None:
        return _not_reached(model, rate)
    told = model.extrapolation.throughput_at(carrying)
    low, high = told.low or 0.0, told.high or math.inf
    # Where even the lower end carries the rate it does not matter how far the upper one is.
    if low <= 0 or (low < rate and high / low > WIDEST_RATIO):
        return (
            f"the throughput of {counted(carrying, 'replica')} lies between {low:.3g} and {high:.3g}/s by the counts measured "
            f"({_listed(model.extrapolation.counts)}), too wide to be an answer; {step_to_add(model.extrapolation.counts, carrying)}"
        )
    # What keeps the bounds at a higher rate keeps them at a lower one: that is not simulated again.
    most = _fewest(model, rate, bounds, +1)
    wanted = _fewest(model, rate, bounds, 0, most)
    if wanted is None:
        return (
            f"{counted(carrying, 'replica')} would carry {rate_text(rate)}/s, but not even {counted(_most(model), 'replica')} would keep the "
            "bound by the model: more of them shorten no more than the wait for a slot; ask a wider bound"
        )
    fewest = _fewest(model, rate, bounds, -1, wanted)
    return Interval(wanted, float(fewest or 1), None if most is None else float(most))


def step_to_add(counts: tuple[int, ...], wanted: int) -> str:
    """
    Say which replica count to measure as well, where an answer lies far from the measured counts.
    """
    largest = counts[-1]
    # Counted in slots, not in cores: a count that this machine cannot run needs another machine or the cluster.
    goal = max(largest + 1, min(math.ceil(math.sqrt(largest * wanted)), _MOST_REPLICAS))
    more = sorted({*counts, math.ceil((largest + goal) / 2), goal})
    return f"add replica counts up to {goal}, such as replicas = {more}, each with a saturate load"


def _fewest(
    model: ReplicaModel, rate: float, bounds: tuple[SloBound, ...], side: int, enough: int | None = None
) -> int | None:
    misfit = MODEL_RATIO if bounds else 0.0
    replicas = _carrying(model, rate, misfit, side)
    while replicas is not None and replicas <= _most(model):
        if enough is not None and replicas >= enough:
            return enough
        asked = _asked(model, replicas, rate, misfit, side)
        if all(model.keeps(replicas, asked, bound) for bound in bounds):
            return replicas
        # Of many replicas a twentieth more is tried at once: one more of a hundred changes nothing.
        replicas += max(1, replicas // 20)
    return None


def _carrying(model: ReplicaModel, rate: float, misfit: float, side: int) -> int | None:
    """
    Return the fewest replicas whose throughput is above a rate, ``None`` where none has it.
    """
    before = 0.0
    for replicas in range(1, _most(model) + 1):
        throughput = model.extrapolation.throughput_at(replicas).value
        if throughput > _asked(model, replicas, rate, misfit, side):
            return replicas
        if throughput < before:
            return None
        before = throughput
    return None


def _asked(model: ReplicaModel, replicas: int, rate: float, misfit: float, side: int) -> float:
    told = model.extrapolation.throughput_at(replicas)
    end = told.value if side == 0 else (told.low if side > 0 else told.high) or told.value
    return rate * (1 + side * min(math.hypot(misfit, end / told.value - 1), 0.95))


def _most(model: ReplicaModel) -> int:
    return FARTHEST_RATIO * model.extrapolation.counts[-1]


def _not_reached(model: ReplicaModel, rate: float) -> str:
    """
    Say that no count that is tried carries a rate: because throughput falls beyond its peak, or because the counts that
    would are too far from the measured ones.
    """
    extrapolation, most = model.extrapolation, _most(model)
    peak, counts = extrapolation.curve.peak_replicas, extrapolation.counts
    if peak is not None and peak <= most:
        return (
            f"no number of replicas reaches {rate_text(rate)}/s by the counts measured ({_listed(counts)}): throughput is highest at "
            f"{counted(peak, 'replica')}, with {extrapolation.curve.throughput_at(peak):.3g}/s; {step_to_add(counts, 4 * counts[-1])}"
        )
    carried = extrapolation.throughput_at(counts[-1]).value
    about = math.ceil(counts[-1] * rate / carried)
    return (
        f"{rate_text(rate)}/s needs about {counted(about, 'replica')} or more, too far from the counts measured ({_listed(counts)}): no more "
        f"than {FARTHEST_RATIO}-fold is told; {step_to_add(counts, about)}"
    )


def _listed(counts: tuple[int, ...]) -> str:
    return ", ".join(str(count) for count in counts)
