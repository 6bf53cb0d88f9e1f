"""
What to do where a goal is missed by orders that fail.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic_steps
from changed_results import errors_of

from loadtest.analysis import analyse
from loadtest.report.deployment_text import deployment_sentences
from loadtest.results.sweep_result import Judgement, SloAnswer


def test_orders_that_fail_are_not_told_to_want_more_replicas() -> None:
    """Code that breaks does so with any number of them."""
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    errors = errors_of(29, 50)
    steps = tuple(replace(step, errors=errors) if step.load.kind == "open" else step for step in sweep.steps)
    failing = Judgement(SloAnswer.MISSED, ("0 % of the orders may fail: 29 of 50 did",))
    late = Judgement(SloAnswer.MISSED, ("too many waited", *failing.why))

    def told(judgement: Judgement) -> str:
        demand = replace(
            sweep.demand,
            replicas=None,
            enough=(),
            not_enough=(1,),
            undecided=(),
            by_replicas={"1": judgement},
        )
        return deployment_sentences(replace(sweep, steps=steps), demand)[0]

    assert told(failing).endswith(
        "29 of 50 did. Mend what fails them, which is named below a step; more replicas, or a lower rate, help only where the "
        "load makes orders fail."
    )
    assert told(late).endswith("A sweep of more replicas, or at a lower rate, may find a count that does.")
