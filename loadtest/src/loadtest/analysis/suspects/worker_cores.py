"""
How much of the CPU that a worker can use it does use: of one core, or of what its container's limit leaves it.
"""

from __future__ import annotations

from loadtest.analysis.suspects.pressure import Pressure
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.results.suspect import Suspect, SuspectName

FULL_WORKER_RATIO = 0.85


def full_cpu(pressure: Pressure, group: int) -> list[Suspect]:
    """
    Return the workers' CPU as a suspect where it has hardly anything left.

    Args:
        pressure: Readings of the step.
        group: The ranking's question that asks.
    """
    if (used_ratio(pressure) or 0.0) < FULL_WORKER_RATIO:
        return []
    told = f"each worker uses {cores_told(pressure)}"
    if not _is_limited(pressure):
        told += ", and Python or JavaScript code runs on one"
    return [found(SuspectName.WORKER_CPU, group, told)]


def used_ratio(pressure: Pressure) -> float | None:
    """
    Return the share that a worker uses of the cores that its code can use; ``None`` where one of both is not known.

    Those are one core for Python or JavaScript, and never more than its container's limit, above which it is throttled.
    """
    cores = cores_each(pressure)
    if _is_limited(pressure):
        usable = pressure.worker_core_limit
    else:
        usable = 1.0 if pressure.runs_on_one_core else None
    return None if cores is None or not usable else cores / usable


def _is_limited(pressure: Pressure) -> bool:
    limit = pressure.worker_core_limit
    return limit is not None and (limit < 1.0 or not pressure.runs_on_one_core)


def cores_told(pressure: Pressure) -> str:
    """
    Say how many cores a worker uses, and of how many where its container is limited.
    """
    cores, limit = cores_each(pressure) or 0.0, pressure.worker_core_limit
    if not _is_limited(pressure):
        return f"{cores:.2f} cores"
    return f"{cores:.2f} cores of the {limit:g} that its container may use"


def cores_each(pressure: Pressure) -> float | None:
    """
    Return the cores that a worker uses; ``None`` where they are not known.
    """
    return None if pressure.worker_cores is None else pressure.worker_cores / pressure.replicas
