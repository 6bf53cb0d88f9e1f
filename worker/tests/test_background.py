"""
What runs beside the work may not end unnoticed.
"""

from __future__ import annotations

import asyncio

import pytest

from repairshop.background import Background


async def _fail() -> None:
    raise ZeroDivisionError("a bug")


async def _end() -> None:
    pass


@pytest.mark.parametrize(
    ("coroutine", "kind"), [(_fail, ZeroDivisionError), (_end, RuntimeError)], ids=["fails", "ends"]
)
async def test_the_first_task_that_ends_asks_the_process_to_stop(
    coroutine: object, kind: type[Exception]
) -> None:
    """
    The reason is kept, and the other tasks go on until the block ends.
    """
    assert callable(coroutine)
    stop, other_ended = asyncio.Event(), asyncio.Event()

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            other_ended.set()

    async with asyncio.timeout(10), Background(stop) as background:
        background.run(other())
        background.run(coroutine())
        await stop.wait()
        still_ran = not other_ended.is_set()

    assert isinstance(background.failure, kind)
    assert still_ran
    assert other_ended.is_set()


async def test_tasks_that_are_cancelled_at_the_end_are_no_failure() -> None:
    """
    A block that ends by itself leaves no reason behind.
    """
    stop = asyncio.Event()
    async with Background(stop) as background:
        background.run(asyncio.sleep(600))
        await asyncio.sleep(0)

    assert background.failure is None
    assert not stop.is_set()
