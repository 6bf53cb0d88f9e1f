"""
The six steps that every order takes.
"""

from __future__ import annotations

from temporalio import activity

from repairshop.activities.work import chance_of_attempt, spend
from repairshop.ledger import Ledger
from repairshop.steps import Step, StepInput, StepOutput

TECHNICIANS = ("Ada", "Bo", "Cem", "Dana", "Eli", "Fumi")


class FlowActivities:
    """
    Activities bound to the ledger that records their effects.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @activity.defn(name=Step.REGISTER)
    async def register(self, given: StepInput) -> StepOutput:
        """
        Open the order in the shop's books.
        """
        return await self._done(given, "open")

    @activity.defn(name=Step.CLASSIFY)
    async def classify(self, given: StepInput) -> StepOutput:
        """
        Find out which kind of repair this is.
        """
        return await self._done(given, given.given)

    @activity.defn(name=Step.ASSIGN_TECHNICIAN)
    async def assign_technician(self, given: StepInput) -> StepOutput:
        """
        Find who repairs the device.
        """
        return await self._done(given, TECHNICIANS[given.seed % len(TECHNICIANS)])

    @activity.defn(name=Step.SET_DEADLINE)
    async def set_deadline(self, given: StepInput) -> StepOutput:
        """
        Say until when the order is to be done.
        """
        return await self._done(given, str(given.work.deadline_seconds if given.work else 0.0))

    @activity.defn(name=Step.ASSIGN_INSPECTOR)
    async def assign_inspector(self, given: StepInput) -> StepOutput:
        """
        Let somebody else than the technician look at the repaired device.
        """
        chance = chance_of_attempt(given)
        await spend(given, chance)
        fails = given.work is not None and chance.random() < given.work.rework_probability
        value = await self._ledger.record(
            given.order_id, Step.ASSIGN_INSPECTOR, given.round, "failed" if fails else "passed"
        )
        return StepOutput(value, given.blob)

    @activity.defn(name=Step.SETTLE)
    async def settle(self, given: StepInput) -> StepOutput:
        """
        Hand the device over and close the order.
        """
        return await self._done(given, "closed")

    async def _done(self, given: StepInput, value: str) -> StepOutput:
        step = activity.info().activity_type
        value = await self._ledger.record(given.order_id, step, given.round, value)
        await spend(given, chance_of_attempt(given))
        return StepOutput(value, given.blob)
