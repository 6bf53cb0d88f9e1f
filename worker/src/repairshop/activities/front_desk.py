"""
The steps at the shop's counter: what is agreed with the client, and what is paid.
"""

from __future__ import annotations

from temporalio import activity

from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.contract import RepairKind
from repairshop.order_steps import OrderStep
from repairshop.step_payloads import (
    ChargeInput,
    ClassifyInput,
    QuoteInput,
    ReturnDeviceInput,
    SetDeadlineInput,
    StepContext,
    StepOutput,
)

# Orders that the client pays come first; a device that goes back unrepaired can wait.
SHARE = {RepairKind.WARRANTY: 1.0, RepairKind.PAID: 0.75, RepairKind.BEYOND_REPAIR: 1.5}
URGENT_SHARE = 0.5


def deadline_seconds(base: float, kind: RepairKind, urgent: bool) -> float:
    """
    Return the seconds until an order is escalated; 0 for never.
    """
    return base * SHARE[kind] * (URGENT_SHARE if urgent else 1.0)


class FrontDesk:
    """
    Activities of the people at the counter.
    """

    def __init__(self, recorder: EffectRecorder) -> None:
        self._recorder = recorder

    @activity.defn(name=OrderStep.REGISTER)
    async def register(self, given: StepContext) -> StepOutput:
        """
        Open the order in the shop's books.
        """
        return await self._recorder.note(given, "open")

    @activity.defn(name=OrderStep.CLASSIFY)
    async def classify(self, given: ClassifyInput) -> StepOutput:
        """
        Find out which kind of repair this is.
        """
        return await self._recorder.note(given, given.kind)

    @activity.defn(name=OrderStep.QUOTE)
    async def quote(self, given: QuoteInput) -> StepOutput:
        """
        Tell the client what the repair costs, in cents.
        """
        return await self._recorder.note(given, str(given.price_cents))

    @activity.defn(name=OrderStep.SET_DEADLINE)
    async def set_deadline(self, given: SetDeadlineInput) -> StepOutput:
        """
        Set how many seconds the order may take, by its kind and priority.
        """
        base = given.work.deadline_seconds if given.work else 0.0
        return await self._recorder.note(given, repr(deadline_seconds(base, given.kind, given.urgent)))

    @activity.defn(name=OrderStep.CHARGE)
    async def charge(self, given: ChargeInput) -> StepOutput:
        """
        Take the client's money, in cents.
        """
        return await self._recorder.note(given, str(given.amount_cents))

    @activity.defn(name=OrderStep.REPLACE)
    async def replace(self, given: StepContext) -> StepOutput:
        """
        Take another device off the shelf for the client.
        """
        return await self._recorder.note(given, "another device")

    @activity.defn(name=OrderStep.REIMBURSE)
    async def reimburse(self, given: StepContext) -> StepOutput:
        """
        Pay the client what the device was worth.
        """
        return await self._recorder.note(given, "the device's worth")

    @activity.defn(name=OrderStep.SETTLE)
    async def settle(self, given: StepContext) -> StepOutput:
        """
        Hand the device over and close the order.
        """
        return await self._recorder.note(given, "closed")

    @activity.defn(name=OrderStep.RETURN_DEVICE)
    async def return_device(self, given: ReturnDeviceInput) -> StepOutput:
        """
        Hand the device back as it came, with a report, and close the order.
        """
        return await self._recorder.note(given, given.reason)
