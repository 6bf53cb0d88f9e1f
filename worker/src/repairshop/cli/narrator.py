"""
Tells an order's history in sentences, for people who do not know Temporal.

It reads only the events, as they are written, and asks the workflow nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.converter import DataConverter

from repairshop.contract import DAY_SECONDS, RepairOrder, RepairResult
from repairshop.order_steps import OrderStep
from repairshop.step_payloads import InspectionOutput, StepOutput

_T = TypeVar("_T")

STEPS: dict[str, Callable[[RepairOrder, str], str]] = {
    OrderStep.REGISTER: lambda order, _: (
        f"{order.client}'s {order.device} is registered: “{order.complaint}”"
    ),
    OrderStep.CLASSIFY: lambda _, value: f"it is a {value.replace('_', ' ')} case",
    OrderStep.QUOTE: lambda order, value: f"the repair is quoted at {money(value)}; {order.client} is asked",
    OrderStep.ASSIGN_TECHNICIAN: lambda _, value: f"{value} has the skill and the least to do, and takes it",
    OrderStep.SET_DEADLINE: lambda _, value: f"it is to be done within {span(float(value))}",
    OrderStep.RESERVE_PARTS: lambda _, __: "the parts it needs are put aside",
    OrderStep.REPAIR: lambda order, _: f"the {order.device} is repaired",
    OrderStep.ASSIGN_INSPECTOR: lambda _, value: f"{value} inspects it",
    OrderStep.ESCALATE: lambda _, value: (
        f"the deadline passed: {value} takes over, and a discount is granted"
    ),
    OrderStep.CHARGE: lambda order, value: f"{order.client} pays {money(value)}",
    OrderStep.REPLACE: lambda _, value: f"it cannot be mended, and is replaced by {value}",
    OrderStep.REIMBURSE: lambda _, value: f"it cannot be mended, and {value} is paid back",
    OrderStep.RETURN_DEVICE: lambda order, value: f"the {order.device} is handed back: {value}",
    OrderStep.SETTLE: lambda order, _: f"the {order.device} is handed over, and the order is closed",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    One line of the story.

    Attributes:
        at: Unix time.
        text: What happened in the shop, as a sentence.
        means: What Temporal did for it, as a sentence.
    """

    at: float
    text: str
    means: str


class Narrator:
    """
    Remembers what has begun, so that it can tell how it ended.
    """

    def __init__(self, order: RepairOrder, converter: DataConverter) -> None:
        self._order = order
        self._converter = converter
        self._steps: dict[int, str] = {}

    async def tell(self, event: HistoryEvent) -> Sentence | None:
        """
        Return the sentence for an event, or ``None`` where the event means nothing to the shop.
        """
        name: str = EventType.Name(event.event_type)
        name = name.removeprefix("EVENT_TYPE_").lower()
        tell: Callable[[HistoryEvent], Awaitable[tuple[str, str] | None]] | None = getattr(
            self, f"_{name}", None
        )
        told = await tell(event) if tell is not None else None
        if told is None:
            return None
        return Sentence(event.event_time.ToMilliseconds() / 1000, *told)

    async def _activity_task_scheduled(self, event: HistoryEvent) -> None:
        self._steps[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name

    async def _activity_task_completed(self, event: HistoryEvent) -> tuple[str, str]:
        told = event.activity_task_completed_event_attributes
        step = self._steps[told.scheduled_event_id]
        answer = await self._read(told.result.payloads, StepOutput)
        if step in STEPS:
            return STEPS[step](self._order, answer.value), f"activity {step}"
        return f"undone: {step.replace('_', ' ')}", f"activity {step}"

    async def _activity_task_failed(self, event: HistoryEvent) -> tuple[str, str]:
        told = event.activity_task_failed_event_attributes
        step = self._steps[told.scheduled_event_id]
        return f"{step.replace('_', ' ')} fails for good: {told.failure.message}", f"activity {step}"

    async def _timer_started(self, event: HistoryEvent) -> tuple[str, str]:
        seconds = event.timer_started_event_attributes.start_to_fire_timeout.ToMilliseconds() / 1000
        what = await self._read([event.user_metadata.summary], str) if event.HasField("user_metadata") else ""
        return f"a clock runs: {what or 'a timer ends'} in {span(seconds)}", "timer"

    async def _timer_fired(self, _: HistoryEvent) -> tuple[str, str]:
        return "the clock ran out", "timer"

    async def _workflow_execution_update_accepted(self, event: HistoryEvent) -> tuple[str, str]:
        name = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
        return f"{self._order.client} answers: {name.replace('_', ' ')}", f"update {name}"

    async def _workflow_execution_signaled(self, event: HistoryEvent) -> tuple[str, str]:
        name = event.workflow_execution_signaled_event_attributes.signal_name
        return f"{self._order.client} says: {name}", f"signal {name}"

    async def _start_child_workflow_execution_initiated(self, event: HistoryEvent) -> tuple[str, str]:
        told = event.start_child_workflow_execution_initiated_event_attributes
        name = told.workflow_type.name
        if name.startswith("Warranty"):
            return "the warranty begins, and goes on by itself", f"child workflow {name}"
        return "somebody who did not repair it is asked to inspect it", f"child workflow {name}"

    async def _child_workflow_execution_completed(self, event: HistoryEvent) -> tuple[str, str]:
        told = event.child_workflow_execution_completed_event_attributes
        found = await self._read(told.result.payloads, InspectionOutput)
        if found.failed:
            return (
                f"{found.inspector} finds fault with: {', '.join(found.failed)}; back to the bench",
                "child workflow ends",
            )
        return f"{found.inspector} finds all in order", "child workflow ends"

    async def _workflow_execution_completed(self, event: HistoryEvent) -> tuple[str, str]:
        told = event.workflow_execution_completed_event_attributes
        result = await self._read(told.result.payloads, RepairResult)
        return (
            f"the order ends: {result.outcome}{f', {result.reason}' if result.reason else ''}",
            "workflow ends",
        )

    async def _read(self, payloads: Sequence[Payload], kind: type[_T]) -> _T:
        read: _T = (await self._converter.decode(payloads, [kind]))[0]
        return read


def money(cents: str) -> str:
    """
    Return an amount as people write it.
    """
    return f"{int(cents) / 100:.2f}"


def span(seconds: float) -> str:
    """
    Return a span in the unit that people would use.
    """
    for size, unit in (
        (365 * DAY_SECONDS, "years"),
        (DAY_SECONDS, "days"),
        (3600.0, "hours"),
        (60.0, "minutes"),
    ):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    whole = round(seconds)
    return f"{whole} second{'' if whole == 1 else 's'}"
