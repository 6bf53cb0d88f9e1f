"""
The model of a cell, calibrated from the saturate step that measured it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.estimators.bucket_quantile import bucket, quantile
from loadtest.analysis.estimators.percentiles import is_coarse
from loadtest.analysis.readings.work_done import work
from loadtest.analysis.saturation.activity_stages import activity_stages
from loadtest.analysis.saturation.cell_capacity import (
    overhead_of_known_draws,
    same_cell,
    slots_executing_ratio,
    whole_step_execution,
)
from loadtest.analysis.saturation.doubled_closed_load import counting_steps
from loadtest.analysis.twin import (
    HistogramWork,
    Past,
    QueueModel,
    SaturateReading,
    WorkDistribution,
    calibrate,
)
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, Histogram
from loadtest.results.step_key import StepKey

_SEED = 11
_EXECUTION = "worker.activity_execution"
# Share of the activities that may have taken longer than the last bound of their histogram.
_MOST_BEYOND_RATIO = 0.01
# With up to this share more tasks than the model has, its late tasks stay within the misfit that decisions allow.
_MOST_RETRIED_RATIO = 0.10
# Tasks that wait in the simulated saturate step: each is taken out of a list of all.
_MOST_WAITING = 10_000
# Orders whose work is drawn for the simulated saturate step; when all are used, the step begins again with the first. A
# thousand slots of 2 ms would otherwise need 2.5 million.
_MOST_ROUNDS = 50_000


@dataclass(frozen=True, slots=True)
class Calibration:
    """
    What a cell's saturate step taught.

    Attributes:
        model: Slots, shape, overhead, dead time and order of service.
        work: Distribution of an activity's work.
        notes: What the model does not know, in words.
        drawn: Whether the work is drawn from the plan's own distribution.
    """

    model: QueueModel
    work: WorkDistribution
    notes: tuple[str, ...] = ()
    drawn: bool = False


def calibration_of(plan: Plan, measured: Sequence[Measured], key: StepKey) -> Calibration | str:
    """
    Calibrate the model of a step's cell.

    Args:
        plan: Plan of the step's cell.
        measured: Steps that may be believed.
        key: The step that the model is for; the saturate step of the same repetition is preferred.

    Returns:
        The calibration, or a clause that says why there is none.
    """
    mine = counting_steps(
        step for step in measured if isinstance(plan.loads[step.key.load], Saturate) and same_cell(step, key)
    )
    if not mine:
        return "this cell has no valid saturate step to calibrate the model from"
    return calibration(plan, min(mine, key=lambda step: abs(step.key.repetition - key.repetition)))


def calibration(plan: Plan, saturated: Measured) -> Calibration | str:
    """
    Calibrate a model from one saturate step; see ``calibration_of``.
    """
    if saturated.activities_per_workflow == 0:
        return "its workflows have no activities, and the model is one of activity slots"
    window = saturated.worker_window
    executing = slots_executing_ratio(saturated)
    if window is None or saturated.slots is None or executing is None:
        return "the workers' slots and execution times were not seen"
    waits = window.histograms.get("worker.activity_schedule_to_start")
    held = window.histograms.get(_EXECUTION)
    if waits is None or held is None or not waits.count or not held.count:
        return "the workers' pages have no waits and execution times of activities"
    if known_work(plan) is None and (unseen := unseen_times(held)) is not None:
        return unseen
    if (unknown := _unknown_order(waits)) is not None:
        return unknown
    if saturated.in_flight is None:
        return "the step was not a closed loop"
    activities, notes = _activities(saturated)
    if activities < 1:
        return "the workflow has no activities"
    if (again := _attempted_again(saturated, activities)) is not None:
        return again
    shape = activity_stages(saturated, activities)
    if isinstance(shape, str):
        return shape
    slot_seconds = held.sum / held.count
    distribution, drawn = work_of(plan, held)
    overhead = overhead_of_known_draws([saturated]) if drawn else None
    if overhead is not None:
        # Less the work that was drawn: the luck of the window's draws is no overhead.
        slot_seconds = distribution.mean + overhead
    slots, in_flight = simulated_size(saturated.slots, saturated.in_flight, shape)
    model = QueueModel(slots=slots, shape=shape)
    reading = SaturateReading(
        slot_seconds=slot_seconds,
        # A histogram holds the whole time in the slot: no part of it is left for overhead.
        work_seconds=distribution.mean if drawn else slot_seconds,
        slots_used_ratio=executing,
        wait_median_seconds=quantile(waits, 0.5),
        wait_mean_seconds=waits.sum / waits.count,
        gap_seconds=_gap(window, activities, waits, slot_seconds),
    )
    seconds = saturated.warm_up_seconds + saturated.window_seconds
    rounds = int(1.5 * seconds * slots / (activities * slot_seconds)) + in_flight + 10
    rounds = min(rounds, _MOST_ROUNDS)
    past = Past(
        in_flight=in_flight,
        seconds=seconds,
        warm_up_seconds=saturated.warm_up_seconds,
        draws=distribution.draw(_SEED, rounds, activities),
    )
    found = replace(calibrate(model, reading, past), slots=saturated.slots)
    return Calibration(found, distribution, notes, drawn)


def simulated_size(slots: int, in_flight: int, shape: Sequence[int]) -> tuple[int, int]:
    """
    Return the slots and the orders in flight of the simulated saturate step, from whose waits the order of service is read.

    Where orders run many activities side by side it is smaller than the real one, as its queue holds all of them.
    """
    share = min(1.0, _MOST_WAITING / (in_flight * max(shape)))
    return max(1, round(share * slots)), max(1, round(share * in_flight))


def learn_again(found: Calibration, plan: Plan, steps: Sequence[Measured]) -> Calibration:
    """
    Learn the time in the slot again from several steps of one cell; keep order of service and dead time.

    Args:
        found: Calibration from the cell's saturate step.
        plan: Plan of the cell.
        steps: All steps of the cell that may be believed, with the saturate step.
    """
    held = [each for step in steps if (each := whole_step_execution(step)) is not None]
    # Workers that were given other buckets in the middle of a run cannot be added to those before.
    held = [each for each in held if each.bounds == held[0].bounds]
    if not held:
        return found
    if known_work(plan) is None:
        counts = tuple(sum(column) for column in zip(*(each.counts for each in held), strict=True))
        pooled = Histogram(held[0].bounds, counts, math.fsum(each.sum for each in held))
        return found if unseen_times(pooled) is not None else replace(found, work=histogram_work(pooled))
    overhead = overhead_of_known_draws(steps)
    if overhead is None:
        return found
    return replace(found, model=replace(found.model, overhead_seconds=overhead))


def work_of(plan: Plan, held: Histogram) -> tuple[WorkDistribution, bool]:
    """
    Return the distribution of an activity's work, and whether it is the plan's own.

    Args:
        plan: The plan; the kit's own orders draw their work from its ``[work]``.
        held: Execution times as the workers saw them, for any other work.
    """
    given = known_work(plan)
    return (histogram_work(held), False) if given is None else (given, True)


def histogram_work(held: Histogram) -> HistogramWork:
    """
    Return execution times as a distribution of work with their exact mean, whatever the buckets; samples beyond the last
    finite bound are in the mean alone.

    Times that ``unseen_times`` refuses may leave no sample.

    Args:
        held: Execution times as the workers saw them.
    """
    finite = tuple(bound for bound in held.bounds if math.isfinite(bound))
    counts = tuple(held.counts[: len(finite)])
    return HistogramWork(finite, counts, sum(counts) * held.sum / held.count)


def unseen_times(held: Histogram) -> str | None:
    """
    Say that too many activities took longer than a histogram's last bound, so that their times are not known.

    Args:
        held: Execution times as the workers saw them, at least one.
    """
    beyond = 1 - (held.count - held.beyond) / held.count
    if beyond <= _MOST_BEYOND_RATIO:
        return None
    return (
        f"{beyond:.0%} of the activities took longer than {held.last_bound:g} s, the last bound of the workers' "
        "histogram, so nobody knows how long; give the SDK larger ones (histogram_bucket_overrides)"
    )


def _activities(saturated: Measured) -> tuple[int, tuple[str, ...]]:
    """
    Return the activities of one order, 0 where they are not known, and notes on what that number assumes.
    """
    if saturated.activities_per_workflow is not None:
        return saturated.activities_per_workflow, ()
    done = work(saturated)
    number = round(done.per_workflow) if done is not None else 0
    note = f"each order is taken for one of {counted(number, 'activity', 'activities')}, as the scenario does not tell their number"
    return number, (note,)


def _attempted_again(saturated: Measured, activities: int) -> str | None:
    """
    Say that a workflow has more or fewer tasks than the model assumes, mostly because some activities are retried.
    """
    done = work(saturated)
    if done is None or abs(done.per_workflow / activities - 1) <= _MOST_RETRIED_RATIO:
        return None
    told = f"a workflow took {done.per_workflow:.2f} activity attempts in the mean and the model knows {activities}: "
    if done.per_workflow > activities:
        return f"{told}retries and rework are not in it"
    return f"{told}orders end early, or the scenario says too many; then write None, or their number, as its ACTIVITIES_PER_WORKFLOW"


def _unknown_order(waits: Histogram) -> str | None:
    """
    Say that the median of the waits, from which the order of service is read, lies in a bucket too wide to tell it.
    """
    low, high = bucket(waits, 0.5)
    if not is_coarse(low, high):
        return None
    known = f"more than {low:g} s" if math.isinf(high) else f"between {low:g} and {high:g} s"
    return (
        f"the workers' histogram tells of the median of the waits no more than {known}, and so not in which order tasks are "
        "taken; give the SDK finer bounds (histogram_bucket_overrides)"
    )


def _gap(window: Difference, activities: int, waits: Histogram, slot_seconds: float) -> float:
    closed = window.histograms.get("worker.workflow_endtoend")
    if closed is None or not closed.count:
        return 0.0
    whole = closed.sum / closed.count
    return max(0.0, whole / activities - waits.sum / waits.count - slot_seconds)
