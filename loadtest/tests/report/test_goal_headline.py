"""
What a run without a rate that all counts share says of the goal.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.report.headlines import headlines
from loadtest.results.sweep_result import RunVerdict


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (RunVerdict.UNDECIDED, "Whether the goal is kept is not known: "),
        (RunVerdict.FAIL, "The goal is missed: "),
    ],
)
def test_a_run_without_a_common_rate_says_first_what_became_of_the_goal(
    verdict: RunVerdict, told: str
) -> None:
    """
    As of loads that are shares of each count's own capacity; a run that keeps the goal says so by its verdict.
    """
    reasons = ("replicas=1 load=fraction: 5 % may wait longer", "replicas=2 load=fraction: the same")
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    run = replace(sweep, demands=(), verdict=verdict, reasons=reasons)

    assert headlines(run)[0] == f"{told}{reasons[0]} (1 more reason below)."
    assert not headlines(replace(run, verdict=RunVerdict.PASS))[0].startswith(told)
