"""
Which errors are this machine's and no defect: it has no room, descriptors, rights, memory or processes left to give.
"""

from __future__ import annotations

import errno

# Room, descriptors, memory, rights, a disk that fails; any other error of the system is a defect of the program.
_OF_MACHINE = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS),
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
        *(errno.EACCES, errno.EPERM),
    }
)
# Python's own words where TMPDIR and every other place is missing or full.
_NO_TEMPORARY = "No usable temporary directory"


def is_panic(error: BaseException) -> bool:
    """
    Tell whether an error is a panic of the SDK's core, which is no ``Exception``.
    """
    return type(error).__name__ == "PanicException"


def machine_error(error: BaseException) -> str | None:
    """
    Say what this machine refuses, ``None`` of an error that is not the machine's own.
    """
    if isinstance(error, OSError) and (error.errno in _OF_MACHINE or _NO_TEMPORARY in str(error)):
        return f"this machine refuses what `loadtest` needs: {error}"
    if isinstance(error, MemoryError):
        return "this machine refuses what `loadtest` needs: memory; end other programs, or raise the limit (`ulimit -v`)"
    of_python = isinstance(error, RuntimeError) and "start new thread" in str(error)
    if of_python or (is_panic(error) and "spawn worker thread" in str(error)):
        return "this machine refuses what `loadtest` needs: a thread; end other programs, or raise the limits (`ulimit -u`, `ulimit -v`)"
    return None
