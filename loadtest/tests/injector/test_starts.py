"""
Which results are awaited, and what becomes of the others.
"""

from __future__ import annotations

import asyncio
import time

import pytest
from starts_without_server import flights_of

from loadtest.injector.failure_of_error import NEVER_SENT, UNFINISHED
from loadtest.injector.tally import Bounds
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.problem import Problem, ProblemCause


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_results_are_awaited_while_few_are_open() -> None:
    """
    At the limit and below it every result is awaited.
    """
    ends = asyncio.Event()

    async def wait(_number: int) -> None:
        await ends.wait()

    flights, tally = flights_of(wait, awaited_at_once=8)
    for number in range(8):
        flights.due(number, time.perf_counter())
    await _settle()

    assert (flights.sampling_level, flights.open) == (0, 8)
    ends.set()
    assert await flights.drain(time.perf_counter() + 5) == 0
    assert tally.whole.completed == 8


async def test_beyond_the_limit_every_kth_result_is_awaited_and_all_are_learnt_in_the_end() -> None:
    """
    The polls never exceed the limit, the samples are each k-th start of the whole step, and counts stay exact.
    """
    ends = asyncio.Event()
    polls: set[int] = set()
    most = 0

    async def wait(number: int) -> None:
        nonlocal most
        polls.add(number)
        most = max(most, len(polls))
        try:
            await ends.wait()
        finally:
            polls.discard(number)

    flights, tally = flights_of(wait, awaited_at_once=8)
    for number in range(64):
        flights.due(number, time.perf_counter())
        await _settle()

    every = 2**flights.sampling_level
    assert every == 8
    assert polls == set(range(0, 64, every))
    assert most <= 9  # one more at the moment at which the level rises
    assert flights.open == 64

    ends.set()
    assert await flights.drain(time.perf_counter() + 5) == 0
    kept = [books for level, books in tally.levels.items() if level >= flights.sampling_level]
    assert sum(books.closes_in_window for books in kept) == 64 // every
    assert tally.whole.completed == 64
    assert tally.whole.failed == {}


async def test_samples_of_a_step_are_of_one_kind_whenever_the_sampling_began() -> None:
    """
    Results that came in while all were awaited stand in the report only if they are each k-th too.
    """
    ends = asyncio.Event()

    async def wait(number: int) -> None:
        if number >= 16:
            await ends.wait()

    flights, tally = flights_of(wait, awaited_at_once=4)
    for number in range(16):
        flights.due(number, time.perf_counter())
        await _settle()
    assert flights.sampling_level == 0
    for number in range(16, 26):
        flights.due(number, time.perf_counter())
        await _settle()
    ends.set()
    await flights.drain(time.perf_counter() + 5)

    level = flights.sampling_level
    assert level == 2  # 16, 20 and 24 are awaited, 18 and 22 are not any more
    kept = sum(books.closes_in_window for at, books in tally.levels.items() if at >= level)
    assert kept == len(range(0, 26, 2**level))
    assert tally.whole.completed == 26


async def test_a_drain_that_gives_up_counts_what_is_open_once() -> None:
    """
    Awaited, not awaited and queued starts are each one open workflow, whatever state they are in.
    """

    async def wait(_number: int) -> None:
        await asyncio.Event().wait()

    flights, tally = flights_of(wait, awaited_at_once=4, max_in_flight=10)
    for number in range(20):
        flights.due(number, time.perf_counter())
        await _settle()
    sent = tally.whole.sent

    assert await flights.drain(time.perf_counter() + 0.2) == 20
    assert tally.whole.failed == {UNFINISHED: sent, NEVER_SENT: 20 - sent}


async def test_a_flight_that_breaks_is_a_problem_of_the_step() -> None:
    """
    A defect that a flight does not count as a failure is told, and ends nothing.
    """

    async def wait(_number: int) -> None:
        raise KeyError("a defect")

    flights, tally = flights_of(wait)
    flights.due(100, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert tally.problems == [Problem(ProblemCause.FLIGHT_BROKEN, "a flight broke: KeyError: 'a defect'")]


async def test_a_result_that_cannot_be_decoded_is_a_close() -> None:
    """
    The server's word counts: completed ones are good, failed ones are not, and the step is none the worse.
    """

    async def wait(_number: int) -> None:
        raise KeyError("Unknown payload encoding")

    flights, tally = flights_of(wait)
    for number in range(4):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert (tally.whole.completed, tally.whole.failed) == (2, {Failure(FailureKind.WORKFLOW, "FAILED"): 2})
    assert sum(books.end_to_end.get_total_count() for books in tally.levels.values()) == 4
    assert tally.problems == []


@pytest.mark.parametrize(
    "awaited_at_once", [pytest.param(500, id="awaited"), pytest.param(1, id="asked-later")]
)
async def test_a_result_that_the_scenario_calls_a_failure_is_one(awaited_at_once: int) -> None:
    """
    It closed, and it is no success: counted by its outcome, and neither completed nor good.
    """

    async def wait(number: int) -> str:
        return "failed" if number % 4 == 3 else "settled"

    flights, tally = flights_of(
        wait, awaited_at_once=awaited_at_once, judge=lambda result: result if result == "failed" else None
    )
    for number in range(8):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    assert (tally.whole.completed, tally.whole.failed) == (6, {Failure(FailureKind.OUTCOME, "failed"): 2})


@pytest.mark.parametrize(
    ("undecodable", "told"),
    [
        pytest.param(True, "results cannot be decoded here (KeyError: 'no key')", id="undecodable"),
        pytest.param(
            False, "`failure` of the scenario test broke on a result (TypeError: ", id="broken-judge"
        ),
    ],
)
async def test_results_that_cannot_be_judged_are_a_problem_told_once(undecodable: bool, told: str) -> None:
    """
    Nobody knows how many orders failed, so the step is not to be believed.
    """

    async def wait(_number: int) -> int:
        if undecodable:
            raise KeyError("no key")
        return 7

    flights, tally = flights_of(wait, judge=lambda result: result["outcome"])
    for number in (0, 2, 4):
        flights.due(number, time.perf_counter())
    await flights.drain(time.perf_counter() + 5)

    (problem,) = tally.problems
    assert problem.cause is ProblemCause.RESULT_NOT_JUDGED
    assert problem.text.startswith(told)


@pytest.mark.parametrize(
    "awaited_at_once", [pytest.param(500, id="awaited"), pytest.param(1, id="asked-later")]
)
async def test_a_failure_belongs_to_the_window_in_which_its_arrival_fell_due(awaited_at_once: int) -> None:
    """
    Whenever it is learnt: of results that are asked for after the window none would be one of the window's.
    """

    async def wait(number: int) -> str:
        await asyncio.sleep(0.02)  # all of them are open before the first one ends
        return "failed" if number % 2 else "settled"

    flights, tally = flights_of(
        wait, awaited_at_once=awaited_at_once, judge=lambda result: result if result == "failed" else None
    )
    began = time.perf_counter()
    tally.bounds = Bounds(began - 10, began - 5)
    for number in range(8):
        flights.due(number, began - 9 + number)
    await flights.drain(time.perf_counter() + 5)

    assert tally.whole.failed.total() == 4
    assert tally.window.failed.total() == 2


async def test_what_a_drain_gave_up_belongs_to_the_window_in_which_it_fell_due() -> None:
    """
    An order of the warm-up that is still open is none of the window's.
    """

    async def wait(_number: int) -> None:
        await asyncio.Event().wait()

    flights, tally = flights_of(wait, awaited_at_once=4, max_in_flight=6)
    began = time.perf_counter()
    tally.bounds = Bounds(began - 5, began + 5)
    for number in range(10):
        flights.due(number, began - 8 + number)
        await _settle()

    await flights.drain(time.perf_counter() + 0.2)

    assert tally.whole.failed.total() == 10
    assert tally.window.failed.total() == 7


@pytest.mark.parametrize("launched", [1, 7, 64])
async def test_order_ids_and_seeds_are_those_of_the_arrivals_number(launched: int) -> None:
    """
    The same arrival of another run has the same seed; ids differ by the prefix alone.
    """
    flights, _ = flights_of(lambda _: asyncio.sleep(0))
    arrival = flights._terms.arrival(launched)

    assert (arrival.order_id, arrival.seed) == (f"p-{launched}", 2**32 + launched)
