"""
A Prometheus on this machine ends with the process that started it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from prometheus_programs import needs

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

# Starts one, says its process id, and is killed.
STARTS = """
import os, signal, sys
from pathlib import Path
from dashboards.local_prometheus import LocalPrometheus
with LocalPrometheus(Path(sys.argv[1])):
    sys.stdout.write("ready\\n")
    sys.stdout.flush()
    signal.pause()
"""


def test_it_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """
    SIGKILL runs nothing in the parent, and one that stayed would keep its port and its memory.
    """
    needs("prometheus")
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    (prometheus,) = (child for child in psutil.Process(parent.pid).children() if child.name() == "prometheus")

    try:
        parent.kill()
        parent.communicate()

        while prometheus.is_running() and prometheus.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            prometheus.kill()
