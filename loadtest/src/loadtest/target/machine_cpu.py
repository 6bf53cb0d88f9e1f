"""
CPU time of this machine, over all of its cores.
"""

from __future__ import annotations

import os
import time

import psutil

from loadtest.results.resource_use import MachineTimes

# Fields of the kernel's counts that are busy time; guest time is part of user time, and stolen time was not used here.
_BUSY = ("user", "nice", "system", "irq", "softirq")


def machine_times(*, is_whole: bool) -> MachineTimes:
    """
    Return what the kernel has counted since the machine's start.

    Args:
        is_whole: Whether this program started all that is measured; else its share is not known.
    """
    times = psutil.cpu_times()
    busy = sum(getattr(times, name, 0.0) for name in _BUSY)
    own = _own_seconds() if is_whole else None
    other = (
        None
        if own is None
        else 0.0
        if _is_real_time()
        else busy - own - _giving_way(getattr(times, "nice", 0.0))
    )
    stolen = getattr(times, "steal", 0.0)
    return MachineTimes(time.time(), psutil.cpu_count() or 1, busy, stolen, own, other)


def _own_seconds() -> float:
    """
    Return the CPU time of this process and its children, also of children that have ended.
    """
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue  # its parent has counted it by the next look
    return total


def _giving_way(niced: float) -> float:
    """
    Return the CPU time of niced programs, which give way to this one; 0 where this one is niced too, as equals do not
    give way.
    """
    return niced if os.getpriority(os.PRIO_PROCESS, 0) <= 0 else 0.0


def _is_real_time() -> bool:
    """
    Tell whether this program has real-time priority, before all others.
    """
    return hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR)
