"""
The steps in the workshop: who repairs and who inspects, and both of it.
"""

from __future__ import annotations

from temporalio import activity

from repairshop.activities.activity_errors import NoTechnicianFree, UnknownSkill
from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.activities.roster import SENIOR, Technician, able, inspector_for, known_skills
from repairshop.draws import passes_inspection
from repairshop.ledger import Delivery, Ledger
from repairshop.order_steps import OrderStep, StepInput, StepOutput


class Workshop:
    """
    Activities of the people in the workshop.
    """

    def __init__(self, books: EffectRecorder, ledger: Ledger) -> None:
        self._books = books
        self._ledger = ledger

    @activity.defn(name=OrderStep.ASSIGN_TECHNICIAN)
    async def assign_technician(self, given: StepInput) -> StepOutput:
        """
        Give the order to who has the skill and the least to do.
        """
        staff = able(given.given)
        if not staff:
            raise UnknownSkill(given.given, ", ".join(known_skills()))
        first = given.seed % len(staff)
        staff = staff[first:] + staff[:first]
        if not given.given:
            return await self._books.note(given, staff[0].name)
        return await self._books.note_by(
            given, lambda delivery: self._least_busy(delivery, given.given, staff)
        )

    @activity.defn(name=OrderStep.RESERVE_PARTS)
    async def reserve_parts(self, given: StepInput) -> StepOutput:
        """
        Put aside what the repair will use up.
        """
        return await self._books.note(given, "parts")

    @activity.defn(name=OrderStep.REPAIR)
    async def repair(self, given: StepInput) -> StepOutput:
        """
        Repair the device; a lost attempt is gone on with from its last heartbeat.
        """
        return await self._books.note(given, "repaired")

    @activity.defn(name=OrderStep.ESCALATE)
    async def escalate(self, given: StepInput) -> StepOutput:
        """
        Put the most experienced technician on an order that is late, and grant a discount.
        """
        return await self._books.note(given, SENIOR)

    @activity.defn(name=OrderStep.ASSIGN_INSPECTOR)
    async def assign_inspector(self, given: StepInput) -> StepOutput:
        """
        Find somebody to inspect who had no hands on the device, and for a light order have it inspected.
        """
        inspector = inspector_for(given.seed, given.round, given.given.split(","))
        return await self._books.note(
            given, inspector, passed=passes_inspection(given.work, given.seed, given.round)
        )

    @activity.defn(name=OrderStep.INSPECT_ITEM)
    async def inspect_item(self, given: StepInput) -> StepOutput:
        """
        Inspect one item of the checklist.
        """
        number, _, item = given.given.partition(" ")
        passed = passes_inspection(given.work, given.seed, given.round, item, int(number))
        return await self._books.note(given, "passed" if passed else "failed", passed=passed, part=item)

    async def _least_busy(self, delivery: Delivery, skill: str, staff: list[Technician]) -> str:
        chosen = await self._ledger.assign(delivery, {person.name: person.capacity for person in staff})
        if chosen is None:
            raise NoTechnicianFree(skill)
        return chosen
