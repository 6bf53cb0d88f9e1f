"""
Holds a run's folder for the one process that measures it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
from collections.abc import Iterator
from typing import BinaryIO

from loadtest.errors import InputError
from loadtest.results.run_folder import Run

# Some network file systems have no locks; two sweeps of one run cannot be detected there.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


@contextlib.contextmanager
def held_run(run: Run) -> Iterator[None]:
    """
    Hold a run until the body ends, or until this process ends in any way.

    Otherwise two processes would measure on one machine at once, and each would use the other's steps as its own.

    Raises:
        InputError: Another process measures the run, or its folder cannot be written.
    """
    try:
        log = run.log_path.open("ab")
    except OSError as error:
        raise InputError(
            f"{run.path}: cannot be written: {error.strerror or error}; make it writable, or copy the run elsewhere"
        ) from None
    with log:
        _lock(run, log, fcntl.LOCK_EX)
        yield


def demand_not_measured(run: Run) -> None:
    """
    Refuse to touch the workflows of a run that another process measures; nothing is written.

    Raises:
        InputError: Another process measures the run.
    """
    with contextlib.suppress(FileNotFoundError), run.log_path.open("rb") as log:
        _lock(run, log, fcntl.LOCK_SH)


def _lock(run: Run, log: BinaryIO, kind: int) -> None:
    try:
        fcntl.flock(log, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            f"{run.path}: another process measures this run; wait until it has ended, or end it first"
        ) from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
