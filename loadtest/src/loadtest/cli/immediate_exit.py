"""
How the ``loadtest`` program ends its process.
"""

from __future__ import annotations

import signal
from typing import NoReturn

from repairshop.process_exit import leave

INTERRUPTED = 130


def end(code: int) -> NoReturn:
    """
    End this process with an exit code that no later signal changes, without shutting the interpreter down.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    leave(code)
