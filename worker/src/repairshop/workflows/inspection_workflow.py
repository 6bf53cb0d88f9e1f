"""
The inspection of a repaired device, item by item, by an inspector who did not repair it.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from temporalio.exceptions import FailureError

    from repairshop import contract
    from repairshop.order_steps import OrderStep
    from repairshop.step_payloads import (
        AssignInspectorInput,
        InspectionInput,
        InspectionOutput,
        InspectItemInput,
    )
    from repairshop.workflows.retry_policies import EXTERNAL
    from repairshop.workflows.saga import Saga


@workflow.defn(name=contract.INSPECTION_WORKFLOW)
class InspectionWorkflow:
    """
    One inspection; if it fails or is cancelled, it undoes by itself what it did before.
    """

    @workflow.init
    def __init__(self, given: InspectionInput) -> None:
        self._saga = Saga(given.order, workflow.set_current_details)

    @workflow.run
    async def run(self, given: InspectionInput) -> InspectionOutput:
        """
        Assign the inspector and go through the checklist.
        """
        try:
            return await self._inspect(given)
        except (FailureError, asyncio.CancelledError):
            await self._saga.undo_all()
            raise

    async def _inspect(self, given: InspectionInput) -> InspectionOutput:
        do, items = self._saga.do, given.order.checklist
        inspector = await do(
            OrderStep.ASSIGN_INSPECTOR,
            EXTERNAL,
            AssignInspectorInput(repaired_by=given.repaired_by),
            given.round,
        )
        failed = []
        for item in items:
            answer = await do(
                OrderStep.INSPECT_ITEM, EXTERNAL, InspectItemInput(item=item, items=len(items)), given.round
            )
            if not answer.passed:
                failed.append(item)
        return InspectionOutput(inspector.value, tuple(failed))
