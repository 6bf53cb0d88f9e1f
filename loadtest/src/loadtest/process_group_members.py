"""
The processes of one process group, and which of them to ask to end.

Where a launcher tells its worker itself, the kit must not signal both: the second SIGTERM ends a Node worker at once,
in the middle of its work.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_CAUGHT = re.compile(r"^SigCgt:\s*([0-9a-f]+)$", re.M)


@dataclass(frozen=True, slots=True)
class GroupMember:
    """
    One process that has not ended.

    Attributes:
        pid: Process id.
        parent: Process id of its parent: the process that started it, or the one that adopted it.
        handles_sigterm: Whether it has a handler for SIGTERM.
    """

    pid: int
    parent: int
    handles_sigterm: bool


def to_be_asked(
    members: Sequence[GroupMember], asked: Mapping[int, bool], *, trusts_launchers: bool = True
) -> list[GroupMember]:
    """
    Return the processes that get SIGTERM now.

    A program that handles SIGTERM also ends what it started: ``npm``, ``uv`` and ``mvn`` pass the signal on, a worker
    lets its pool of processes finish. A shell script and ``go run`` do not, so the processes that they started are
    asked beside or after them.

    Args:
        members: Present members of the group.
        asked: Process ids of those that were asked, and whether they handled the signal at that time.
        trusts_launchers: False once launchers have had their time to pass it on.
    """
    by_pid = {member.pid: member for member in members}
    return [
        member
        for member in members
        if member.pid not in asked
        and not (
            trusts_launchers
            and any(asked.get(above.pid, above.handles_sigterm) for above in _ancestors(member, by_pid))
        )
    ]


def _ancestors(member: GroupMember, by_pid: Mapping[int, GroupMember]) -> Iterator[GroupMember]:
    above = by_pid.get(member.parent)
    while above is not None:
        yield above
        above = by_pid.get(above.parent)


def processes_of(group: int) -> list[psutil.Process]:
    """
    Return a group's processes that have not ended; without those that have ended and that no parent waits for.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):  # it ended meanwhile
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def group_sizes() -> Mapping[int, int]:
    """
    Return the number of processes of each process group of this machine, those among them that nobody has waited for.
    """
    sizes = Counter[int]()
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended meanwhile, or is hidden
            sizes[os.getpgid(pid)] += 1
    return sizes


def members_of(group: int) -> list[GroupMember]:
    """
    Return the members of a group.
    """
    members = []
    for process in processes_of(group):
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
            members.append(GroupMember(process.pid, process.ppid(), _handles_sigterm(process.pid)))
    return members


def _handles_sigterm(pid: int) -> bool:
    """
    Tell whether a process has a handler for SIGTERM; only Linux tells this, elsewhere the answer is no.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    caught = _CAUGHT.search(status)
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)
