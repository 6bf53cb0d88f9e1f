"""
The steps in the workshop: assigning people, repairing and inspecting.
"""

from __future__ import annotations

from temporalio import activity

from repairshop.activities.activity_errors import NoTechnicianFree, UnknownSkill
from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.activities.technician_roster import SENIOR, Technician, able, inspector_for, known_skills
from repairshop.draws import passes_inspection
from repairshop.ledger import Delivery, Ledger
from repairshop.order_steps import OrderStep
from repairshop.step_payloads import (
    AssignInspectorInput,
    AssignTechnicianInput,
    InspectItemInput,
    StepContext,
    StepOutput,
)


class Workshop:
    """
    Activities of the people in the workshop.
    """

    def __init__(self, recorder: EffectRecorder, ledger: Ledger) -> None:
        self._recorder = recorder
        self._ledger = ledger

    @activity.defn(name=OrderStep.ASSIGN_TECHNICIAN)
    async def assign_technician(self, given: AssignTechnicianInput) -> StepOutput:
        """
        Give the order to the technician who has the skill and the fewest orders.
        """
        staff = able(given.skill)
        if not staff:
            raise UnknownSkill(given.skill, ", ".join(known_skills()))
        first = given.seed % len(staff)
        staff = staff[first:] + staff[:first]
        if not given.skill:
            return await self._recorder.note(given, staff[0].name)
        return await self._recorder.note_by(
            given, lambda delivery: self._least_busy(delivery, given.skill, staff)
        )

    @activity.defn(name=OrderStep.RESERVE_PARTS)
    async def reserve_parts(self, given: StepContext) -> StepOutput:
        """
        Put aside what the repair will use up.
        """
        return await self._recorder.note(given, "parts")

    @activity.defn(name=OrderStep.REPAIR)
    async def repair(self, given: StepContext) -> StepOutput:
        """
        Repair the device; after a lost attempt the work continues from its last heartbeat.
        """
        return await self._recorder.note(given, "repaired")

    @activity.defn(name=OrderStep.ESCALATE)
    async def escalate(self, given: StepContext) -> StepOutput:
        """
        Give a late order to the most experienced technician, and grant a discount.
        """
        return await self._recorder.note(given, SENIOR)

    @activity.defn(name=OrderStep.ASSIGN_INSPECTOR)
    async def assign_inspector(self, given: AssignInspectorInput) -> StepOutput:
        """
        Choose an inspector who did not work on the device, and for a light order have the device inspected.
        """
        inspector = inspector_for(given.seed, given.round, given.repaired_by)
        return await self._recorder.note(
            given, inspector, passed=passes_inspection(given.work, given.seed, given.round)
        )

    @activity.defn(name=OrderStep.INSPECT_ITEM)
    async def inspect_item(self, given: InspectItemInput) -> StepOutput:
        """
        Inspect one item of the checklist.
        """
        passed = passes_inspection(given.work, given.seed, given.round, given.item, given.items)
        return await self._recorder.note(
            given, "passed" if passed else "failed", passed=passed, part=given.item
        )

    async def _least_busy(self, delivery: Delivery, skill: str, staff: list[Technician]) -> str:
        chosen = await self._ledger.assign(delivery, {person.name: person.capacity for person in staff})
        if chosen is None:
            raise NoTechnicianFree(skill)
        return chosen
