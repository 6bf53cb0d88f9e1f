"""
A closed load awaits the result of each order, so workers may have too many slots for it.
"""

from __future__ import annotations

import pytest
import synthetic

from loadtest.analysis.rules.awaited_results import demand_awaitable
from loadtest.errors import InputError
from loadtest.plan import Plan, WorkerSetup
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts


def keys(*replicas: int) -> list[StepKey]:
    """
    Closed steps of the demo's plan, and an open one that awaits as many results as there are.
    """
    return [*(StepKey(number, 0, "saturate", 1) for number in replicas), StepKey(1000, 1, "open", 1)]


def own(**changes: object) -> Plan:
    """
    The demo's plan, with workers of which it says nothing.
    """
    return synthetic.demo_plan(worker=WorkerSetup(), **changes)


def go(slots: int | None) -> list[WorkerFacts]:
    """
    One worker.
    """
    return [WorkerFacts("w", "heartbeat", sdk="temporal-go 1.48.0", activity_slots=slots)]


def test_the_slots_that_an_sdk_gives_by_itself_are_told_with_what_to_write() -> None:
    """Go gives a thousand: two thousand orders at one replica, eight at four."""
    with pytest.raises(InputError) as refused:
        demand_awaitable(own(), go(1000), keys(1, 2, 4))

    told = str(refused.value)
    assert told.startswith(
        "plan: 4 replicas would keep 8,000 orders open, 2 for each activity slot that they have, and the result of each is "
        "awaited, beyond max_awaited = 1,000;"
    )
    assert "write in_flight_per_slot = 0.25, " in told
    with pytest.raises(
        InputError, match=r"1 replica would keep 2,000 .* write in_flight_per_slot = 0\.25 for up to 4, "
    ):
        demand_awaitable(own(), go(1000), keys(1))


def test_what_is_told_to_write_is_taken() -> None:
    """Rounded down, whatever the slots are."""
    loads = [{"kind": "saturate", "in_flight_per_slot": 0.111}, {"kind": "open", "arrival_rate": 1.0}]
    with pytest.raises(InputError, match=r"in_flight_per_slot = 0\.111, "):
        demand_awaitable(own(), go(750), keys(4, 12))

    demand_awaitable(Plan.model_validate({"name": "p", "loads": loads}), go(750), keys(4, 12))


@pytest.mark.parametrize(
    ("slots", "most", "counts"),
    [(200, 1000, (1, 2)), (200, 1600, (1, 4)), (None, 1000, (1, 4)), (1000, 1000, ())],
    ids=["few enough", "many frontends", "slots that nobody knows", "no closed step"],
)
def test_what_can_be_awaited_is_measured(slots: int | None, most: int, counts: tuple[int, ...]) -> None:
    """Up to the bound, and where the plan's own number stands in."""
    demand_awaitable(own(max_awaited=most), go(slots), keys(*counts))
