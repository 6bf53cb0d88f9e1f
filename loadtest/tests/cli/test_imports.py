"""
What a process loads before it knows what it is asked for.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

# Each takes tenths of a second of CPU to import, in every process that need not have it.
HEAVY = ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio", "locust", "gevent", "jinja2", "psutil")
# What one process begins one after the other, and what is not loaded after each: what an earlier one had loaded, a later one
# would show too.
PROCESSES = {
    "a verb's help, then a run on this machine": (
        ("from loadtest.cli.app import run; run(['sweep', '--help'])", HEAVY),
        (
            "import loadtest.cli.run_start",
            ("scipy.stats", "matplotlib.pyplot", "kubernetes", "locust", "gevent", "opentelemetry"),
        ),
    ),
    "a sweep's master, then an injector": (
        (
            "import loadtest.injector.master_locustfile",
            ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio", "repairshop", "prometheus_client"),
        ),
        (
            "import loadtest.injector.locustfile",
            ("scipy", "matplotlib", "numpy", "kubernetes", "temporalio.worker", "opentelemetry"),
        ),
    ),
    "a verb of the shop, then a worker": (
        ("import repairshop.cli", ("temporalio.worker", "opentelemetry", "psycopg")),
        ("import repairshop.__main__", ("opentelemetry", "psycopg")),
    ),
}


@pytest.mark.parametrize("begun", PROCESSES.values(), ids=PROCESSES)
def test_nothing_heavy_is_loaded_that_is_not_asked_for(
    begun: tuple[tuple[str, tuple[str, ...]], ...],
) -> None:
    """Looked at in the modules of a fresh process, since time depends on the machine."""
    looks = (
        f"{begin}; print('loaded:', *[name for name in {heavy!r} if name in sys.modules])"
        for begin, heavy in begun
    )

    done = subprocess.run(
        [sys.executable, "-c", "\n".join(("import sys", *looks))], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stderr
    loaded = [line for line in done.stdout.splitlines() if line.startswith("loaded:")]
    assert loaded == ["loaded:"] * len(begun)


PLAN = str(Path(__file__).parents[2] / "plans" / "smoke.toml")
REFUSED = (
    ["report", "no-such-run"],
    ["size", "no-such-run", "--rate", "1"],
    ["clean", "no-such-run"],
    ["compare", "no-such-run", "no-such-run"],
    ["sweep", "--resume", "no-such-run"],
    ["capacity", "--resume", "no-such-run"],
    ["submit", "no-such-plan.toml"],
    ["submit", PLAN, "--rate", "-1"],
    *([verb, PLAN, "--scenario", "no-such-scenario"] for verb in ("sweep", "capacity", "limits")),
    [
        "compare",
        PLAN,
        "--scenario",
        "./no-such-file.py",
        "--a",
        "worker.sandbox=true",
        "--b",
        "worker.sandbox=false",
    ],
)


def test_what_does_not_exist_is_refused_before_anything_heavy_is_loaded() -> None:
    """
    One process for all of them: what one had loaded, those after it would show too.
    """
    program = (
        f"import sys; from loadtest.cli.app import run; codes = [run(given) for given in {REFUSED!r}]; "
        f"print(codes, *[name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)

    assert done.stdout.strip() == str([2] * len(REFUSED)), done.stderr
