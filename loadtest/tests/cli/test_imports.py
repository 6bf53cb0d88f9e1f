"""
What the program loads before it knows what it is asked for.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

# Each takes tenths of a second of CPU to import; a `--help` or a refused flag needs none of them.
HEAVY = ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio", "locust", "gevent", "jinja2", "psutil")


def test_the_verbs_and_their_help_load_nothing_that_measures() -> None:
    """Looked at in the modules of a fresh process, since time depends on the machine."""
    program = (
        "import sys; from loadtest.cli.app import run; code = run(['sweep', '--help']); "
        f"print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules]); sys.exit(code)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded:"
