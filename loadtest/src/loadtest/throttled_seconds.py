"""
For how long a container's CPU limit has held its processes back.
"""

from __future__ import annotations

from pathlib import Path

from loadtest.control_groups import CGROUPS, control_groups, read_or_none

# What the second and the first version of control groups call it, and how many of its units a second has.
_THROTTLED = {"throttled_usec": 1e6, "throttled_time": 1e9}


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
        for group in dict.fromkeys(control_groups(own, cgroups))
        for line in (read_or_none(group / "cpu.stat") or "").splitlines()
        for name, _, value in (line.partition(" "),)
        if name in _THROTTLED
    ]
    return sum(told) if told else None
