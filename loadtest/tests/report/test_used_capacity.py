"""
How much of its capacity the count to deploy uses.
"""

from __future__ import annotations

from dataclasses import replace

from loadtest.report.deployment_text import deployment_sentences
from loadtest.results.sweep_result import SweepResult


def test_how_much_of_its_capacity_a_count_uses_is_told_only_where_it_is_known(sweep: SweepResult) -> None:
    """The fewest replicas are no advice with a margin; a spike's lowest rate would be told in place of its highest."""
    unknown = tuple(replace(step, utilization_ratio=None) for step in sweep.steps)
    shaped = tuple(
        replace(step, load=replace(step.load, shape=replace(step.load.shape, kind="spike")))
        if step.load.shape is not None
        else step
        for step in sweep.steps
    )

    assert " at 41 % of their capacity;" in deployment_sentences(sweep, sweep.demand)[0]
    for steps in (unknown, shaped):
        assert "capacity" not in deployment_sentences(replace(sweep, steps=steps), sweep.demand)[0]
