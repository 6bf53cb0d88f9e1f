"""
How often a step is tried, how soon and by whom: read from the recorded history.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from processes import Server, StartWorker, wait_until
from shop import Shop, full_order, new_order, open_shop, until
from temporalio.api.enums.v1 import EventType, RetryState
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.testing import TimeSkipper

from repairshop.contract import Fault, Limits, Outcome, RepairKind, WorkProfile
from repairshop.ledger import open_ledger
from repairshop.workflows.retry_policies import EXTERNAL, QUICK, UNTIL_IT_WORKS

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """
    A shop whose orders have clocks of their own, which skip what nobody works in.
    """
    return replace(shop, client=TimeSkipper(shop.client).client)


async def of_step(handle: WorkflowHandle[object, object], step: str) -> dict[str, HistoryEvent]:
    """
    The events of one activity: scheduled, started and closed.
    """
    events = (await handle.fetch_history()).events
    scheduled = next(
        e for e in events if e.activity_task_scheduled_event_attributes.activity_type.name == step
    )
    found = {"scheduled": scheduled}
    for event in events:
        about = getattr(event, event.WhichOneof("attributes"))
        if getattr(about, "scheduled_event_id", 0) == scheduled.event_id:
            started = event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
            found["started" if started else "closed"] = event
    return found


def waited(events: dict[str, HistoryEvent]) -> float:
    """
    Seconds from the first schedule to the start of the last attempt, on the order's clock.
    """
    begun, ended = (events[name].event_time.ToNanoseconds() / 1e9 for name in ("scheduled", "started"))
    return ended - begun


def intervals(policy: RetryPolicy, count: int) -> list[float]:
    """
    The waits between attempts that a policy prescribes.
    """
    cap = policy.maximum_interval.total_seconds() if policy.maximum_interval else float("inf")
    first = policy.initial_interval.total_seconds()
    return [min(first * policy.backoff_coefficient**n, cap) for n in range(count)]


@pytest.mark.parametrize(
    ("step", "policy", "fields"),
    [
        ("register", QUICK, {}),
        ("quote", EXTERNAL, {"kind": RepairKind.PAID, "price_cents": 1, "limits": Limits(quote_seconds=1)}),
        ("assign_technician", UNTIL_IT_WORKS, {}),
    ],
    ids=["quick", "external", "until it works"],
)
async def test_the_four_knobs_are_in_the_history(
    shop: Shop, step: str, policy: RetryPolicy, fields: dict[str, object]
) -> None:
    """
    Each named policy arrives at the server as it is written.
    """
    handle = await shop.start(new_order(**fields))
    await handle.result()

    events = await of_step(handle, step)

    recorded = events["scheduled"].activity_task_scheduled_event_attributes.retry_policy
    assert RetryPolicy.from_proto(recorded) == policy


@pytest.mark.parametrize(
    ("step", "policy", "failures"),
    [
        *(("register", QUICK, failures) for failures in (1, 3, 5)),
        *(("assign_inspector", EXTERNAL, failures) for failures in (1, 4, 7)),
        *(("assign_technician", UNTIL_IT_WORKS, failures) for failures in (1, 2, 8, 9, 10, 11)),
    ],
    ids=lambda value: value if isinstance(value, str | int) else "",
)
async def test_attempts_follow_initial_interval_coefficient_and_cap(
    shop: Shop, step: str, policy: RetryPolicy, failures: int
) -> None:
    """
    After each failure the wait doubles, from the initial interval up to the cap, on the order's clock.
    """
    handle = await shop.start(new_order(faults=(Fault(step, attempts=failures),)))
    await handle.result()

    events = await of_step(handle, step)

    assert events["started"].activity_task_started_event_attributes.attempt == failures + 1
    expected = sum(intervals(policy, failures))
    # Never earlier than prescribed, and within half of the next wait, which a wrong knob would miss.
    slack = max(intervals(policy, failures + 1)[-1] / 2, 10.0)
    assert expected <= waited(events) <= expected + slack
    uncapped = sum(policy.initial_interval.total_seconds() * 2.0**n for n in range(failures))
    assert uncapped < expected + slack or waited(events) < uncapped


async def test_attempts_stop_at_the_maximum(shop: Shop) -> None:
    """
    A step that never works is tried as often as its policy says, and then the order ends.
    """
    order = new_order(faults=(Fault("register"),))
    handle = await shop.start(order)

    result = await handle.result()

    events = await of_step(handle, "register")
    assert result.outcome == Outcome.FAILED
    assert events["started"].activity_task_started_event_attributes.attempt == QUICK.maximum_attempts
    state = events["closed"].activity_task_failed_event_attributes.retry_state
    assert state == RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
    tried = [d.attempt for d in await shop.ledger.deliveries(order.order_id) if d.step == "register"]
    assert tried == list(range(1, QUICK.maximum_attempts + 1))


@pytest.mark.parametrize(
    ("fields", "step", "kind"),
    [
        ({"faults": (Fault("classify", permanent=True),)}, "classify", "Refused"),
        ({"skill": "clairvoyance"}, "assign_technician", "UnknownSkill"),
    ],
    ids=["refused", "unknown skill"],
)
async def test_a_non_retryable_error_is_typed_and_ends_at_once(
    shop: Shop, fields: dict[str, object], step: str, kind: str
) -> None:
    """
    What no retry can mend is tried once, whatever the policy.
    """
    handle = await shop.start(new_order(**fields))

    result = await handle.result()

    events = await of_step(handle, step)
    failed = events["closed"].activity_task_failed_event_attributes
    assert result.outcome == Outcome.FAILED
    assert events["started"].activity_task_started_event_attributes.attempt == 1
    assert failed.retry_state == RetryState.RETRY_STATE_NON_RETRYABLE_FAILURE
    assert failed.failure.application_failure_info.type == kind
    assert failed.failure.application_failure_info.non_retryable


async def test_start_to_close_hands_the_step_to_another_worker(
    server: Server, task_queue: str, tmp_path: Path
) -> None:
    """
    A worker that hangs loses the step when start-to-close expires; the other has it once.
    """
    url = f"sqlite://{tmp_path}/ledger.db"
    hang = Fault("classify", attempts=1, after_effect=True, hang_seconds=30, fails=False)
    order = new_order(faults=(hang,), limits=Limits(start_to_close_seconds=3))
    stuck = await Client.connect(server.address, identity="stuck")
    other = await Client.connect(server.address, identity="other")

    async with open_shop(stuck, task_queue, url, activity_slots=1, identity="stuck") as shop:
        handle = await shop.start(order)

        async def hangs() -> bool:
            return any(d.step == "classify" for d in await shop.ledger.deliveries(order.order_id))

        await until(hangs, "the first worker hangs")
        async with open_shop(other, task_queue, url, identity="other"):
            result = await handle.result()

            assert result.outcome == Outcome.SETTLED
            tried = [d for d in await shop.ledger.deliveries(order.order_id) if d.step == "classify"]
            assert [(d.worker, d.attempt) for d in tried] == [("stuck", 1), ("other", 2)]
            assert (await shop.done(order.order_id)).count("classify") == 1


async def test_a_long_repair_resumes_from_its_last_heartbeat(
    client: Client, start_worker: StartWorker, task_queue: str, tmp_path: Path
) -> None:
    """
    A worker killed in a long repair: after a heartbeat timeout another goes on where it was.
    """
    url = f"sqlite://{tmp_path}/ledger.db"
    first = start_worker(ledger=url).wait_ready()
    order = full_order(
        kind=RepairKind.WARRANTY,
        work=WorkProfile(),
        repair_seconds=8.0,
        limits=Limits(heartbeat_seconds=2, start_to_close_seconds=600),
    )
    shop = Shop(client, task_queue, await open_ledger(url))
    handle = await shop.start(order)

    async def half_done() -> bool:
        pending = (await handle.describe()).raw_description.pending_activities
        return any(
            one.activity_type.name == "repair"
            and one.heartbeat_details.payloads
            and float(one.heartbeat_details.payloads[0].data) > 0.3
            for one in pending
        )

    await until(half_done, "a good part of the repair is reported")
    os.killpg(first.process.pid, signal.SIGKILL)
    wait_until(lambda: first.process.poll() is not None, "the worker is dead")
    start_worker(ledger=url).wait_ready()
    result = await asyncio.wait_for(handle.result(), 60)

    assert result.outcome == Outcome.SETTLED
    first_try, second_try = [d for d in await shop.ledger.deliveries(order.order_id) if d.step == "repair"]
    assert (first_try.detail, second_try.attempt) == ("", 2)
    assert float(second_try.detail.removeprefix("resumed at ")) > 0.3
    events = await of_step(handle, "repair")
    lost = events["started"].activity_task_started_event_attributes.last_failure
    assert "heartbeat" in lost.message.lower()
    await shop.ledger.close()
