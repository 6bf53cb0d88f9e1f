"""
The steps at the shop's counter: what is agreed with the client, and what is paid.
"""

from __future__ import annotations

from temporalio import activity

from repairshop.activities.deadline import deadline_seconds
from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.contract import RepairKind
from repairshop.order_steps import OrderStep, StepInput, StepOutput


class FrontDesk:
    """
    Activities of the people at the counter.
    """

    def __init__(self, books: EffectRecorder) -> None:
        self._books = books

    @activity.defn(name=OrderStep.REGISTER)
    async def register(self, given: StepInput) -> StepOutput:
        """
        Open the order in the shop's books.
        """
        return await self._books.note(given, "open")

    @activity.defn(name=OrderStep.CLASSIFY)
    async def classify(self, given: StepInput) -> StepOutput:
        """
        Find out which kind of repair this is.
        """
        return await self._books.note(given, RepairKind(given.given))

    @activity.defn(name=OrderStep.QUOTE)
    async def quote(self, given: StepInput) -> StepOutput:
        """
        Tell the client what the repair costs, in cents.
        """
        return await self._books.note(given, given.given)

    @activity.defn(name=OrderStep.SET_DEADLINE)
    async def set_deadline(self, given: StepInput) -> StepOutput:
        """
        Say in how many seconds the order is to be done, by its kind and priority.
        """
        kind, _, priority = given.given.partition(" ")
        base = given.work.deadline_seconds if given.work else 0.0
        return await self._books.note(
            given, repr(deadline_seconds(base, RepairKind(kind), priority == "urgent"))
        )

    @activity.defn(name=OrderStep.CHARGE)
    async def charge(self, given: StepInput) -> StepOutput:
        """
        Take the client's money, in cents.
        """
        return await self._books.note(given, given.given)

    @activity.defn(name=OrderStep.REPLACE)
    async def replace(self, given: StepInput) -> StepOutput:
        """
        Take another device off the shelf.
        """
        return await self._books.note(given, "another device")

    @activity.defn(name=OrderStep.REIMBURSE)
    async def reimburse(self, given: StepInput) -> StepOutput:
        """
        Pay the client what the device was worth.
        """
        return await self._books.note(given, "the device's worth")

    @activity.defn(name=OrderStep.SETTLE)
    async def settle(self, given: StepInput) -> StepOutput:
        """
        Hand the device over and close the order.
        """
        return await self._books.note(given, "closed")

    @activity.defn(name=OrderStep.RETURN_DEVICE)
    async def return_device(self, given: StepInput) -> StepOutput:
        """
        Hand the device back as it came, with a report, and close the order.
        """
        return await self._books.note(given, given.given)
