"""
What repetitions of one cell come to: as one longer window, and never a vote.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import made

from loadtest.analysis.decisions.late_workflow_tasks import judge_share
from loadtest.analysis.decisions.slo import judge_count
from loadtest.plan import Slo
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SloAnswer
from loadtest.results.window_decision import Decided, Decision

PLAN = synthetic_steps.demo_plan()
MET, MISSED, UNDECIDED = SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNDECIDED


@pytest.mark.parametrize(
    ("failed", "answer"),
    [
        pytest.param((0,), UNDECIDED, id="one window is too short"),
        pytest.param((0, 0, 0), MET, id="three are long enough"),
        pytest.param((4, 0, 0, 0, 0, 0), UNDECIDED, id="one of six is no vote"),
        pytest.param((4, 5, 4), MISSED, id="all of them fail some"),
    ],
)
def test_failed_orders_of_repetitions_are_added(
    failed: tuple[int, ...], answer: SloAnswer, template: StepResult
) -> None:
    """
    No failure in 54 orders says nothing of 2 %, none in 162 does; 4 of 54 alone miss it, 4 of 324 do not.
    """
    steps = [
        made(template, repetition=number, failed=each, finished=54) for number, each in enumerate(failed, 1)
    ]

    assert judge_count(steps, Slo(error_ratio=0.02)).answer is answer


def test_late_workflow_tasks_of_repetitions_are_added(template: StepResult) -> None:
    """
    None late of 120, three together, is undecided; of 360 it is met, and one repetition with many is no miss of all.
    """

    def of(*late: float) -> SloAnswer:
        shares = [judge_share(each, 120, 20.0, 3.0) for each in late]
        return judge_count(
            [
                replace(made(template, repetition=number), workflow_decision=share)
                for number, share in enumerate(shares, 1)
            ],
            PLAN.slo,
        ).answer

    assert of(0) is UNDECIDED
    assert of(0, 0, 0) is MET
    assert of(20) is MISSED
    assert of(20, 0, 0, 0) is UNDECIDED


def test_workflow_tasks_that_nobody_could_count_stay_undecided(template: StepResult) -> None:
    """
    What a repetition's buckets do not tell is not made up from the others.
    """
    unknown = Decision(Decided.UNDECIDED, 20.0, 0.0, 0.0, 0.0, "the bound cuts a wide bucket", ())
    steps = [made(template, repetition=1), replace(made(template, repetition=2), workflow_decision=unknown)]

    judgement = judge_count(steps, PLAN.slo)

    assert judgement.answer is UNDECIDED
    assert "the bound cuts a wide bucket" in judgement.why[0]


def test_a_repetition_that_is_not_decided_is_not_hidden_by_the_first(template: StepResult) -> None:
    """
    Without activities in the queue there are no late tasks to add: one repetition that saw other queues leaves it open.
    """
    empty = Decision(
        Decided.MET, 20.0, 0.0, 0.0, 0.0, "as its workflows have no activities that could wait", ()
    )
    elsewhere = replace(empty, answer=Decided.UNDECIDED, why="its activities wait in other task queues")
    steps = [
        replace(made(template, repetition=number), decision=decision)
        for number, decision in enumerate((empty, elsewhere), 1)
    ]

    judgements = [judge_count(each, PLAN.slo) for each in (steps, steps[::-1], steps[:1])]

    assert [each.answer for each in judgements] == [UNDECIDED, UNDECIDED, MET]
    assert all("other task queues" in each.why[0] for each in judgements[:2])
