"""
Decisions about a load, by a simulated twin of the system on the same schedule and with the same draws.

The order of use, all of it pure:

1. ``calibrate(plan, reading, past)``: a ``QueueModel`` from the saturate step's ``SaturateReading``; ``past`` is
   that step as ``Past`` (orders in flight, seconds, draws).
2. ``find_edge(model, work, rate, bound)``: the same model, slowed until just the share that the ``SloBound`` allows
   is late in the long run.
3. ``choose_schedule(edge, candidates, bound, counted_per_second)``: a seed of 30 to 40, by its twin alone.
4. ``simulate_twins(edge, step, bound)``: ``TwinLateTasks``, twins of the chosen ``OpenStep``: six, or
   twelve where the draws are not ours.
5. ``UntilDecided(twins, longest_seconds, rule, arrival_rate).feed(elapsed, counted, late)`` after each second: ``GoOn``
   with a sentence, or ``Enough`` with a ``Decision`` (met, missed, undecided) and its blocks for a picture.
   ``FixedWindow(seconds)`` is fed alike.
6. After the window: ``misfit(...)`` with twins of the calibrated model, ``recalibrate(...)`` from the step's own slot
   times, ``model_waits(...)`` once, then ``estimate_quantile`` with range or reason.

Work is a ``WorkDistribution`` (``UniformWork``, ``ExponentialWork``, ``HistogramWork``).  Draws are arrays of orders x
activities that the caller makes, in the order of arrival; where they are not ours the step holds the distribution.
"""

from loadtest.analysis.twin.decision import DecisionRule
from loadtest.analysis.twin.long_run import find_edge, long_run, rate_at_bound
from loadtest.analysis.twin.long_run_estimate import LongRunEstimate, estimate_quantile, model_waits
from loadtest.analysis.twin.misfit_alarm import misfit
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.queue_model_calibration import Past, SaturateReading, calibrate, recalibrate
from loadtest.analysis.twin.simulated_queue import SimulatedQueue
from loadtest.analysis.twin.slo_bound import Measure, SloBound
from loadtest.analysis.twin.stopping_rule import Enough, FixedWindow, GoOn, StoppingRule, UntilDecided
from loadtest.analysis.twin.twin_late_tasks import OpenStep, TwinLateTasks, choose_schedule, simulate_twins
from loadtest.analysis.twin.work_distribution import (
    ExponentialWork,
    HistogramWork,
    UniformWork,
    WorkDistribution,
)

__all__ = [
    "DecisionRule",
    "Enough",
    "ExponentialWork",
    "FixedWindow",
    "GoOn",
    "HistogramWork",
    "LongRunEstimate",
    "Measure",
    "OpenStep",
    "Past",
    "QueueModel",
    "SaturateReading",
    "SimulatedQueue",
    "SloBound",
    "StoppingRule",
    "TwinLateTasks",
    "UniformWork",
    "UntilDecided",
    "WorkDistribution",
    "calibrate",
    "choose_schedule",
    "estimate_quantile",
    "find_edge",
    "long_run",
    "misfit",
    "model_waits",
    "rate_at_bound",
    "recalibrate",
    "simulate_twins",
]
