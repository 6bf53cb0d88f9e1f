"""
Injectors that are started while others run, and a step that fewer of them share.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from noop_orders import noop_worker
from real_server import Server

from loadtest.injector.launch import launch
from loadtest.results.step_instruction import StepInstruction

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_step_is_shared_by_as_many_injectors_as_it_asks_for(
    server: Server, instruction: Callable[..., StepInstruction], task_queue: str, tmp_path: Path
) -> None:
    """An injector that was added takes part where it is asked for, and leaves the load to the first one elsewhere."""
    async with (
        launch(server.access, injectors=1, logs=tmp_path) as locust,
        noop_worker(server.address, task_queue),
    ):
        (first,) = locust.pids
        await locust.add_up_to(2)
        await locust.add_up_to(1)
        two = await locust.run(instruction(step="two", injectors=2), lambda _: None)
        one = await locust.run(
            instruction(step="one", injectors=1, id_prefix=f"{task_queue}-one"), lambda _: None
        )

        assert len(locust.pids) == 2
        assert locust.pids[0] == first

    assert (len(two.per_injector), len(one.per_injector)) == (2, 1)
    assert (two.problems, one.problems) == ((), ())
    assert two.whole.completed == one.whole.completed == 40
