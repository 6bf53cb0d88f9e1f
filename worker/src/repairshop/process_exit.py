"""
The one place where a process of the kit is bound to its parent's life, and where it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType
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
    Do what libraries have left for the exit, flush all output, and end the process without shutting the interpreter
    down.
    """
    # The interpreter is whole while they run, so no thread of the SDK is in danger.
    atexit._run_exitfuncs()
    if "temporalio" in sys.modules:
        time.sleep(SETTLE_SECONDS)
    end_at_once(code)


def end_at_once(code: int) -> NoReturn:
    """
    Flush and end, whatever still runs.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(
            OSError
        ):  # its reader has left or its disk is full: nobody is there to be told
            stream.flush()
    os._exit(code)


def interrupt_on_signals() -> None:
    """
    Take SIGTERM and the end of the terminal for Ctrl-C, so that a program of verbs ends in order whatever ends it.

    By themselves they would leave behind what is there for the process alone: temporary files, a server of its own.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # `nohup` asks to go on without a terminal
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(_number: int, frame: FrameType | None) -> None:
    as_ctrl_c = signal.getsignal(signal.SIGINT)
    if callable(as_ctrl_c):
        as_ctrl_c(
            signal.SIGINT, frame
        )  # of an event loop that runs: it cancels, where an exception may come amiss
    else:
        raise KeyboardInterrupt


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
