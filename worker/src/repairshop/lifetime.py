"""
The one place where a process of ours begins to depend on its parent and where it ends.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from typing import NoReturn

# Threads of the SDK that still answer their last call crash an interpreter that is torn down under them:
# 16 of 40 processes that ended within this time of their last call did, none that waited it out.
SETTLE_SECONDS = 0.3
PR_SET_PDEATHSIG = 1


def leave(code: int) -> NoReturn:
    """
    Flush what was written and end the process without tearing the interpreter down.
    """
    time.sleep(SETTLE_SECONDS)
    end_at_once(code)


def end_at_once(code: int) -> NoReturn:
    """
    Flush and end, whatever still runs.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def end_on_signals() -> None:
    """
    End at once on SIGTERM and SIGINT, until somebody else answers to them.

    A container's first process ignores a signal that has no handler, and would be waited for until it is killed.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: end_at_once(128 + number))


def die_with_parent() -> None:
    """
    Have the kernel kill this process when its parent ends, so that nothing is left behind.

    Raises:
        OSError: The kernel refused.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_PDEATHSIG was refused")
