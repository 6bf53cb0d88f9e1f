"""
Failures as values, and how they are told.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from built_report import build_report
from changed_steps import whole
from fake_steps import quick_plan
from synthetic_runs import run_of

from loadtest.analysis import analyse, read_step
from loadtest.analysis.rules.validity import other_problems
from loadtest.errors import InputError
from loadtest.report.sweep_text import text_report
from loadtest.results.document import from_plain, to_json
from loadtest.results.failure import Failure, FailureKind, count_of, told_attempts, told_orders
from loadtest.results.injector_report import InjectorCounts, InjectorReport
from loadtest.results.measured_step import Measured
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.step_result_parts import ActivityTimeouts, Errors

# As runs before there were values hold them.
WRITTEN = {
    "start: ALREADY_EXISTS": 1,
    "result: UNAVAILABLE": 2,
    "workflow: Broken: twice": 3,
    "outcome: beyond repair": 4,
    "unfinished": 5,
    "never sent": 6,
    "unknown: the injector vanished": 7,
}


def test_what_was_written_before_is_read_and_written_alike() -> None:
    """
    Every kind by its text, whatever signs its name holds.
    """
    counts = from_plain(InjectorCounts, {"failed": WRITTEN}, "measured.json")

    assert json.loads(to_json(counts))["failed"] == WRITTEN
    assert [failure.kind for failure in counts.failed] == list(FailureKind)
    assert counts.failed[Failure(FailureKind.WORKFLOW, "Broken: twice")] == 3
    assert count_of(counts.failed, FailureKind.START, FailureKind.OUTCOME) == 5


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("name", ["", "NOT_FOUND", "a: b", " ", "ü"], ids=repr)
def test_every_failure_comes_back_as_it_was(kind: FailureKind, name: str) -> None:
    """
    No two of them share a text.
    """
    counts = InjectorCounts(failed={Failure(kind, name): 1})

    assert from_plain(InjectorCounts, json.loads(to_json(counts)), "here") == counts


def test_a_kind_that_nobody_knows_is_one_line() -> None:
    """
    It is refused as any other misfit of a file is.
    """
    with pytest.raises(InputError, match=r"measured\.json: failed.*written by another version"):
        from_plain(InjectorCounts, {"failed": {"strange: X": 1}}, "measured.json")


def report(problems: object) -> Mapping[str, object]:
    """
    An injectors' report as its file holds it.
    """
    empty = {"planned": None, "whole": {}, "window": {}, "awaited_every": 1, "closed_minus_sent_seconds": 0.0}
    sums = {"window_closed_minus_sent_seconds": 0.0, "histograms": {}, "within_slo": 0, "open_at_end": 0}
    rest = {"drain_seconds": 0.0, "per_injector": {}, "sampled_workflow_ids": [], "cpu_seconds": 0.0}
    return {**empty, **sums, **rest, "rss_bytes": 0, "problems": problems}


def test_problems_of_before_are_read_in_their_words() -> None:
    """
    Missing arrivals keep their cause, as a rule asks for it; of all others the words are known alone.
    """
    words = [
        "a: the wall clock moved by 2.000 s in the step",
        "6 arrivals fell due of 9 that the schedule holds",
    ]

    read = from_plain(InjectorReport, report(words), "measured.json")

    assert [problem.text for problem in read.problems] == words
    assert [problem.cause for problem in read.problems] == [
        ProblemCause.TOLD_IN_WORDS,
        ProblemCause.ARRIVALS_MISSING,
    ]


def test_a_problem_comes_back_as_it_was() -> None:
    """
    Cause, whom, when and words.
    """
    gone = Problem(ProblemCause.INJECTOR_VANISHED, "injector a vanished", "a", 3.5)
    read = from_plain(InjectorReport, report([gone]), "here")

    assert from_plain(InjectorReport, json.loads(to_json(read)), "here") == read
    assert read.problems == (gone,)


def test_a_steps_own_problems_of_before_are_read_in_their_words() -> None:
    """
    A folder whose steps hold prose is still read, and is written anew with causes.
    """
    plain = json.loads(to_json(synthetic_steps.step()))
    plain["problems"] = ["worker-1: http://127.0.0.1:9000/metrics does not answer (connection refused)"]
    found = Problem(ProblemCause.REPLICA_SILENT, "replica w did not answer for 8 s in a row", "w")

    read = from_plain(Measured, plain, "measured.json")
    again = from_plain(Measured, json.loads(to_json(replace(read, problems=(*read.problems, found)))), "here")

    assert [problem.text for problem in read.problems] == plain["problems"]
    assert [problem.cause for problem in again.problems] == [
        ProblemCause.TOLD_IN_WORDS,
        ProblemCause.REPLICA_SILENT,
    ]
    assert again.problems[-1] == found
    assert other_problems(again, quick_plan()) == [*plain["problems"], found.text]


ORDERS = {
    Failure(FailureKind.OUTCOME, "undone"): 3,
    Failure(FailureKind.WORKFLOW, "TIMED_OUT"): 1,
    Failure(FailureKind.START, "INVALID_ARGUMENT"): 2,
}
TOLD = "6 of 46 orders failed: 3 undone, 2 not started (invalid argument), 1 timed out"


def _failing(step: Measured) -> Measured:
    counts = step.injector.whole
    changed = whole(completed=40, failed=ORDERS)(step)
    assert changed.worker_whole is not None and counts.completed
    by_label = {
        **changed.worker_whole.by_label,
        "worker.activity_failed": {"charge": 2.0, "register": 7.0},
        "worker.workflow_task_failed": {"NonDeterminismError": 4.0},
    }
    timed_out = {
        "server.activity_timed_out": {"charge": 1.0, "settle": 3.0},
        "server.activity_timeouts": {"StartToClose": 3.0, "Heartbeat": 1.0},
    }
    assert changed.server_whole is not None
    server = replace(
        changed.server_whole,
        counters={**changed.server_whole.counters, **dict.fromkeys(timed_out, 4.0)},
        by_label={**changed.server_whole.by_label, **timed_out},
    )
    return replace(
        changed, worker_whole=replace(changed.worker_whole, by_label=by_label), server_whole=server
    )


def test_failures_are_told_by_their_names(tmp_path: Path) -> None:
    """A step without any is told nothing."""
    steps = [synthetic_steps.step(1, "saturate"), _failing(synthetic_steps.step(1, "open"))]
    plan = synthetic_steps.demo_plan()
    sweep = analyse(steps, plan, synthetic_steps.manifest())
    attempts = "9 attempts of activities failed: 7 register, 2 charge"
    gone = "4 attempts of activities timed out: 3 settle, 1 charge (by the server's clock, 3 StartToClose, 1 Heartbeat)"
    tasks = "4 attempts of workflow tasks failed: 4 NonDeterminismError"

    text = text_report(sweep)
    page = build_report(run_of(tmp_path, plan, steps).path).read_text(encoding="utf-8")

    (name,) = [step.name for step in sweep.steps if step.failed]
    told = [line for line in text.splitlines() if " failed: " in line or " timed out: " in line]
    assert [line.partition(f"{name}: ")[2] for line in told] == [TOLD, attempts, gone, tasks]
    unescaped = html.unescape(page)
    assert [unescaped.count(each) for each in (TOLD, attempts, gone, tasks)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        ({}, None),
        ({Failure(FailureKind.UNFINISHED): 2, Failure(FailureKind.RESULT, "UNAVAILABLE"): 1}, None),
        ({Failure(FailureKind.OUTCOME): 1}, "0 of 9 orders failed: 1 outcome"),
        (
            {Failure(FailureKind.OUTCOME, f"way {number}"): 1 for number in range(9)},
            "0 of 9 orders failed: 1 way 0, 1 way 1, 1 way 2, 1 way 3, 1 way 4, 1 way 5, 3 others",
        ),
    ],
    ids=["none", "of-the-steps-reasons", "without-a-name", "many"],
)
def test_only_failed_orders_are_told_as_failed(failed: dict[Failure, int], told: str | None) -> None:
    """The numbers are those of the column, and the names those of the step's file."""
    assert told_orders(Errors(0, 9, 0.0, 0.3), failed, "orders") == told


def test_no_failed_attempt_is_told_by_nothing() -> None:
    """Also where an activity was counted that never failed."""
    assert told_attempts({}, {}, ActivityTimeouts({}, {})) == []
    assert told_attempts({"charge": 0}, {"WorkflowError": 0}, None) == []


def test_attempts_that_nobody_counted_are_not_known() -> None:
    """No number of failures is not the number 0."""
    plan = synthetic_steps.demo_plan()
    pages = dict.fromkeys(("worker_whole", "worker_window", "server_whole", "server_window"))
    step = replace(synthetic_steps.step(1, "open"), **pages)

    found = read_step(step, plan)

    assert (found.activity_failures, found.activity_timeouts, found.workflow_task_failures) == (None,) * 3
    assert found.why["activity_failures"].startswith("neither a page of the workers nor one of a server")
    assert found.why["activity_timeouts"].startswith("no page of a server from 1.29 on")
    assert found.why["workflow_task_failures"].startswith("the workers offer no metrics of ours")


def test_a_server_tells_the_failed_attempts_of_workers_without_a_page() -> None:
    """Its count of an activity's failed attempts is by activity too."""
    step = replace(synthetic_steps.step(1, "open"), worker_whole=None, worker_window=None)
    assert step.server_whole is not None
    counters = {**step.server_whole.counters, "server.activity_failed": 5.0}
    server = replace(step.server_whole, counters=counters, by_label={"server.activity_failed": {"bake": 5.0}})

    found = read_step(replace(step, server_whole=server), synthetic_steps.demo_plan())

    assert found.activity_failures == {"bake": 5}
    assert "activity_failures" not in found.why
