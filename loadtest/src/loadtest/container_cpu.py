"""
What a container leaves this process of the machine's CPU, by its control groups: how many cores, and how long it was held back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
# What the second and the first version of control groups call it, and how many of its units a second has.
_THROTTLED = {"throttled_usec": 1e6, "throttled_time": 1e9}


def allowed_cores(own: str | None = None, cgroups: Path = CGROUPS) -> float | None:
    """
    Return the cores that may be used, ``None`` where nothing says that they are fewer than the machine has.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    every = os.cpu_count() or 1
    # The smallest of all groups holds.
    limits = [quota for group in _control_groups(own, cgroups) if (quota := _quota(group)) is not None]
    if hasattr(os, "sched_getaffinity"):
        limits.append(float(len(os.sched_getaffinity(0))))
    least = min(limits, default=float(every))
    return least if least < every else None


def throttled_seconds(own: str | None = None, cgroups: Path = CGROUPS) -> float | None:
    """
    Return the seconds for which this process's groups were throttled since they were made, ``None`` where the kernel
    does not tell.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    told = [
        int(value) / _THROTTLED[name]
        for group in dict.fromkeys(_control_groups(own, cgroups))
        for line in (_read_or_none(group / "cpu.stat") or "").splitlines()
        for name, _, value in (line.partition(" "),)
        if name in _THROTTLED
    ]
    return sum(told) if told else None


def _quota(group: Path) -> float | None:
    whole = _read_or_none(group / "cpu.max")
    if whole is not None:
        quota, _, period = whole.partition(" ")
        return None if quota == "max" else int(quota) / int(period)
    quota = _read_or_none(group / "cpu.cfs_quota_us") or "-1"
    period = _read_or_none(group / "cpu.cfs_period_us") or "1"
    return None if int(quota) < 0 else int(quota) / int(period)


def _control_groups(own: str | None, cgroups: Path) -> Iterable[Path]:
    """
    Give each group of CPU time that this process is in, and those above it.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    for line in (_read_or_none(_OWN) or "" if own is None else own).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            mounts = (cgroups, cgroups / "unified")
        elif "cpu" in controllers.split(","):
            mounts = (cgroups / "cpu", cgroups / controllers)
        else:
            continue
        # A container may see the path of its group outside, and has it mounted as the root all the same.
        groups = dict.fromkeys((PurePosixPath(path), *PurePosixPath(path).parents, PurePosixPath("/")))
        # One may be a link to the other.
        for mount in dict.fromkeys(mount.resolve() for mount in mounts):
            for group in groups:
                yield mount / group.relative_to("/")


def _read_or_none(path: Path) -> str | None:
    """
    Return the text of a file, ``None`` where it is not there or may not be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:  # another version of control groups, or none
        return None
