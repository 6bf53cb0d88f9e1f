"""
CPU time of this machine, over all of its cores.
"""

from __future__ import annotations

import time

import psutil

from loadtest.results.limit_facts import MachineTimes

# Of what a kernel counts; guests are in user time, and stolen time was not used here.
_BUSY = ("user", "nice", "system", "irq", "softirq")


def machine_times() -> MachineTimes:
    """
    Return what the kernel counted since the machine's start.
    """
    times = psutil.cpu_times()
    busy = sum(getattr(times, name, 0.0) for name in _BUSY)
    return MachineTimes(time.time(), psutil.cpu_count() or 1, busy, getattr(times, "steal", 0.0))
