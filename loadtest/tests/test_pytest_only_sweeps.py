"""
How ``make pytest`` hands the tests of judged sweeps out to its workers.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest_only_sweeps

TESTS = ["a::1", "a::2", "b::1", "b::2", "c::1", "d::1", "e::1"]


def _got(node: Mock) -> list[str]:
    """
    Return what a worker of xdist was told to run.
    """
    return [TESTS[index] for call in node.send_runtest_some.call_args_list for index in call.args[0]]


def test_a_worker_has_one_module_in_store() -> None:
    """It must know the test after the one that it runs; a module more would be missing where a worker is idle."""
    option = SimpleNamespace(loadscopereorder=False)
    config: Any = SimpleNamespace(option=option, getvalue=lambda _: ["popen", "popen"])
    scheduler = pytest_only_sweeps.pytest_xdist_make_scheduler(config, None)  # type: ignore[arg-type]
    first, second = nodes = [Mock(shutting_down=False), Mock(shutting_down=False)]
    for node in nodes:
        scheduler.add_node(node)
        scheduler.add_node_collection(node, TESTS)

    scheduler.schedule()
    begun = [_got(node) for node in nodes]
    for test in ("a::1", "a::2"):
        scheduler.mark_test_complete(first, TESTS.index(test))

    assert begun == [["a::1", "a::2"], ["b::1", "b::2"]]
    assert _got(first) == ["a::1", "a::2", "c::1", "d::1"]
    assert _got(second) == ["b::1", "b::2"]
