"""
What a plan asks of a server at once, and what is refused before anything is scaled, or once workers tell their slots.
"""

from __future__ import annotations

from typing import Any

import pytest
import synthetic_steps

from loadtest.analysis.rules.long_poll_limits import (
    demand_awaitable,
    demand_server_allows,
    line_of_needs,
    server_needs,
)
from loadtest.errors import InputError
from loadtest.plan import Plan, WorkerSetup, parse_plan
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts

OPEN = [{"kind": "open", "arrival_rate": 10.0}]


def needs(**document: Any) -> dict[str, tuple[int, int | None]]:
    """
    What a plan needs and what the server allows, by name.
    """
    return {
        need.what: (need.needs, need.allows)
        for need in server_needs(parse_plan({"name": "p", **document}, "plan"))
    }


def test_the_largest_step_counts() -> None:
    """Four replicas of four slots with two orders a slot; five pollers of each kind."""
    found = needs(replicas=[1, 4], worker={"activity_slots": 4}, loads=[{"kind": "saturate"}])

    assert found == {
        "activity slots": (16, None),
        "activity long polls": (20, 1200),
        "workflow long polls": (20, 1200),
        "awaited results": (32, 1000),
    }


def test_an_open_load_awaits_no_result() -> None:
    """Its workflows are not waited for by a call each."""
    assert "awaited results" not in needs(replicas=[200], loads=OPEN)


def test_a_factor_counts_by_its_largest_value() -> None:
    """The step with most pollers is the one that the server must answer."""
    found = needs(replicas=[10], loads=OPEN, factors={"worker.activity_pollers": [2, 30]})

    assert found["activity long polls"][0] == 300
    assert found["workflow long polls"][0] == 50


def test_pollers_that_scale_in_one_cell_and_are_fixed_in_another_are_told_apart() -> None:
    """Up to a hundred each where they scale, whatever the fixed number is."""
    found = needs(replicas=[10], loads=OPEN, factors={"worker.activity_pollers": ["autoscaling", 5]})

    assert found["activity long polls"][0] == 50
    assert found["activity long polls where they scale"][0] == 1000


@pytest.mark.parametrize(
    ("document", "allows"),
    [
        pytest.param({}, 1200, id="one-frontend"),
        pytest.param({"max_awaited": 2400}, 2400, id="two-frontends"),
        pytest.param({"server": {"dynamic_config": {"frontend.namespaceCount": 5000}}}, 5000, id="raised"),
    ],
)
def test_what_a_server_allows(document: dict[str, Any], allows: int) -> None:
    """So many calls a frontend, for each API apart."""
    assert needs(loads=OPEN, **document)["activity long polls"][1] == allows


@pytest.mark.parametrize(
    ("replicas", "refused"), [pytest.param(240, False, id="the-limit"), pytest.param(241, True, id="beyond")]
)
def test_polls_that_no_server_answers_are_refused(replicas: int, refused: bool) -> None:
    """240 replicas of five pollers are 1,200 long polls of each kind; one more is told for both kinds."""
    plan = parse_plan({"name": "p", "replicas": [1, replicas], "loads": OPEN}, "plan")

    if not refused:
        demand_server_allows(plan)
        return
    with pytest.raises(InputError) as told:
        demand_server_allows(plan)
    first, second = str(told.value).splitlines()
    assert first.startswith(
        "plan: 1,205 activity long polls at 241 replicas, and the server answers 1,200 at once"
    )
    assert "lower replicas or worker.activity_pollers = 5" in first
    assert "workflow long polls" in second


def test_pollers_that_scale_by_themselves_are_told_and_not_refused() -> None:
    """They need not grow that far."""
    plan = parse_plan(
        {"name": "p", "replicas": [20], "loads": OPEN, "worker": {"activity_pollers": "autoscaling"}}, "plan"
    )

    demand_server_allows(plan)

    assert line_of_needs(plan) == (
        "at 20 replicas this plan needs 80 activity slots, up to 2,000 activity long polls (the server allows 1,200), "
        "100 workflow long polls (the server allows 1,200)"
    )


def keys(*replicas: int) -> list[StepKey]:
    """
    Closed steps of the demo's plan, and an open one that awaits as many results as there are.
    """
    return [*(StepKey(number, 0, "saturate", 1) for number in replicas), StepKey(1000, 1, "open", 1)]


def own(**changes: object) -> Plan:
    """
    The demo's plan, with workers of which it says nothing.
    """
    return synthetic_steps.demo_plan(worker=WorkerSetup(), **changes)


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


def test_slots_of_workers_without_activities_are_those_for_workflow_tasks() -> None:
    """Such a worker of Go was loaded with one order."""
    workers = [WorkerFacts("w", "heartbeat", sdk="temporal-go 1.48.0", activity_slots=0, workflow_slots=1000)]

    with pytest.raises(
        InputError, match="keep 2,000 orders open, 2 for each workflow task slot that they have, "
    ):
        demand_awaitable(own(), workers, keys(1))
