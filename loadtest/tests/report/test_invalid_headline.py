"""
What an invalid run says first.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic

from loadtest.analysis import analyse
from loadtest.report.headlines import headlines
from loadtest.results.step_result import StepVerdict
from loadtest.results.sweep_result import RunVerdict


def test_an_invalid_run_names_no_step_that_a_later_attempt_made_good() -> None:
    """
    What was measured again is told beside its answer; the headline is for what is still missing.
    """
    sweep = analyse(synthetic.steps(), synthetic.demo_plan(), synthetic.manifest())
    first, *others = sweep.steps
    disturbed = replace(first, verdict=StepVerdict.INVALID, reasons=("disturbed: the host took a core",))
    broken = replace(others[-1], verdict=StepVerdict.INVALID, reasons=("a replica vanished",))
    run = replace(
        sweep,
        verdict=RunVerdict.INVALID,
        steps=(disturbed, replace(first, attempt=2), *others[:-1], broken),
    )

    sentence = headlines(run)[0]

    assert sentence == f"This run is invalid: {broken.name}: a replica vanished."
