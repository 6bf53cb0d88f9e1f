"""
Whether the calibrated model fits what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.twin.decision import deviation_of
from loadtest.analysis.twin.twin_late_tasks import TwinLateTasks

ALARM_DEVIATIONS = 3.0
ALARM_RATIO = 0.25
SLOT_TIME_RATIO = 0.02
# Share by which the count of the model, as calibrated by a saturate step, may be off; recorded runs showed 0.16 to 0.2.
MODEL_MISFIT_RATIO = 0.2


@dataclass(frozen=True, slots=True)
class Misfit:
    """
    Measured late tasks beside those of the calibrated model on the same schedule.

    Attributes:
        late, model_late: Late tasks of the whole window: measured, and expected by the model.
        deviation: Standard deviation of their difference if the model were right.
        reasons: What did not fit, in words; empty for no alarm.
    """

    late: float
    model_late: float
    deviation: float
    reasons: tuple[str, ...]


def misfit(
    elapsed_seconds: float,
    late: float,
    calibrated_twins: TwinLateTasks,
    slot_time_ratio: float | None = None,
) -> Misfit:
    """
    Compare a window with the model that the saturate step calibrated.

    An alarm does not change the decision, which needs no calibration, but the model's own numbers are not shown.

    Args:
        elapsed_seconds: Length of the window.
        late: Late tasks in it.
        calibrated_twins: Twins of the calibrated model itself, not slowed.
        slot_time_ratio: Mean time in the slot in this step over that in the saturate step, both for the same
            work; ``None`` where not known.
    """
    totals = calibrated_twins.until(elapsed_seconds)
    mean = sum(totals) / len(totals)
    deviation = deviation_of(totals, MODEL_MISFIT_RATIO)
    reasons = []
    if abs(late - mean) > ALARM_DEVIATIONS * deviation and abs(late - mean) > ALARM_RATIO * mean:
        expected = f"{mean:.0f} ± {ALARM_DEVIATIONS * deviation:.0f}"
        reasons.append(f"{count_text(late)} late tasks, and the model expects {expected}")
    if slot_time_ratio is not None and abs(slot_time_ratio - 1) > SLOT_TIME_RATIO:
        reasons.append(
            f"an activity of the same work holds its slot {slot_time_ratio - 1:+.1%} longer than under saturation"
        )
    return Misfit(late, mean, deviation, tuple(reasons))
