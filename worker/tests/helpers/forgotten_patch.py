"""
The repair workflow after a change that nobody put behind a patch.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from repairshop.contract import REPAIR_WORKFLOW, RepairOrder, RepairResult
    from repairshop.order_steps import OrderStep
    from repairshop.workflows.repair_workflow import RepairWorkflow
    from repairshop.workflows.retry_policies import EXTERNAL


@workflow.defn(name=REPAIR_WORKFLOW)
class ForgottenPatch(RepairWorkflow):
    """
    Puts parts aside for each order, those that began without included.
    """

    @workflow.init
    def __init__(self, order: RepairOrder) -> None:
        super().__init__(order)

    @workflow.run
    async def run(self, order: RepairOrder) -> RepairResult:
        """
        Take the order through.
        """
        return await super().run(order)

    async def _repair(self, round_: int) -> bool:
        await self._saga.do(OrderStep.RESERVE_PARTS, EXTERNAL, round_=round_)
        await self._saga.do(OrderStep.REPAIR, EXTERNAL, round_=round_)
        return True
