"""
Whether activities hold their slots far longer under a run's closed load than in an open step, though cores are left: then
they wait inside of their slots, which no schedule-to-start shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from loadtest.analysis.estimators.number_text import duration_text
from loadtest.analysis.judged_steps.step_verdict import JudgedStep
from loadtest.analysis.readings.cpu_and_memory import is_full
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.cell_capacity import same_cell
from loadtest.analysis.suspects.suspect_readings import suspect_readings_of
from loadtest.analysis.suspects.worker_cores import used_ratio
from loadtest.analysis.suspects.worker_rules import BUSY_WORKER_RATIO
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram, histogram_of

_FAR_LONGER_RATIO = 2.0
_LONGER_SECONDS = 0.05


def longer_slot_times(measured: Measured, plan: Plan, closed: Iterable[JudgedStep]) -> tuple[str, ...]:
    """
    Return a note for an open step if activities held their slots far longer in the closed steps of its cell; none where
    these used up the cores, which makes everything longer, or where slot times were not seen.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        closed: The run's closed steps, judged.
    """
    if is_closed(measured):
        return ()
    beside = [each.measured for each in closed if each.is_valid and same_cell(each.measured, measured.key)]
    here = _mean_held([measured])
    there = _mean_held([step for step in beside if not _lacks_cores(step, plan)])
    if here is None or there is None or there < max(_FAR_LONGER_RATIO * here, here + _LONGER_SECONDS):
        return ()
    return (
        f"an activity held its slot for {duration_text(here)} here and for {duration_text(there)} under the closed load, with cores left: it "
        "waits inside of its slot for what activities share, such as threads of an executor, connections or what they call; "
        "no schedule-to-start has that wait, and more slots would not shorten it",
    )


def _lacks_cores(step: Measured, plan: Plan) -> bool:
    readings = suspect_readings_of(step, plan)
    return is_full(readings.machine) or (used_ratio(readings) or 0.0) >= BUSY_WORKER_RATIO


def _mean_held(steps: Iterable[Measured]) -> float | None:
    held = [found for step in steps if (found := _held(step)) is not None]
    return math.fsum(each.sum for each in held) / sum(each.count for each in held) if held else None


def _held(step: Measured) -> Histogram | None:
    found = histogram_of(step.worker_window, "worker.activity_execution")
    return found if found is not None and found.count else None
