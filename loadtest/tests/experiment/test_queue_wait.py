"""
A queue of known service times: the mean waits that the report finds are those that its laws leave room for.

A machine that stalls makes tasks wait longer, in a closed load as in an open one, and neither a law of the queue nor a
simulation of it can know by how much. So nothing here is a limit on time: each bound moves with the machine.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from queue_simulation import mean_wait, simulate
from sweep_process import skip_if_others_filled_the_machine, sweep

from loadtest.arrivals import schedule
from loadtest.results.step_instruction import StepInstruction

pytestmark = [pytest.mark.server, pytest.mark.sweep, pytest.mark.timeout(600)]

SLOTS = 4
ACTIVITIES = 6
SECONDS = 0.3
# From an activity's end to the next one's entry: two workflow tasks' hand-overs.
BETWEEN_SECONDS = 0.008
# Of the first ten seeds' schedules one that makes tasks wait for half a service time on average, thirty times a hand-over,
# and is not above capacity for long.
SEED, WARM_UP_SECONDS, OPEN_SECONDS = 4, 3, 15
PLAN = f"""
name = "queue"
replicas = [1]
warm_up_seconds = {WARM_UP_SECONDS}
drain_seconds = 30
seed = {SEED}
loads = [{{ kind = "saturate", window_seconds = 18, in_flight_per_slot = 2 }}, {{ kind = "open", arrival_rate = 1.6, window_seconds = {OPEN_SECONDS} }}]
[work]
seconds = {SECONDS}
spread = "constant"
[worker]
activity_slots = {SLOTS}
[slo]
schedule_to_start_p95_seconds = 60
"""


def test_the_mean_waits_are_those_of_the_queue(tmp_path: Path) -> None:
    """
    A closed load's wait follows from what it completes; an open load's is at least that of the same arrivals at rest.

    Means are compared: matching does not serve first come first, so percentiles differ.
    """
    path = tmp_path / "queue.toml"
    path.write_text(PLAN, encoding="utf-8")

    ran = sweep(tmp_path / "results", str(path))
    skip_if_others_filled_the_machine(ran)

    ((full,), (step,)) = ran.steps("saturate"), ran.steps("open")
    assert step["verdict"] == "valid", step["reasons"]
    activities = full["counts"]["window_activities"]
    # In the saturated step every slot is held all the time, so this is how long an activity holds one: its
    # sleep and the hand-over to the next. More would mean that slots stood empty, and less that one activity
    # did not hold its own.
    service = SLOTS * full["window_seconds"] / activities
    assert SECONDS < service < 1.5 * SECONDS
    # Little's law of the closed loop: every order waits, works, or is handed over, which takes what is left.
    cycle = 2 * SLOTS * full["window_seconds"] / activities
    at_most = cycle - SECONDS
    assert 0.5 * at_most < full["cross_check"]["server_mean"] < 1.05 * at_most
    instruction = StepInstruction(
        step="1-open1-1",
        id_prefix="",
        scenario="repair",
        task_queue="",
        seed=ran.run.plan.seed,
        schedule_seed=f"{ran.run.plan.seed}/1",
        work=ran.run.plan.work,
        arrival_rate=1.6,
        in_flight=None,
        arrivals=ran.run.plan.loads[1].arrivals,
        start_at=0,
        warm_up_seconds=WARM_UP_SECONDS,
        window_seconds=OPEN_SECONDS,
        drain_seconds=30,
        max_in_flight=2000,
        end_to_end_bound_seconds=None,
    )
    arrivals = schedule(instruction)
    expected = statistics.mean(
        mean_wait(
            simulate(
                arrivals,
                lambda _: [service] * ACTIVITIES,
                slots=SLOTS,
                between=BETWEEN_SECONDS,
                seed=seed,
            ),
            WARM_UP_SECONDS,
            WARM_UP_SECONDS + OPEN_SECONDS,
        )
        for seed in range(20)
    )
    found = step["schedule_to_start_seconds"]["activity"]["mean"]["value"]
    assert found > 0.5 * expected
