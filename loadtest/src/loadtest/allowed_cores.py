"""
How many of a machine's cores this process and what it starts may use: a container's limit, or a set of cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def allowed_cores(own: str | None = None, cgroups: Path = CGROUPS) -> float | None:
    """
    Return the cores that may be used, ``None`` where nothing says that they are fewer than the machine has.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    if own is None:
        own = _text(_OWN) or ""
    every = os.cpu_count() or 1
    limits = [*_quotas(own, cgroups)]
    if hasattr(os, "sched_getaffinity"):
        limits.append(float(len(os.sched_getaffinity(0))))
    least = min(limits, default=float(every))
    return least if least < every else None


def _quotas(own: str, cgroups: Path) -> Iterable[float]:
    """
    The limits of each group that this process is in and of those above it, as the smallest holds.
    """
    for line in own.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            mounts = (cgroups, cgroups / "unified")
        elif "cpu" in controllers.split(","):
            mounts = (cgroups / "cpu", cgroups / controllers)
        else:
            continue
        # A container may see the path of its group outside, and has it mounted as the root all the same.
        groups = [PurePosixPath(path), *PurePosixPath(path).parents, PurePosixPath("/")]
        for mount in mounts:
            for group in groups:
                quota = _quota(mount / group.relative_to("/"))
                if quota is not None:
                    yield quota


def _quota(group: Path) -> float | None:
    whole = _text(group / "cpu.max")
    if whole is not None:
        quota, _, period = whole.partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    quota, period = _text(group / "cpu.cfs_quota_us") or "-1", _text(group / "cpu.cfs_period_us") or "1"
    return None if int(quota) < 0 else int(quota) / int(period)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:  # another version of control groups, or none
        return None
