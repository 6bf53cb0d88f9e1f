"""
What a process loads before it knows what it is asked for.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

# Each takes tenths of a second of CPU to import, in every process that need not have it.
PROCESSES = {
    "a verb's help": (
        "from loadtest.cli.app import run; run(['sweep', '--help'])",
        ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio", "locust", "gevent", "jinja2", "psutil"),
    ),
    "a run on this machine": (
        "import loadtest.cli.run_start",
        ("scipy.stats", "matplotlib.pyplot", "kubernetes", "locust", "gevent", "opentelemetry"),
    ),
    "an injector": (
        "import loadtest.injector.locustfile",
        ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio.worker", "opentelemetry"),
    ),
    "a worker": ("import repairshop.__main__", ("opentelemetry", "psycopg")),
    "a verb of the shop": ("import repairshop.cli", ("temporalio.worker", "opentelemetry", "psycopg")),
}


@pytest.mark.parametrize(("begin", "heavy"), PROCESSES.values(), ids=PROCESSES)
def test_nothing_heavy_is_loaded_that_is_not_asked_for(begin: str, heavy: tuple[str, ...]) -> None:
    """Looked at in the modules of a fresh process, since time depends on the machine."""
    program = f"import sys; {begin}; print('loaded:', *[name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"
