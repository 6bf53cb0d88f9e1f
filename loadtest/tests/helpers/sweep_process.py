"""
A sweep that runs as a process of its own while a test reads what it tells.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def running_sweep(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """
    Begin ``loadtest sweep`` into the folder's ``results``; whatever is left of it in the end is killed.
    """
    command = [str(Path(sys.executable).parent / "loadtest"), "sweep", *arguments]
    with (folder / "stderr.txt").open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [*command, "--output", str(folder / "results"), "--progress", "json"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_for(process: subprocess.Popen[str], event: str, **fields: str) -> dict[str, Any]:
    """
    Return the next event of a name, and with such fields if some are given.

    Raises:
        AssertionError: The sweep ended without it.
    """
    assert process.stdout is not None
    for line in process.stdout:
        document: dict[str, Any] = json.loads(line)
        if document["event"] == event and fields.items() <= document.items():
            return document
    said = Path(process.args[process.args.index("--output") + 1]).with_name("stderr.txt")  # type: ignore[index,union-attr,arg-type]
    raise AssertionError(f"the sweep ended without {event}:\n{said.read_text(encoding='utf-8')}")
