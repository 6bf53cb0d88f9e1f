"""
Refuses to start a process while a test runs; ``make check`` loads it with ``-p no_processes``.

A test that needs one carries the mark ``process`` (or ``server``, ``sweep``, ``browser``), and ``make test`` runs it.
"""

from __future__ import annotations

import sys

import pytest

_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"})
_running: list[str] = []


class ProcessStartedError(BaseException):
    """
    A test of the quick loop started a process; no ``except Exception`` of the product hides it.
    """


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if _running and event in _STARTS:
        raise ProcessStartedError(
            f"{event}{arguments[:2]}: {_running[-1]} starts a process; mark it with @pytest.mark.process"
        )


def pytest_configure(config: pytest.Config) -> None:
    """
    Listens from now on; an audit hook stays until Python ends.
    """
    sys.addaudithook(_refuse)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> object:
    """
    Watches a test with its fixtures, and not what pytest does between tests.
    """
    _running.append(item.nodeid)
    try:
        return (yield)
    finally:
        _running.pop()
