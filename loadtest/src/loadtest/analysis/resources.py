"""
CPU and memory of each part of the system in one step.
"""

from __future__ import annotations

from loadtest.analysis.null_reasons import NullReasons
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import PerPart


def cpu(measured: Measured, workflows: float, why: NullReasons) -> PerPart:
    key = "cpu_seconds_per_workflow"
    values: dict[str, float | None] = {}
    for part in ("worker", "server"):
        use = measured.use.get(part)
        spent = use.cpu_seconds if use is not None else None
        reason = (use.why if use is not None else None) or "nobody looked"
        values[part] = why.of(
            f"{key}.{part}", per(spent, workflows), reason if workflows else "no work was done in the window"
        )
    injector = why.of(
        f"{key}.injector", per(measured.injector.cpu_seconds, workflows), "no work was done in the window"
    )
    return PerPart(values["worker"], values["server"], injector)


def rss(measured: Measured, why: NullReasons) -> PerPart:
    values: dict[str, float | None] = {}
    for part in ("worker", "server"):
        use = measured.use.get(part)
        size = use.rss_bytes if use is not None else None
        reason = (use.why if use is not None else None) or "nobody looked"
        values[part] = why.of(f"rss_bytes.{part}", None if size is None else float(size), reason)
    return PerPart(values["worker"], values["server"], float(measured.injector.rss_bytes))


def per(upper: float | None, lower: float | None) -> float | None:
    """
    Return a quotient, ``None`` if either side is not known or the lower one is zero.
    """
    return None if upper is None or not lower else upper / lower
