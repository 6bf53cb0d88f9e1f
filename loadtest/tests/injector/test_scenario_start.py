"""
A scenario is the user's code: whatever its start does or returns is counted as what it is, or told.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starts_without_server import Handle, flights_of
from temporalio.client import ActivityHandle, WorkflowFailureError, WorkflowUpdateHandle
from temporalio.exceptions import TerminatedError

from loadtest.injector.injector import Injector
from loadtest.injector.locust_messages import InstructionPart
from loadtest.injector.meters import InjectorRegistry
from loadtest.injector.scenario_start import NoHandleError
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.problem import ProblemCause
from loadtest.results.step_instruction import StepInstruction
from loadtest.scenario import Arrival

Start = Callable[[object, Arrival], Awaitable[Any]]


def _returns(value: object) -> Start:
    async def start(_client: object, _arrival: Arrival) -> object:
        return value

    return start


def _raises(error: BaseException) -> Start:
    async def start(_client: object, _arrival: Arrival) -> object:
        raise error

    return start


async def _no_end(_number: int) -> None:
    raise AssertionError("nothing is awaited")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(None, "returned nothing", id="forgotten-return"),
        pytest.param(["loaf"], "returned a list", id="the-result-itself"),
        pytest.param(
            WorkflowUpdateHandle(None, "u", "w"),  # type: ignore[arg-type]  # it is asked nothing
            "returned a WorkflowUpdateHandle, and a workflow's end is known by its handle alone; "
            "return `client.get_workflow_handle(update.workflow_id)`",
            id="the-handle-of-an-update",
        ),
        pytest.param(
            ActivityHandle(None, id="a", run_id="r"),  # type: ignore[arg-type]  # it is asked nothing
            "returned an ActivityHandle, and a workflow's end is known by its handle alone; "
            "return what `client.start_workflow` returns for a workflow that carries it out",
            id="the-handle-of-an-activity-without-a-workflow",
        ),
    ],
)
async def test_what_is_no_handle_of_a_workflow_is_told_and_never_counted_as_a_close(
    value: object, told: str
) -> None:
    """
    An update has a result long before its workflow ends: awaited in its stead it would be the close.
    """
    flights, tally = flights_of(_no_end, start=_returns(value))
    for number in range(3):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert told in str(flights.unusable)
    assert (tally.whole.acknowledged, tally.whole.completed, tally.problems) == (0, 0, [])
    assert tally.whole.failed == {Failure(FailureKind.START, "NoHandleError"): 3}


async def test_a_workflow_that_two_orders_share_is_told() -> None:
    """
    Signal-with-start and update-with-start may join one that is open: its end would be the end of both orders.
    """
    ends = asyncio.Event()

    async def wait(_number: int) -> None:
        await ends.wait()

    async def joins(_client: object, arrival: Arrival) -> Handle:
        return Handle(arrival.number // 2, wait)

    flights, tally = flights_of(wait, start=joins)
    for number in range(4):
        flights.due(number, time.perf_counter())
    await asyncio.sleep(0)
    ends.set()
    await flights.drain(time.perf_counter() + 5)

    assert "returned the workflow w-0 while an earlier order waits for its end" in str(flights.unusable)
    assert tally.whole.completed == 2
    assert tally.whole.failed == {Failure(FailureKind.START, "NoHandleError"): 2}


async def test_an_id_may_be_used_again_once_its_workflow_has_ended() -> None:
    """
    One customer after another, and nobody joins.
    """

    async def wait(_number: int) -> None:
        return None

    async def again(_client: object, _arrival: Arrival) -> Handle:
        return Handle(7, wait)

    flights, tally = flights_of(wait, start=again)
    for number in range(3):
        flights.due(number, time.perf_counter())
        await flights.drain(time.perf_counter() + 5)

    assert flights.unusable is None
    assert tally.whole.completed == 3


async def test_an_order_that_a_later_start_terminated_is_told_by_that() -> None:
    """
    An id for each customer with TERMINATE_EXISTING: the failed orders were all that told, and the clocks were blamed.
    """
    ends = [asyncio.Event(), asyncio.Event()]

    async def replaces(_client: object, arrival: Arrival) -> Handle:
        async def wait(_number: int) -> None:
            await ends[arrival.number].wait()
            raise WorkflowFailureError(cause=TerminatedError("by the next start"))

        return Handle(7, wait, run=f"run-{arrival.number}")

    flights, tally = flights_of(_no_end, start=replaces)
    for number in range(2):
        flights.due(number, time.perf_counter())
    await asyncio.sleep(0)
    for end in ends:
        end.set()
        await asyncio.sleep(0.05)
    await flights.drain(time.perf_counter() + 5)

    (problem,) = tally.problems  # the last one was terminated by nobody's start
    assert problem.cause is ProblemCause.ORDER_REPLACED
    assert "starts terminated the workflows of earlier orders" in problem.text
    assert tally.whole.failed == {Failure(FailureKind.WORKFLOW, "TerminatedError"): 2}


async def test_a_step_whose_scenario_returns_no_handle_ends_at_once(
    instruction: Callable[..., StepInstruction], tmp_path: Path
) -> None:
    """
    Its text is the step's, instead of three invalid attempts of a whole window each.
    """
    scenario = tmp_path / "mine.py"
    scenario.write_text(
        '"""\nMine.\n"""\nACTIVITIES_PER_WORKFLOW = 1\nasync def start(client, arrival):\n    pass\n'
    )
    injector = Injector(None, InjectorRegistry(), lambda *_: None)  # type: ignore[arg-type]  # it never comes to the client

    with pytest.raises(NoHandleError, match="scenario mine: `start` returned nothing"):
        async with asyncio.timeout(60):
            await injector.carry_out(
                InstructionPart(instruction(scenario=str(scenario), window_seconds=3600), 0, 1),
                lambda _: None,
            )


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SystemExit(3), id="exit"),
        pytest.param(asyncio.CancelledError(), id="cancelled"),
        pytest.param(ValueError("no"), id="value"),
    ],
)
async def test_whatever_a_start_raises_is_a_failed_start(error: BaseException) -> None:
    """
    An exit would end the injector's loop, and a cancelled start would be counted nowhere.
    """
    flights, tally = flights_of(_no_end, start=_raises(error))
    flights.due(0, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert (tally.whole.sent, tally.whole.failed) == (
        1,
        {Failure(FailureKind.START, type(error).__name__): 1},
    )


async def test_the_words_of_the_first_refusal_are_kept() -> None:
    """
    A status alone, such as of a search attribute that a namespace lacks, tells nobody what to mend.
    """
    numbers = iter(range(3))

    async def start(_client: object, _arrival: Arrival) -> object:
        raise LookupError(f"no search attribute\n City, {next(numbers)}")

    flights, tally = flights_of(_no_end, start=start)
    for number in range(3):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    failure = Failure(FailureKind.START, "LookupError")
    assert tally.whole.failed == {failure: 3}
    assert tally.words == {failure: "no search attribute City, 0"}


@pytest.mark.parametrize(
    ("judge", "told"),
    [
        pytest.param(lambda _result: False, "returned False", id="false"),
        pytest.param(lambda _result: True, "returned True", id="true"),
        pytest.param(lambda result: {"result": result}, "returned {'result': None}", id="no-text"),
        pytest.param(lambda _result: sys.exit(1), "broke on a result (SystemExit: 1)", id="exit"),
    ],
)
async def test_a_judge_answers_none_or_a_text(judge: Callable[[Any], Any], told: str) -> None:
    """
    One that answers yes or no would make a failure of every order, the good ones too.
    """

    async def end(_number: int) -> None:
        return None

    flights, tally = flights_of(end, judge=judge)
    for number in range(4):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    (problem,) = tally.problems
    assert problem.cause is ProblemCause.RESULT_NOT_JUDGED
    assert told in problem.text
    assert not tally.whole.failed


async def test_of_what_differs_in_each_start_a_few_are_told() -> None:
    """
    Each broken flight has a text of its own; all of them would fill the report.
    """
    flights, tally = flights_of(_break)
    for number in range(100, 4100, 100):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert 1 < len(tally.problems) < 20


async def _break(number: int) -> None:
    raise KeyError(number)


async def test_reasons_that_differ_in_each_order_are_few_and_all_counted() -> None:
    """
    Each is a label of a metric, a line of Locust's table and a key of the report.
    """

    async def end(number: int) -> int:
        return number

    flights, tally = flights_of(
        end, judge=lambda result: f"order {result} is burnt:\n{'at the bottom ' * 20}"
    )
    for number in range(1000):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert (
        tally.whole.failed.total() == tally.whole.failed[Failure(FailureKind.OUTCOME, "others")] + 32 == 1000
    )
    assert all(len(failure.name) <= 100 and failure.name.isprintable() for failure in tally.whole.failed)
