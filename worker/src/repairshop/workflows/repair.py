"""
The life of an order, from the client's complaint to the device handed back.

It decides what happens when; what a step does, and what it costs, is the activities' affair.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from temporalio.common import RetryPolicy

    from repairshop.contract import (
        CANCEL_SIGNAL,
        REPAIR_WORKFLOW,
        STATUS_QUERY,
        OrderStatus,
        Outcome,
        RepairOrder,
        RepairResult,
        WorkProfile,
    )
    from repairshop.steps import Step, StepInput, StepOutput
    from repairshop.workflows.retries import EXTERNAL, QUICK, UNTIL_IT_WORKS

    NO_WORK = WorkProfile()
    PASSED = "passed"


@workflow.defn(name=REPAIR_WORKFLOW)
class RepairWorkflow:
    """
    One order.
    """

    @workflow.init
    def __init__(self, order: RepairOrder) -> None:
        self._order = order
        self._stage = "received"
        self._round = 0
        self._cancelled = False
        self._work = None if order.work == NO_WORK else order.work
        self._blob = "x" * order.work.payload_bytes
        self._start_to_close = timedelta(seconds=30 + 20 * (order.work.seconds + order.work.cpu_seconds))

    @workflow.run
    async def run(self, order: RepairOrder) -> RepairResult:
        """
        Take the order through.
        """
        await self._step(Step.REGISTER, QUICK)
        kind = await self._step(Step.CLASSIFY, QUICK, order.kind)
        technician = await self._step(Step.ASSIGN_TECHNICIAN, UNTIL_IT_WORKS, order.skill)
        await self._step(Step.SET_DEADLINE, QUICK, kind)
        while await self._step(Step.ASSIGN_INSPECTOR, EXTERNAL, technician) != PASSED:
            self._round += 1
            if self._round > order.max_reworks:
                return RepairResult(order.order_id, Outcome.REFUNDED, order.max_reworks)
        await self._step(Step.SETTLE, EXTERNAL)
        self._stage = Outcome.SETTLED
        return RepairResult(order.order_id, Outcome.SETTLED, self._round)

    @workflow.query(name=STATUS_QUERY)
    def status(self) -> OrderStatus:
        """
        Where the order stands.
        """
        return OrderStatus(self._order.order_id, self._stage, reworks=self._round, cancelled=self._cancelled)

    @workflow.signal(name=CANCEL_SIGNAL)
    def cancel(self) -> None:
        """
        The client changed their mind.
        """
        self._cancelled = True

    async def _step(self, step: Step, retries: RetryPolicy, given: str = "") -> str:
        self._stage = step
        workflow.set_current_details(step)
        answer: StepOutput = await workflow.execute_activity(
            step,
            StepInput(self._order.order_id, self._round, self._order.seed, given, self._work, self._blob),
            result_type=StepOutput,
            start_to_close_timeout=self._start_to_close,
            retry_policy=retries,
        )
        return answer.value
