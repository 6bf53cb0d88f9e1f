"""
The control groups of a process, in which Linux keeps what its container may use.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def control_groups(own: str | None = None, cgroups: Path = CGROUPS) -> Iterable[Path]:
    """
    Give each group of CPU time that this process is in, and those above it.

    Args:
        own: What the kernel says of this process's control groups; by default what it says now.
        cgroups: Where they are mounted, of either version.
    """
    for line in (read_or_none(_OWN) or "" if own is None else own).splitlines():
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


def read_or_none(path: Path) -> str | None:
    """
    Return the text of a file, ``None`` where it is not there or may not be read.
    """
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:  # another version of control groups, or none
        return None
