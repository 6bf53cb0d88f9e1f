"""
Closed workflows as workers and server count them, held against what was sent.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import counter

from loadtest.analysis import read_step
from loadtest.analysis.judged_steps.step_verdict import judge
from loadtest.analysis.readings.page_counters import ACTIONS, actions_per_order
from loadtest.analysis.readings.workflow_counts import counts
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, Histogram
from loadtest.results.step_result import StepVerdict

PLAN = synthetic_steps.demo_plan()
CLOSED, CONTINUED, ORDER = "server.workflow_closed", "server.workflow_continued", "RepairWorkflow"


def test_a_foreign_worker_is_judged_by_the_servers_side(steady: Measured) -> None:
    """
    Without the workers' metrics counts and Little's law are held against the server.
    """
    foreign = replace(steady, worker_whole=None, worker_window=None, worker_halves=None, slots=None)
    short = counter("server_whole", "server.workflow_closed", -1)(foreign)
    assert foreign.server_whole is not None
    half = {
        **foreign.server_whole.histograms,
        "server.workflow_endtoend": Histogram(
            (1.0, float("inf")), (10, 0), foreign.injector.closed_minus_sent_seconds / 2
        ),
    }
    slow = replace(foreign, server_whole=replace(foreign.server_whole, histograms=half))

    assert judge(foreign, PLAN)[0] is StepVerdict.VALID
    assert judge(short, PLAN)[0] is StepVerdict.INVALID
    assert "the server says (bounds" in " ".join(judge(slow, PLAN)[1])


U, N, W = (
    Failure(FailureKind.UNFINISHED),
    Failure(FailureKind.NEVER_SENT),
    Failure(FailureKind.WORKFLOW, "FAILED"),
)


@pytest.mark.parametrize(
    ("window", "whole", "open_at_end", "completed"),
    [
        pytest.param({}, {}, 0, 100, id="all of them"),
        pytest.param({W: 7}, {W: 9}, 0, 93, id="some failed"),
        pytest.param({U: 30, N: 10}, {U: 35, N: 10}, 45, 60, id="open and never sent, each once"),
        pytest.param({N: 10}, {N: 10}, 10, 90, id="never sent"),
        pytest.param(
            {N: 10}, {U: 35, N: 10}, 45, 55, id="of an older version, which dates none that is open"
        ),
        pytest.param({}, {}, 20, 80, id="of one that does not name them"),
    ],
)
def test_an_arrival_of_the_window_is_completed_or_counted_out_once(
    window: dict[Failure, int],
    whole: dict[Failure, int],
    open_at_end: int,
    completed: int,
    steady: Measured,
) -> None:
    """
    Of a hundred that fell due in it.
    """
    report = replace(
        steady.injector,
        window=replace(steady.injector.window, offered=100, failed=window),
        whole=replace(steady.injector.whole, failed=whole),
        open_at_end=open_at_end,
    )

    assert counts(replace(steady, injector=report)).window_completed == completed


def with_children(step: Measured, *, lost: int = 0) -> Measured:
    """
    The same step, had every order a child workflow; *lost* orders were closed by nobody.
    """

    def change(difference: Difference | None, name: str) -> Difference:
        assert difference is not None
        orders = difference.counters[name]
        return replace(
            difference,
            counters={**difference.counters, name: 2 * orders - 3 - lost},
            by_label={name: {"RepairWorkflow": orders - lost, "InspectionWorkflow": orders - 3}},
        )

    return replace(
        step,
        worker_whole=change(step.worker_whole, "worker.workflow_completed"),
        worker_window=change(step.worker_window, "worker.workflow_completed"),
        server_whole=change(step.server_whole, "server.workflow_closed"),
        server_window=change(step.server_window, "server.workflow_closed"),
    )


def test_child_workflows_are_not_taken_for_orders(steady: Measured) -> None:
    """
    Of several types the one that was started is counted, in the whole step and in the window.
    """
    plain, step = read_step(steady, PLAN), read_step(with_children(steady), PLAN)

    assert step.verdict is StepVerdict.VALID
    assert step.counts == plain.counts
    assert step.closes_per_second == plain.closes_per_second
    assert step.little_ratio is None
    assert "several types" in step.why["little_ratio"]
    assert any("beside RepairWorkflow" in note for note in step.notes)


def continuing(step: Measured, runs: int) -> Measured:
    """
    The same step, had every order begun its history anew until it had so many runs.
    """

    def change(difference: Difference | None) -> Difference:
        assert difference is not None
        orders = difference.by_label.get(CLOSED, {}).get(ORDER, difference.counters[CLOSED])
        more = (runs - 1) * orders
        types = {**difference.by_label.get(CLOSED, {}), ORDER: orders + more}
        return replace(
            difference,
            counters={**difference.counters, CLOSED: difference.counters[CLOSED] + more, CONTINUED: more},
            by_label={**difference.by_label, CLOSED: types, CONTINUED: {ORDER: more}},
        )

    return replace(step, server_whole=change(step.server_whole), server_window=change(step.server_window))


@pytest.mark.parametrize("by_server", [False, True], ids=["workers tell", "the server alone tells"])
@pytest.mark.parametrize("children", [False, True], ids=["alone", "with children"])
def test_a_run_that_continues_as_new_is_no_end_of_its_workflow(
    steady: Measured, children: bool, by_server: bool
) -> None:
    """
    The server counts each run as closed, the workers the last one alone: three runs are one order.
    """
    step = with_children(steady) if children else steady
    if by_server:
        step = replace(step, worker_whole=None, worker_window=None, worker_halves=None, slots=None)

    plain, found = read_step(step, PLAN), read_step(continuing(step, 3), PLAN)

    assert (found.verdict, found.reasons) == (StepVerdict.VALID, ())
    assert found.counts == plain.counts
    assert found.throughput_per_second == plain.throughput_per_second
    assert actions_per_order([with_actions(continuing(step, 3))]) == actions_per_order([with_actions(step)])


def with_actions(step: Measured) -> Measured:
    """
    The same step with actions that the server counted.
    """
    assert step.server_whole is not None
    counted = replace(
        step.server_whole,
        counters={**step.server_whole.counters, ACTIONS: 900.0},
        by_label={**step.server_whole.by_label, ACTIONS: {"command_ScheduleActivityTask": 900.0}},
    )
    return replace(step, server_whole=counted)


def test_an_order_lost_among_child_workflows_is_seen(steady: Measured) -> None:
    """
    One order that nobody closed makes the step invalid, however many children closed.
    """
    _, reasons = judge(with_children(steady, lost=1), PLAN)

    assert any("workers closed" in reason and "server closed" in reason for reason in reasons)


def with_some_closed_by_the_server(step: Measured, failure: Failure, number: int = 3) -> Measured:
    """
    The same step, had the server closed some orders by itself after a long time, and the workers the others.
    """
    assert step.worker_whole is not None and step.server_whole is not None
    counts = replace(
        step.injector.whole, completed=step.injector.whole.completed - number, failed={failure: number}
    )
    waited = 100.0 * number
    server = step.server_whole.histograms["server.workflow_endtoend"]
    report = replace(
        step.injector,
        whole=counts,
        per_injector={"injector-1": counts},
        closed_minus_sent_seconds=step.injector.closed_minus_sent_seconds + waited,
    )
    return counter("worker_whole", "worker.workflow_completed", -number)(
        replace(
            step,
            injector=report,
            server_whole=replace(
                step.server_whole,
                histograms={
                    **step.server_whole.histograms,
                    "server.workflow_endtoend": replace(server, sum=server.sum + waited),
                },
            ),
        )
    )


@pytest.mark.parametrize("name", ["TimeoutError", "TerminatedError", "TIMED_OUT", "TERMINATED"])
def test_orders_that_the_server_closes_by_itself_are_failed_and_not_lost(name: str, steady: Measured) -> None:
    """
    No worker counts a workflow that ran into its own time limit, or that somebody terminated.
    """
    found = read_step(with_some_closed_by_the_server(steady, Failure(FailureKind.WORKFLOW, name)), PLAN)

    assert (found.verdict, found.reasons) == (StepVerdict.VALID, ())
    assert found.errors.failed == 3
    assert found.little_ratio == pytest.approx(1.0, abs=0.05)
    assert found.throughput_per_second.value == read_step(steady, PLAN).throughput_per_second.value


def test_without_a_page_of_the_server_the_times_of_all_orders_are_not_known(steady: Measured) -> None:
    """
    The workers' own are not those of the orders that the server closed.
    """
    step = with_some_closed_by_the_server(steady, Failure(FailureKind.WORKFLOW, "TimeoutError"))
    found = read_step(replace(step, server_whole=None, server_window=None), PLAN)

    assert found.verdict is StepVerdict.VALID
    assert found.little_ratio is None


def test_orders_that_a_worker_failed_are_its_own_count(steady: Measured) -> None:
    """
    A failure of their code is counted by workers, so that fewer of those are lost ones.
    """
    step = with_some_closed_by_the_server(steady, Failure(FailureKind.WORKFLOW, "ValueError"))

    verdict, reasons = judge(step, PLAN)

    assert verdict is StepVerdict.INVALID
    assert any("workers closed" in reason for reason in reasons)


def test_ends_that_could_not_be_learnt_are_named_as_the_cause(steady: Measured) -> None:
    """
    And not another load on the task queue.
    """
    lost = Failure(FailureKind.RESULT, "UNAVAILABLE")
    counted = replace(steady.injector.whole, completed=steady.injector.whole.completed - 2, failed={lost: 2})
    report = replace(steady.injector, whole=counted, per_injector={"injector-1": counted})

    _, reasons = judge(replace(steady, injector=report), PLAN)

    assert any("how 2 ended could not be learnt (UNAVAILABLE)" in reason for reason in reasons), reasons
    assert not any("task queue of its own" in reason for reason in reasons)
