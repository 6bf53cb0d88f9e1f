"""
Of how many workflows the histories are read after a step.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtest.injector.injector import _report
from loadtest.injector.locust_process_use import CpuUse
from loadtest.injector.merge import merge
from loadtest.injector.tally import Bounds, Tally

ONE = _report(Tally(Bounds(0.0, 10.0)), 0, open_at_end=0, drain_seconds=0.5, cpu=CpuUse(0.25, None))


@pytest.mark.parametrize(("injectors", "read"), [(1, 40), (2, 40), (20, 62)])
def test_as_many_are_read_however_many_injectors_there_are(injectors: int, read: int) -> None:
    """Those of twenty were 800, of every one of them 500 activities with orders of so many."""
    reports = {
        f"injector-{index}": replace(
            ONE, sampled_workflow_ids=tuple(f"{index}-{number}" for number in range(40))
        )
        for index in range(injectors)
    }

    sampled = merge(reports, {}, None, 0.0, 0).sampled_workflow_ids

    assert len(sampled) == read
    assert {name.partition("-")[0] for name in sampled} == {str(index) for index in range(injectors)}
