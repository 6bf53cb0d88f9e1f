"""
A workflow that closes at once, to measure the cost of a start alone.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from repairshop.contract import NOOP_WORKFLOW, Outcome, RepairOrder, RepairResult


@workflow.defn(name=NOOP_WORKFLOW)
class NoopWorkflow:
    """
    Takes an order and settles it without doing anything.
    """

    @workflow.run
    async def run(self, order: RepairOrder) -> RepairResult:
        """
        Settle the order without doing anything.
        """
        return RepairResult(order.order_id, Outcome.SETTLED)
