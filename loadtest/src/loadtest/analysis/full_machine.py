"""
When a machine has no free core: because of all that runs on it, or of the parts of a run alone.
"""

from __future__ import annotations

from loadtest.results.limit_facts import MachineUse

# Of its cores, taken by anybody or kept back by its host: what is left are gaps between tasks, and no core to be had.
FULL_MACHINE_RATIO = 0.93
# Of its cores, by the CPU of server, workers and injectors alone: the kernel and other programs, which that sum does not
# hold, have their share beside them, so a machine is full before the parts of a run fill it.
PARTS_FILL_MACHINE_RATIO = 0.85


def is_full(use: MachineUse | None) -> bool:
    """
    Tell whether a machine has no core left; False where its use was not seen.
    """
    return use is not None and use.busy_cores + use.stolen_cores >= FULL_MACHINE_RATIO * use.cores
