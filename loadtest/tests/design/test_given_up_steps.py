"""
Invalid steps that are not made again: closed ones on which no answer rests, on a machine that the system itself fills,
and those of which no workflow ended.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from changed_steps import Change, closes, filled, injector, not_level, whole
from synthetic_steps import demo_plan, step

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.capacity import Capacity
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.design.step_attempts import why_not_repeated
from loadtest.experiment.step_line import step_line
from loadtest.plan import Plan
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.question import CapacityQuestion
from loadtest.results.step_key import StepKey, step_keys
from loadtest.results.step_result import StepVerdict

PLAN = demo_plan(replicas=(1, 2, 4))
SILENT = Problem(ProblemCause.REPLICA_SILENT, "replica worker-1 asked for nothing", "worker-1")


def _kept(key: StepKey, plan: Plan, full: tuple[int, ...]) -> KeptStep:
    measured = replace(step(key.replicas, key.kind, key.repetition, plan), key=key)
    if key.kind == "saturate" and key.replicas in full:
        measured = filled(not_level(measured))
    return KeptStep(measured, read_step(measured, plan))


def _carried_out(plan: Plan, full: tuple[int, ...]) -> tuple[list[KeptStep], Answer]:
    design, kept = Grid(plan), list[KeptStep]()
    while isinstance(asked := design.next(kept), NextStep):
        kept.append(_kept(asked.key, plan, full))
    return kept, asked


def test_a_closed_step_is_given_up_after_its_first_attempt() -> None:
    """The open load of its count follows, and the sweep ends as any other."""
    kept, answer = _carried_out(PLAN, (4,))

    assert [each.key for each in kept] == step_keys(PLAN)
    assert [each.key.folder for each in kept if not each.result.is_usable] == ["4-saturate-1"]
    assert answer.why == "every cell of the plan was measured"


def test_the_count_that_gives_the_rate_gets_its_second_attempt() -> None:
    """Without it there is no rate to measure at."""
    design = Grid(PLAN)
    first = _kept(step_keys(PLAN)[0], PLAN, (1,))

    asked = design.next([first])

    assert isinstance(asked, NextStep)
    assert asked.key.folder == "1-saturate-1-again1"


def test_a_search_for_a_capacity_measures_it_again() -> None:
    """It rests on the closed load of each count."""
    plan = demo_plan(replicas=(4,))
    first = _kept(StepKey(4, 0, "saturate", 1), plan, (4,))

    asked = Capacity(plan, CapacityQuestion(0, 1, 3)).next([first])

    assert isinstance(asked, NextStep)
    assert asked.key.folder == "4-saturate-1-again1"


@pytest.mark.parametrize(
    ("change", "attempts"),
    [
        pytest.param(lambda step: step, 1, id="none-would-end-again"),
        pytest.param(lambda step: replace(step, problems=(SILENT,)), 2, id="a-replica-was-silent"),
        pytest.param(whole(completed=1), 2, id="one-ended"),
    ],
)
def test_a_step_of_which_no_workflow_ended_is_made_once(change: Change, attempts: int) -> None:
    """An order that takes longer than the drain does so again, and each attempt takes minutes."""
    plan = demo_plan(replicas=(1,))
    measured = change(injector(open_at_end=8)(whole(completed=0)(step(1, "saturate", 1, plan))))
    kept = [KeptStep(measured, read_step(measured, plan))]

    assert kept[0].result.verdict is StepVerdict.INVALID
    assert len([key for key in Grid(plan).left(kept) if key.load == 0]) == attempts - 1
    asked = Capacity(plan, CapacityQuestion(0, 1, 3)).next(kept)
    assert isinstance(asked, NextStep) is (attempts == 2)
    why = why_not_repeated(kept[0], plan, Grid(plan).left(kept))
    assert (why == "none of its workflows would end in another one either") is (attempts == 1)


@pytest.mark.parametrize(("seconds", "again"), [(25.0, True), (60.0, False)])
def test_a_window_that_no_attempt_makes_long_enough_is_not_tried_again(seconds: float, again: bool) -> None:
    """Orders of a minute want a window of more than five, which the plan has to name."""
    plan = demo_plan(replicas=(1,))
    measured = closes(0)(step(1, "saturate", 1, plan))
    took = seconds * measured.injector.whole.completed
    measured = injector(closed_minus_sent_seconds=took)(measured)
    kept = [KeptStep(measured, read_step(measured, plan))]

    assert kept[0].result.verdict is StepVerdict.INVALID
    assert any(key.load == 0 for key in Grid(plan).left(kept)) is again
    assert isinstance(Capacity(plan, CapacityQuestion(0, 1, 3)).next(kept), NextStep) is again
    assert (why_not_repeated(kept[0], plan, Grid(plan).left(kept)) is None) is again


def test_progress_says_why_no_attempt_follows() -> None:
    """In the line of the step, behind what it broke; of a step that is measured again it says nothing."""
    lost = _kept(StepKey(4, 0, "saturate", 1), PLAN, (4,))
    repeated = replace(lost.key, attempt=2)

    why = why_not_repeated(lost, PLAN, [replace(lost.key, load=1, kind="open")])

    assert lost.result.verdict is StepVerdict.INVALID
    assert why is not None
    assert step_line(lost.result, PLAN.slo, why).endswith(
        "so the system itself fills it and would again, and no answer at the open load's rate rests on this step"
    )
    assert "; not measured again, as 1.97 of 2 cores are busy" in step_line(lost.result, PLAN.slo, why)
    assert why_not_repeated(lost, PLAN, [repeated]) is None
    assert "again, as" not in step_line(lost.result, PLAN.slo)
