"""
The frontend of the cluster's Temporal, reached from this machine.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from kit_commands import CONTEXT, KUBECONFIG


@contextmanager
def frontend() -> Iterator[str]:
    """
    The server's frontend, forwarded to this machine.
    """
    command = ["kubectl", "--kubeconfig", str(KUBECONFIG), "--context", CONTEXT, "--namespace", "temporal"]
    process = subprocess.Popen(
        [*command, "port-forward", "service/temporal-frontend", ":7233"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        port = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert port is not None, f"kubectl port-forward said {line!r}"
        yield f"127.0.0.1:{port[1]}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
