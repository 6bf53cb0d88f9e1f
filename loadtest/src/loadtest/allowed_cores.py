"""
How many of a machine's cores this process and what it starts may use: a container's limit, or a set of cores.
"""

from __future__ import annotations

import os
from pathlib import Path

from loadtest.control_groups import CGROUPS, control_groups, read_or_none


def allowed_cores(own: str | None = None, cgroups: Path = CGROUPS) -> float | None:
    """
    Return the cores that may be used, ``None`` where nothing says that they are fewer than the machine has.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    every = os.cpu_count() or 1
    # The smallest of all groups holds.
    limits = [quota for group in control_groups(own, cgroups) if (quota := _quota(group)) is not None]
    if hasattr(os, "sched_getaffinity"):
        limits.append(float(len(os.sched_getaffinity(0))))
    least = min(limits, default=float(every))
    return least if least < every else None


def _quota(group: Path) -> float | None:
    whole = read_or_none(group / "cpu.max")
    if whole is not None:
        quota, _, period = whole.partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    quota = read_or_none(group / "cpu.cfs_quota_us") or "-1"
    period = read_or_none(group / "cpu.cfs_period_us") or "1"
    return None if int(quota) < 0 else int(quota) / int(period)
