"""
A workflow that reaches for the world, which no workflow may.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from temporalio import workflow

FORBIDDEN: dict[str, Callable[[], object]] = {
    "time.time": lambda: time.time(),
    "time.sleep": lambda: time.sleep(0),
    "random.random": lambda: random.random(),
    "uuid.uuid4": lambda: uuid.uuid4(),
    "os.getpid": lambda: os.getpid(),
    "os.environ": lambda: os.environ.get("HOME"),
    "threading.Thread": lambda: threading.Thread(),
    "__builtins__.open": lambda: open("/dev/null"),  # noqa: PTH123, SIM115 - it is what is refused
    "pathlib.Path.exists": lambda: Path("/dev/null").exists(),
}


@workflow.defn
class Reaches:
    """
    Reaches for what it is told to.
    """

    @workflow.run
    async def run(self, what: str) -> str:
        """
        Reach for it.
        """
        return str(FORBIDDEN[what]())
