"""
The one place where a process of ours ends.

An interpreter that holds the Temporal SDK's threads may crash while it is torn down (1 of 8 times), after all work is
done, and a verdict by exit code would lie.  So: do what libraries have left for the end, such as removing their temporary
files, flush, let the threads leave, and end at once.
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
    End this process with an exit code, which no signal changes any more.
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
