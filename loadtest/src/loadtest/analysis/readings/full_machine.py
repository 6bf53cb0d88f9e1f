"""
When a machine has no free core: because of all that runs on it, or of the parts of a run alone.
"""

from __future__ import annotations

from loadtest.results.resource_use import MachineUse

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
