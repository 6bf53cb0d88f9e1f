"""
The one place where a process of the kit ends.

An interpreter that holds the Temporal SDK's threads may crash while it exits (1 of 8 times), after all work is done;
the exit code would then tell a wrong verdict. So this does what libraries have left for the exit, such as removing
their temporary files, flushes, lets the threads leave, and ends the process at once.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time

INTERRUPTED = 130
_QUIESCE_SECONDS = 0.3


def end(code: int) -> None:
    """
    End this process with an exit code that no later signal changes.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # The interpreter is whole while they run, so no thread of the SDK is in danger.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    if "temporalio" in sys.modules:
        time.sleep(_QUIESCE_SECONDS)
    os._exit(code)
