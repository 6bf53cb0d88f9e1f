"""
How much of the CPU that a worker can use it does use: of one core, or of what its container's limit leaves it.
"""

from __future__ import annotations

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.analysis.suspects.suspect_readings import SuspectReadings
from loadtest.results.suspect import Suspect, SuspectName

FULL_WORKER_RATIO = 0.85


def full_cpu(readings: SuspectReadings, group: int) -> list[Suspect]:
    """
    Return the workers' CPU as a suspect where it has hardly anything left.

    Args:
        readings: Readings of the step.
        group: The ranking's question that asks.
    """
    if (used_ratio(readings) or 0.0) < FULL_WORKER_RATIO:
        return []
    told = f"each worker uses {cores_told(readings)}"
    if not _is_limited(readings):
        told += ", and Python or JavaScript code runs on one"
    return [found(SuspectName.WORKER_CPU, group, told)]


def used_ratio(readings: SuspectReadings) -> float | None:
    """
    Return the share that a worker uses of the cores that its code can use; ``None`` where one of both is not known.

    Those are one core for Python or JavaScript, and never more than its container's limit, above which it is throttled.
    """
    cores = cores_each(readings)
    if _is_limited(readings):
        usable = readings.worker_core_limit
    else:
        usable = 1.0 if readings.runs_on_one_core else None
    return None if cores is None or not usable else cores / usable


def _is_limited(readings: SuspectReadings) -> bool:
    limit = readings.worker_core_limit
    return limit is not None and (limit < 1.0 or not readings.runs_on_one_core)


def cores_told(readings: SuspectReadings) -> str:
    """
    Say how many cores a worker uses, and of how many where its container is limited.
    """
    cores, limit = cores_each(readings) or 0.0, readings.worker_core_limit
    if not _is_limited(readings):
        return f"{cores:.2f} cores"
    return f"{cores:.2f} cores of the {limit:g} that its container may use"


def cores_each(readings: SuspectReadings) -> float | None:
    """
    Return the cores that a worker uses; ``None`` where they are not known.
    """
    return None if readings.worker_cores is None else readings.worker_cores / readings.replicas
