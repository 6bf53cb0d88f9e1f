"""
What every test of the project stands on: how hypothesis runs, a Ctrl-C that reaches what a test starts, and its end.
"""

import contextlib
import gc
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# What is imported and collected stays to the end: looking it through for garbage all the while finds none.
gc.disable()

# A program that is started between two calls of gRPC must not find its locks held: it needs nothing of it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# Servers, helm, kubectl and Prometheus live for minutes at most: a tenth of the CPU of a Temporal server collects garbage.
os.environ.setdefault("GOGC", "400")

# How long an example takes is a property of the machine's load, not of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell ignores SIGINT in what it starts with `&`, and a child inherits that: then no program under test could be
# interrupted, whatever it does about it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def begun_on_a_terminal() -> Iterator[None]:
    """
    A test that closes its terminal: whoever runs the tests by ``nohup`` hands its answer to that on to them.
    """
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """
    Takes what was imported and collected out of the garbage collector's sight, and lets it work from now on.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """
    Lets the SDK's threads leave Python where there are any: an interpreter that ends right after its last RPC may crash.
    """
    threads = Path("/proc/self/task")
    if not threads.is_dir() or any("tokio" in _name(thread) for thread in threads.iterdir()):
        time.sleep(0.5)


def _name(thread: Path) -> str:
    with contextlib.suppress(OSError):  # it has just ended
        return (thread / "comm").read_text()
    return ""
