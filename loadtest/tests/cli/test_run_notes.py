"""
What a report says beside its answer: settings of a plan that nobody gives to its workers, and what ended it early.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic_runs import run_of
from synthetic_steps import demo_plan, steps

from loadtest.cli.place_flags import TargetKind
from loadtest.cli.run_ending import conclude
from loadtest.cli.run_notes import left_out, unread_settings
from loadtest.plan import Plan, Saturate, WorkerSetup
from loadtest.report.resume_text import resume_command
from loadtest.results.question import (
    CapacityQuestion,
    CompareQuestion,
    LimitsQuestion,
    Question,
    keep_question,
)

PLAN = demo_plan(worker=WorkerSetup(activity_slots=7, sandbox=False, workflow_pollers=9))


@pytest.mark.parametrize("target", [TargetKind.KUBERNETES, TargetKind.COMPOSE])
def test_settings_that_deployed_workers_do_not_get_are_told(target: TargetKind) -> None:
    """
    Slots are none of them, as they are held against what the workers have.
    """
    assert unread_settings(PLAN, {"target": target}) == (
        f"the plan names worker.workflow_pollers=9, worker.sandbox=false, which --target {target.value} gives to no worker: "
        "they run as they were deployed",
    )


@pytest.mark.parametrize(
    ("plan", "place"),
    [(PLAN, {}), (demo_plan(), {"target": TargetKind.KUBERNETES})],
    ids=["here", "usual ones"],
)
def test_nothing_is_told_of_settings_that_workers_have(plan: Plan, place: dict[str, object]) -> None:
    """
    Workers of this machine are started with them, and for the usual ones nobody asked.
    """
    assert unread_settings(plan, place) == ()


_SANDBOX = ((("worker.sandbox", True),), (("worker.sandbox", False),))
_QUESTIONS = (
    CapacityQuestion(0, 1, 3),
    CompareQuestion(*_SANDBOX, 0, 4, 8, ("throughput",)),
    LimitsQuestion(3, 6, 3, starts_server=True, sets_worker=True),
)


@pytest.mark.parametrize("question", _QUESTIONS, ids=["capacity", "compare", "limits"])
@pytest.mark.parametrize("budget", [None, 10.0], ids=["interrupted", "budget"])
def test_an_answer_that_was_cut_short_says_by_what(
    question: Question,
    budget: float | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    A command goes on with a run that was interrupted; none does with one whose budget is spent.  The last line names the page.
    """
    monkeypatch.chdir(tmp_path)
    plan = demo_plan(replicas=(1,), budget_seconds=budget)
    if isinstance(question, CompareQuestion):
        factors = {"worker.sandbox": (True, False)}
        plan = plan.model_copy(update={"factors": factors, "loads": (Saturate(window_seconds=15),)})
    # Whoever looks for the limit asks for a step that is invalid once more.
    first = replace(steps(demo_plan(replicas=(1,)))[0], gone=("worker-1",))
    run = run_of(tmp_path, plan, [] if budget is None else [first])
    keep_question(run, question)

    conclude(run)

    how = (
        f"; `{resume_command(run)}` does what is left"
        if budget is None
        else ", as the budget of 10 s of windows is spent"
    )
    printed = capsys.readouterr().out
    assert f"note: the run ended before its answer{how}\n" in printed
    # By the link where it is this run's, which has kept a step, and typed from the current folder.
    folder = run.path.name if budget is None else "latest"
    assert printed.endswith(f"report: {folder}/report.html\n")
    assert Path(folder, "report.html").is_file()


def test_reasons_that_differ_in_their_numbers_alone_are_told_once() -> None:
    """
    Seven blocks of a stalled machine filled ten lines with the same sentence.
    """
    stalled = [
        (f"the looks at the counters were 6.{tenth} s apart, so this machine stalled",)
        for tenth in (3, 6, 3, 9)
    ]

    assert left_out([*stalled, ("a replica was lost",)], 38, "blocks") == [
        "5 of 38 blocks are not valid and left out: the looks at the counters were 6.3 s apart, so this machine stalled "
        "(and 2 more with other numbers); a replica was lost"
    ]
