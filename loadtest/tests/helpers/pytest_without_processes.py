"""
Leaves out the tests that start a process, and refuses to start one while another runs; ``make check`` loads it with
``-p pytest_without_processes``.

A test that needs one carries one of the marks below, and ``make test`` runs it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

LEFT_OUT = ("process", "server", "sweep", "browser", "e2e")
# A module of which every test has such a mark need not be imported to know it.
_WHOLE_MODULE = re.compile(rf"^pytestmark = .*\bpytest\.mark\.(?:{'|'.join(LEFT_OUT)})\b", re.MULTILINE)
_STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec"})
_running: list[str] = []  # the test whose fixtures and body run now


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if _running and event in _STARTS:
        # No ``except Exception`` of the product hides it, as pytest's outcomes are none.
        pytest.fail(f"{event}{arguments[:2]}: a process was started; mark the test with @pytest.mark.process")


def pytest_configure(config: pytest.Config) -> None:
    """
    Chooses the tests, and listens from now on; an audit hook stays until Python ends.
    """
    chosen = f"not ({' or '.join(LEFT_OUT)})"
    given = config.option.markexpr
    config.option.markexpr = f"({given}) and {chosen}" if given else chosen
    sys.addaudithook(_refuse)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """
    Leaves a module out that says by its ``pytestmark`` that all of it is left out.
    """
    if collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    return True if _WHOLE_MODULE.search(collection_path.read_text(encoding="utf-8")) else None


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
