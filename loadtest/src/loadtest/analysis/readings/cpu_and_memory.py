"""
CPU and memory of each part of the system in one step, and when a machine has no free core: because of all that runs on
it, or of the parts of a run alone.
"""

from __future__ import annotations

from loadtest.analysis.readings.null_reasons import NullReasons
from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.resource_use import MachineUse
from loadtest.results.step_result_parts import PerPart

_NOBODY_LOOKED = "nobody looked"
_NOT_SEEN = ProcessUse(None, None, _NOBODY_LOOKED)
_NO_WORK = "no work was done in the window"


def cpu_seconds_per_workflow(measured: Measured, workflows: float, why: NullReasons) -> PerPart:
    """
    Return the CPU seconds that each part took in the window for each workflow.

    Args:
        measured: The step.
        workflows: Number of workflows that the work of the window amounts to.
        why: Gets the reason of each part that is not known.
    """
    key = "cpu_seconds_per_workflow"

    def of_part(part: str) -> float | None:
        use = measured.use.get(part, _NOT_SEEN)
        reason = use.why or _NOBODY_LOOKED
        return why.of(f"{key}.{part}", per(use.cpu_seconds, workflows), reason if workflows else _NO_WORK)

    injector = why.of(f"{key}.injector", per(measured.injector.cpu_seconds, workflows), _NO_WORK)
    return PerPart(of_part("worker"), of_part("server"), injector)


def memory_bytes(measured: Measured, why: NullReasons) -> PerPart:
    """
    Return the resident bytes of each part at the window's end.

    Args:
        measured: The step.
        why: Gets the reason of each part that is not known.
    """

    def of_part(part: str) -> float | None:
        use = measured.use.get(part, _NOT_SEEN)
        size = None if use.rss_bytes is None else float(use.rss_bytes)
        return why.of(f"rss_bytes.{part}", size, use.why or _NOBODY_LOOKED)

    return PerPart(of_part("worker"), of_part("server"), float(measured.injector.rss_bytes))


def per(upper: float | None, lower: float | None) -> float | None:
    """
    Return a quotient, ``None`` if either side is not known or the lower one is zero.
    """
    return None if upper is None or not lower else upper / lower


# Share of the machine's cores, used by anything or kept back by its host: the rest are gaps between tasks, and no free
# core.
FULL_MACHINE_RATIO = 0.93
# Share of the machine's cores, by the CPU of server, workers and injectors alone: this sum does not hold the kernel and
# other programs, so a machine is full before the parts of a run use all of it.
PARTS_FILL_MACHINE_RATIO = 0.85


def is_full(use: MachineUse | None) -> bool:
    """
    Tell whether a machine has no core left; False where its use was not seen.
    """
    return use is not None and use.busy_cores + use.stolen_cores >= FULL_MACHINE_RATIO * use.cores
