"""
The warranty of a settled order: sleeps for years and opens an order for each claim.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from temporalio.common import WorkflowIDReusePolicy
    from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError

    from repairshop import contract
    from repairshop.contract import Claim, RepairKind
    from repairshop.step_payloads import WarrantyInput, WarrantyOutput


@workflow.defn(name=contract.WARRANTY_WORKFLOW)
class WarrantyWorkflow:
    """
    One warranty; it runs on after the order that began it has closed.
    """

    @workflow.init
    def __init__(self, given: WarrantyInput) -> None:
        self._given = given
        self._waiting: deque[Claim] = deque()
        self._taken = 0

    @workflow.run
    async def run(self, given: WarrantyInput) -> WarrantyOutput:
        """
        Take claims until the warranty ends.
        """
        while (seconds := given.ends_at - workflow.time()) > 0:
            workflow.set_current_details(f"{given.claims + self._taken} claims so far")
            try:
                await workflow.wait_condition(
                    lambda: bool(self._waiting), timeout=seconds, timeout_summary="the warranty ends"
                )
            except TimeoutError:
                break
            await self._open_orders()
            if (
                self._taken >= given.order.spans.claims_per_run
                or workflow.info().is_continue_as_new_suggested()
            ):
                workflow.continue_as_new(replace(given, claims=given.claims + self._taken))
        # Claims that come at the last moment are still taken.
        await self._open_orders()
        return WarrantyOutput(given.order.order_id, given.claims + self._taken)

    @workflow.signal(name=contract.CLAIM_SIGNAL)
    def claim(self, claim: Claim) -> None:
        """
        The client claims that the repaired device broke again.
        """
        self._waiting.append(claim)

    async def _open_orders(self) -> None:
        while self._waiting:
            claim = self._waiting.popleft()
            order_id = contract.claim_order_id(self._given.order.order_id, claim.claim_id)
            if len(order_id) > contract.LONGEST_ORDER_ID:
                # Otherwise the server would refuse the whole workflow task, again and again.
                workflow.logger.warning(
                    "a claim whose id has %d characters opens no order", len(claim.claim_id)
                )
                continue
            order = replace(
                self._given.order,
                order_id=order_id,
                complaint=claim.complaint,
                kind=RepairKind.WARRANTY,
                limits=replace(self._given.order.spans, warranty_seconds=0),
                faults=(),
            )
            try:
                await workflow.start_child_workflow(
                    contract.REPAIR_WORKFLOW,
                    args=[order],
                    id=contract.workflow_id(order.order_id),
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                    static_summary="claim under warranty",
                )
            except WorkflowAlreadyStartedError:
                workflow.logger.info("claim %s was sent twice and has its order already", claim.claim_id)
            except FailureError as error:
                # One claim that cannot be taken must not end a warranty of years.
                workflow.logger.warning("claim %s opens no order: %s", claim.claim_id, error)
            else:
                self._taken += 1
