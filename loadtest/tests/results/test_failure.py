"""
Failures and problems travel as values: text only in JSON, and what earlier versions wrote is still read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
import synthetic_steps
from fake_steps import quick_plan

from loadtest.analysis.rules.validity import other_problems
from loadtest.errors import InputError
from loadtest.results.document import from_plain, to_json
from loadtest.results.failure import Failure, FailureKind, count_of
from loadtest.results.injector_report import InjectorCounts, InjectorReport
from loadtest.results.measured_step import Measured
from loadtest.results.problem import Problem, ProblemCause

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
