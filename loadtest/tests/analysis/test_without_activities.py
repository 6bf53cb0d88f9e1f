"""
Workflows whose activities take no slot and wait in no queue, or that have none: nothing is said of slots that nobody needs.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import made
from closed_steps import lacking_orders

from loadtest.analysis import analyse, read_step
from loadtest.analysis.decisions.bound_decisions import INSIDE_OF_TASKS, NO_ACTIVITIES
from loadtest.analysis.decisions.slo import judge_waits
from loadtest.analysis.decisions.why_undecided import NONE_IN_THE_QUEUE
from loadtest.analysis.saturation.calibrated_model import calibration
from loadtest.analysis.saturation.doubled_closed_load import why_doubled
from loadtest.plan import Plan, Work
from loadtest.results.history_sample import HistorySample
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit
from loadtest.results.sweep_result import RunVerdict, SloAnswer
from loadtest.results.window_decision import Decided, Decision
from loadtest.results.worker_facts import WorkerFacts

PLAN = synthetic_steps.demo_plan(scenario="noop")
INSIDE = synthetic_steps.demo_plan(work=Work(seconds=0.3, local_activities=True))


def idle(step: Measured, activities: int | None = 0) -> Measured:
    """
    The same step, had no activity been put into the queue.
    """

    def without(difference: Difference | None) -> Difference | None:
        if difference is None:
            return None
        return replace(
            difference,
            counters={name: n for name, n in difference.counters.items() if "activity" not in name},
            histograms={name: h for name, h in difference.histograms.items() if "activity" not in name},
        )

    return replace(
        step,
        activities_per_workflow=activities,
        slots_used=0.0,
        decision=None,
        worker_whole=without(step.worker_whole),
        worker_window=without(step.worker_window),
        worker_halves=None,
        server_whole=without(step.server_whole),
        server_window=without(step.server_window),
    )


@pytest.mark.parametrize(
    ("plan", "activities", "why"),
    [(PLAN, 0, NO_ACTIVITIES), (INSIDE, 6, INSIDE_OF_TASKS)],
    ids=["no activities", "local activities"],
)
def test_no_activity_waits_so_the_bound_on_their_waits_is_met(plan: Plan, activities: int, why: str) -> None:
    """
    Else no window would ever decide it.
    """
    found = read_step(idle(synthetic_steps.step(2, "open", plan=plan), activities), plan)

    assert found.decision is not None
    assert (found.decision.answer, found.decision.why) == (Decided.MET, why)


@pytest.mark.parametrize("activities", [0, 3])
def test_activities_of_other_task_queues_are_told_and_never_called_none(activities: int) -> None:
    """
    A worker of two task queues may keep up with the one under test and drown in the other.
    """
    queues = {"ovens": 40, **{f"session-{number}": 1 for number in range(8)}}
    sample = HistorySample(20, (), (0.003,) * 40, elsewhere=queues)
    step = replace(idle(synthetic_steps.step(2, "open", plan=PLAN), activities), histories=sample)

    found = read_step(step, PLAN)

    (note,) = [note for note in found.notes if "other task queues" in note]
    assert "other task queues too (ovens, session-0, session-1 and 6 more)" in note
    assert found.decision is None or found.decision.answer is Decided.UNDECIDED
    assert activities or (found.decision is not None and "(ovens, " in (found.decision.why or ""))


def test_activities_of_sessions_are_told_as_that() -> None:
    """
    The queue of a session is its worker's, and cannot be swept.
    """
    sample = HistorySample(20, (), (0.003,) * 40, elsewhere={"bakery__internal_session_creation": 20})
    step = replace(synthetic_steps.step(2, "open", plan=PLAN), histories=sample)
    serving = tuple(replace(one, serves_sessions=True) for one in step.workers or (WorkerFacts("worker-1"),))

    found = read_step(replace(step, workers=serving), PLAN)

    (note,) = [note for note in found.notes if "activities of these workflows" in note]
    assert "run in sessions, on a task queue of each worker" in note
    assert "sweep that" not in note


@pytest.mark.parametrize("activities", [3, None])
def test_activities_that_never_reach_the_queue_are_told_and_no_longer_window(activities: int | None) -> None:
    """
    A worker of local activities alone would be undecided however long the window is.
    """
    found = read_step(idle(synthetic_steps.step(2, "open", plan=PLAN), activities), PLAN)

    assert found.decision is None
    assert found.why["decision"] == NONE_IN_THE_QUEUE


def test_activities_that_a_scenario_denies_are_not_called_in_time() -> None:
    """
    One that was copied and says ACTIVITIES_PER_WORKFLOW = 0 of an order with six: their waits were seen, and are late.
    """
    step = replace(synthetic_steps.step(2, "open", plan=PLAN), activities_per_workflow=0, decision=None)

    found = read_step(step, PLAN)

    assert found.decision is None or found.decision.why != NO_ACTIVITIES
    assert (
        found.decision is not None or "were carried out; write how many each takes" in found.why["decision"]
    )


def test_activities_that_a_scenario_denies_are_late_when_they_are() -> None:
    """
    Whatever the model cannot say of them is undecided, and never met.
    """
    step = replace(
        synthetic_steps.step(1, "open", plan=PLAN, arrival_rate=2.2), activities_per_workflow=0, decision=None
    )

    found = read_step(step, PLAN)

    assert found.decision is None or found.decision.answer is not Decided.MET


def test_a_run_of_workflows_without_activities_passes() -> None:
    """
    By the waits of their workflow tasks, which are all that waits.
    """
    steps = [idle(step) for step in synthetic_steps.steps(PLAN, 1.5)]

    found = analyse(steps, PLAN, synthetic_steps.manifest())

    assert found.verdict is RunVerdict.PASS, found.reasons


def test_repetitions_without_a_task_that_could_be_late_are_met(template: StepResult) -> None:
    """
    Nothing plus nothing is not too few to tell.
    """
    none = Decision(Decided.MET, 20.0, 0.0, 0.0, 0.0, NO_ACTIVITIES, ())
    steps = [replace(made(template, repetition=number), decision=none) for number in (1, 2, 3)]

    judged = judge_waits(steps, PLAN.slo)

    assert judged is not None and judged.answer is SloAnswer.MET


def test_waits_in_queues_that_nobody_looks_at_are_not_told_to_be_watched_for_longer(
    template: StepResult,
) -> None:
    """
    No window of this task queue tells of them, whatever its length and rate.
    """
    elsewhere = Decision(
        Decided.UNDECIDED, 20.0, 0.0, 0.0, 0.0, "its activities wait in other task queues", ()
    )

    judged = judge_waits([replace(made(template), decision=elsewhere)], PLAN.slo)

    assert judged is not None and judged.answer is SloAnswer.UNDECIDED
    assert judged.why[0].endswith("undecided after 20 s: its activities wait in other task queues")


def test_slots_that_no_activity_takes_limit_nothing() -> None:
    """
    No second step is made to fill them, and what limits is not known; it is no hand-over between slots.
    """
    step = idle(synthetic_steps.step(1, "saturate", plan=PLAN))

    found = read_step(step, PLAN)

    assert why_doubled(step, PLAN, ()) is None
    assert found.capacity is not None and found.capacity.limit is Limit.UNKNOWN


def test_slots_that_stay_free_for_want_of_orders_are_still_told() -> None:
    """
    Activities ran in them.
    """
    step = lacking_orders(replace(synthetic_steps.step(1, "saturate"), slots_used=1.0))

    assert why_doubled(step, synthetic_steps.demo_plan(), ()) is not None


def test_no_model_says_that_there_are_no_activities() -> None:
    """
    And not that nobody saw them.
    """
    told = calibration(PLAN, idle(synthetic_steps.step(1, "saturate", plan=PLAN)))

    assert told == "its workflows have no activities, and the model is one of activity slots"


def test_no_model_is_made_of_more_activities_than_there_are() -> None:
    """
    And it is not put down to retries, which make more of them.
    """
    plan = synthetic_steps.demo_plan()
    step = replace(synthetic_steps.step(1, "saturate", plan=plan), activities_per_workflow=12)

    told, notes = calibration(plan, step), read_step(step, plan).notes

    assert isinstance(told, str)
    assert "write None, or their number, as its ACTIVITIES_PER_WORKFLOW" in told
    assert any("6.00 activity attempts in the mean and the scenario says 12" in note for note in notes)


def test_no_model_is_made_where_many_activities_are_tried_again() -> None:
    """
    A quarter more tasks than the model has would all look late.
    """
    plan = synthetic_steps.demo_plan()
    step = synthetic_steps.step(1, "saturate", plan=plan)
    assert step.worker_whole is not None
    more = {**step.worker_whole.counters}
    more["worker.activity_finished"] *= 1.25
    retried = replace(step, worker_whole=replace(step.worker_whole, counters=more))

    told = calibration(plan, retried)

    assert isinstance(told, str)
    assert told.startswith("a workflow took 7.50 activity attempts in the mean and the model knows 6")
    assert not isinstance(calibration(plan, step), str)


@pytest.mark.parametrize(
    ("activities", "why"),
    [(0, "orders have no activities of the task queue"), (6, "no activity of this step took a slot")],
    ids=["no activities", "local activities"],
)
def test_slots_that_no_order_takes_have_no_share_in_use(activities: int, why: str) -> None:
    """
    "0 % used" of a full closed load was told as if it could do more.
    """
    found = read_step(idle(synthetic_steps.step(2, "saturate"), activities), PLAN)

    assert found.slots_used_ratio is None
    assert found.why["slots_used_ratio"].startswith(why)
