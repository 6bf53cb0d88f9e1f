"""
What an invalid run says first.
"""

from __future__ import annotations

import warnings
from dataclasses import replace

import synthetic_steps

from loadtest.analysis import analyse
from loadtest.report.headlines import headlines
from loadtest.report.scaling_plots import scaling_plot
from loadtest.results.step_result import StepVerdict
from loadtest.results.sweep_result import RunVerdict


def test_an_invalid_run_names_no_step_that_a_later_attempt_made_good() -> None:
    """
    What was measured again is told beside its answer; the headline is for what is still missing.
    """
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
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


def test_a_plot_without_a_valid_step_is_drawn_without_a_word() -> None:
    """
    The plotting library's own warning is nothing that a user could mend.
    """
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    invalid = replace(
        sweep,
        steps=tuple(
            replace(
                step,
                verdict=StepVerdict.INVALID,
                throughput_per_second=replace(step.throughput_per_second, value=None),
            )
            for step in sweep.steps
        ),
        scaling=replace(sweep.scaling, throughput_per_second={}, usl=None),
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaling_plot(invalid)
