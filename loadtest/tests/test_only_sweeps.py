"""
How ``make pytest`` hands the tests of judged sweeps out to its workers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import only_sweeps
import pytest
from tracked_files import ROOT

TESTS = ["a::1", "a::2", "b::1", "b::2", "c::1", "d::1", "e::1"]


@dataclass(eq=False)
class Node:
    """
    A worker of xdist that notes what it gets.
    """

    got: list[str] = field(default_factory=list)
    shutting_down: bool = False
    gateway: Any = field(default_factory=lambda: SimpleNamespace(id="worker"))

    def send_runtest_some(self, indices: list[int]) -> None:
        self.got += [TESTS[index] for index in indices]

    def shutdown(self) -> None:
        self.shutting_down = True


def test_a_worker_has_one_module_in_store() -> None:
    """It must know the test after the one that it runs; a module more would be missing where a worker is idle."""
    option = SimpleNamespace(loadscopereorder=False)
    config: Any = SimpleNamespace(option=option, getvalue=lambda _: ["popen", "popen"])
    scheduler = only_sweeps.pytest_xdist_make_scheduler(config, None)  # type: ignore[arg-type]
    first, second = nodes = [Node(), Node()]
    for node in nodes:
        scheduler.add_node(node)  # type: ignore[arg-type]
        scheduler.add_node_collection(node, TESTS)  # type: ignore[arg-type]

    scheduler.schedule()
    begun = [list(node.got) for node in nodes]
    for test in ("a::1", "a::2"):
        scheduler.mark_test_complete(first, TESTS.index(test))  # type: ignore[arg-type]

    assert begun == [["a::1", "a::2"], ["b::1", "b::2"]]
    assert first.got == ["a::1", "a::2", "c::1", "d::1"]
    assert second.got == ["b::1", "b::2"]


@pytest.mark.parametrize("module", only_sweeps.FIRST)
def test_what_comes_first_is_judged(module: str) -> None:
    """Each name is that of a module with a judged sweep."""
    (path,) = ROOT.glob(f"*/tests/**/{module}.py")

    assert only_sweeps.pytest_ignore_collect(path) is None
