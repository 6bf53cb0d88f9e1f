"""
The one place where a process of the kit is bound to its parent's life, and where it ends.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from typing import NoReturn

# Threads of the SDK that still answer their last call crash an interpreter that shuts down: 16 of 40 processes crashed
# that ended within this time of their last call, and none that waited it out.
SETTLE_SECONDS = 0.3
PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0
# Loaded here: between fork and exec nothing may be looked up.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def leave(code: int) -> NoReturn:
    """
    Flush all output and end the process without shutting the interpreter down.
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
    End at once on SIGTERM and SIGINT, until other handlers are installed.

    A container's first process ignores a signal without a handler, so that its end would be waited for until it is
    killed.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: end_at_once(128 + number))


def die_with_parent() -> None:
    """
    Make this process end when its parent ends, so that no process is left behind.

    On Linux the kernel kills it. Elsewhere a thread checks every second whether the parent still exists; that thread
    does not survive an ``exec``.

    Raises:
        OSError: The kernel refused.
    """
    parent = os.getppid()
    if _LIBC is None:
        threading.Thread(target=_end_after, args=(parent,), name="parent", daemon=True).start()
        return
    if _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "PR_SET_PDEATHSIG was refused")
    if os.getppid() != parent:
        # The parent ended before the kernel was asked, so the signal will never come.
        os._exit(1)


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    end_at_once(1)
