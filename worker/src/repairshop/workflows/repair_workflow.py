"""
The life of an order, from the client's complaint to the device handed back.

The order decides how much of it happens: a light one takes six steps.
"""

from __future__ import annotations

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    # Imported in this block, as each import that the sandbox itself makes costs every order.
    import asyncio

    from temporalio.exceptions import ApplicationError, ChildWorkflowError, FailureError

    from repairshop import contract
    from repairshop.contract import OrderStatus, Outcome, RepairKind, RepairOrder, RepairResult
    from repairshop.order_steps import OrderStep
    from repairshop.step_payloads import (
        AssignInspectorInput,
        AssignTechnicianInput,
        ChargeInput,
        ClassifyInput,
        InspectionInput,
        InspectionOutput,
        QuoteInput,
        ReturnDeviceInput,
        SetDeadlineInput,
        WarrantyInput,
    )
    from repairshop.workflows.escalation import Escalation
    from repairshop.workflows.flow_versions import RELEASE_LOST_INSPECTOR, RESERVE_PARTS
    from repairshop.workflows.retry_policies import EXTERNAL, QUICK, UNTIL_IT_WORKS
    from repairshop.workflows.saga import ENDED_FROM_OUTSIDE, Saga, root_cause, unstoppable

# Errors that end an order early; the saga handles them. They include every failure that would fail the workflow: those
# of activities and children, and those of requests that cannot be made, as they are too large or an id is taken.
STOPPING = (FailureError, asyncio.CancelledError)
# Share of the price that a client pays who waited too long.
LATE_PERCENT = 90


@workflow.defn(name=contract.REPAIR_WORKFLOW)
class RepairWorkflow:
    """
    One order, from its registration to its end.
    """

    @workflow.init
    def __init__(self, order: RepairOrder) -> None:
        self._order = order
        self._saga = Saga(order, self._enter)
        self._task: asyncio.Task[RepairResult] | None = None
        self._stage = "received"
        self._reason = ""
        self._kind = ""
        self._technician = ""
        self._inspector = ""
        self._reworks = 0
        self._quote_cents = 0
        self._is_quote_open = False
        self._approved: bool | None = None
        self._charged_cents = 0
        self._escalation = Escalation(self._saga)
        self._is_closing = False
        if order.price_cents:
            # Set here and not by decorators: a light order has no quote, and no cost for its handlers.
            workflow.set_update_handler(
                contract.APPROVE_QUOTE_UPDATE, self._approve_quote, validator=self._refuse_approval
            )
            workflow.set_update_handler(
                contract.DECLINE_QUOTE_UPDATE, self._decline_quote, validator=self._refuse_decline
            )

    @workflow.run
    async def run(self, order: RepairOrder) -> RepairResult:
        """
        Take the order through all its steps, or undo what was done for it.
        """
        self._task = asyncio.current_task()
        try:
            self._saga.stop_if_cancelled()
            result = await self._take_through(order)
        except STOPPING as error:
            result = await self._give_up(error)
        self._enter(result.outcome)
        return result

    async def _take_through(self, order: RepairOrder) -> RepairResult:
        do = self._saga.do
        await do(OrderStep.REGISTER, QUICK)
        self._kind = (await do(OrderStep.CLASSIFY, QUICK, ClassifyInput(kind=order.kind))).value
        if self._kind == RepairKind.BEYOND_REPAIR:
            return await self._hand_back("the device is beyond repair")
        if self._kind == RepairKind.PAID and order.price_cents and not await self._is_approved():
            why = "the client declined" if self._approved is False else "the quote expired"
            return await self._hand_back(why)
        wanted = AssignTechnicianInput(skill=order.skill)
        self._technician = (await do(OrderStep.ASSIGN_TECHNICIAN, UNTIL_IT_WORKS, wanted)).value
        deadline = SetDeadlineInput(kind=RepairKind(self._kind), urgent=order.urgent)
        if (seconds := float((await do(OrderStep.SET_DEADLINE, QUICK, deadline)).value)) > 0:
            self._escalation.begin(seconds)
        outcome = await self._repair_until_it_passes()
        await self._escalation.end()
        if outcome is Outcome.SETTLED and self._quote_cents:
            price = self._quote_cents * (LATE_PERCENT if self._escalation.technician else 100) // 100
            charged = await do(OrderStep.CHARGE, EXTERNAL, ChargeInput(amount_cents=price))
            self._charged_cents = int(charged.value)
        return await self._settle(outcome)

    async def _is_approved(self) -> bool:
        order = self._order
        quote = QuoteInput(price_cents=order.price_cents)
        self._quote_cents = int((await self._saga.do(OrderStep.QUOTE, EXTERNAL, quote)).value)
        self._is_quote_open = True
        self._enter("waiting for the client to approve the quote")
        try:
            await workflow.wait_condition(
                lambda: self._approved is not None,
                timeout=order.spans.quote_seconds,
                timeout_summary="the quote expires",
            )
        except TimeoutError:
            self._enter("the quote expired")
        self._is_quote_open = False
        self._saga.stop_if_cancelled()
        return self._approved is True

    async def _repair_until_it_passes(self) -> Outcome:
        for round_ in range(self._order.max_reworks + 1):
            self._reworks = round_
            if await self._repair(round_):
                return Outcome.SETTLED
        if self._order.replaceable:
            await self._saga.do(OrderStep.REPLACE, EXTERNAL)
            return Outcome.REPLACED
        await self._saga.do(OrderStep.REIMBURSE, EXTERNAL)
        return Outcome.REFUNDED

    async def _repair(self, round_: int) -> bool:
        if not self._order.checklist:
            wanted = AssignInspectorInput(repaired_by=self._repaired_by)
            answer = await self._saga.do(OrderStep.ASSIGN_INSPECTOR, EXTERNAL, wanted, round_)
            self._inspector = answer.value
            return answer.passed
        if workflow.patched(RESERVE_PARTS):
            await self._saga.do(OrderStep.RESERVE_PARTS, EXTERNAL, round_=round_)
        await self._saga.do(OrderStep.REPAIR, EXTERNAL, round_=round_)
        self._enter("being inspected")
        found = await self._inspect(round_)
        self._inspector = found.inspector
        self._saga.add(OrderStep.ASSIGN_INSPECTOR, round_)
        self._saga.stop_if_cancelled()
        return not found.failed

    async def _inspect(self, round_: int) -> InspectionOutput:
        try:
            found: InspectionOutput = await workflow.execute_child_workflow(
                contract.INSPECTION_WORKFLOW,
                InspectionInput(self._order, round_, self._repaired_by),
                id=f"inspection-{self._order.order_id}-{round_}",
                result_type=InspectionOutput,
                static_summary=f"inspection after repair {round_ + 1}",
            )
        except ChildWorkflowError as error:
            # One that fails or is cancelled undoes what it did.
            if isinstance(error.cause, ENDED_FROM_OUTSIDE) and workflow.patched(RELEASE_LOST_INSPECTOR):
                self._saga.add(OrderStep.ASSIGN_INSPECTOR, round_)
            raise
        return found

    @property
    def _repaired_by(self) -> tuple[str, ...]:
        return tuple(name for name in (self._technician, self._escalation.technician) if name)

    async def _settle(self, outcome: Outcome) -> RepairResult:
        self._is_closing = True
        await self._saga.finish(OrderStep.SETTLE)
        if outcome is Outcome.SETTLED and self._order.spans.warranty_seconds > 0:
            await unstoppable(asyncio.create_task(self._begin_warranty()))
        return self._result(outcome)

    async def _begin_warranty(self) -> None:
        order = self._order
        ends_at = workflow.time() + order.spans.warranty_seconds
        try:
            await workflow.start_child_workflow(
                contract.WARRANTY_WORKFLOW,
                WarrantyInput(order, ends_at),
                id=contract.warranty_id(order.order_id),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                static_summary="warranty",
            )
        except FailureError as error:
            # The order is still settled; its result says what the client did not get.
            self._reason = f"the warranty could not begin: {root_cause(error)}"

    async def _hand_back(self, reason: str) -> RepairResult:
        self._is_closing = True
        self._reason = reason
        await self._saga.finish(OrderStep.RETURN_DEVICE, ReturnDeviceInput(reason=reason))
        return self._result(Outcome.RETURNED)

    async def _give_up(self, error: BaseException) -> RepairResult:
        outcome = Outcome.CANCELLED if self._saga.is_cancelled else Outcome.FAILED
        self._is_closing = True
        self._is_quote_open = False
        if outcome is Outcome.FAILED:
            self._reason = root_cause(error)
        await self._escalation.stop()
        await self._saga.undo_all()
        return self._result(outcome)

    def _result(self, outcome: Outcome) -> RepairResult:
        return RepairResult(
            self._order.order_id,
            outcome,
            self._reworks,
            bool(self._escalation.technician),
            self._charged_cents if outcome is Outcome.SETTLED else 0,
            tuple(self._saga.undone),
            self._reason,
        )

    def _enter(self, stage: str) -> None:
        self._stage = stage
        workflow.set_current_details(f"{stage}, after {self._reworks} reworks")

    @workflow.query(name=contract.STATUS_QUERY)
    def status(self) -> OrderStatus:
        """
        Tell the present state of the order.
        """
        return OrderStatus(
            self._order.order_id,
            self._stage,
            self._kind,
            self._escalation.technician or self._technician,
            self._inspector,
            self._quote_cents,
            self._reworks,
            bool(self._escalation.technician),
            self._saga.is_cancelled,
            tuple(step for step, _ in self._saga.done),
            tuple(self._saga.undone),
        )

    @workflow.signal(name=contract.CANCEL_SIGNAL)
    def cancel(self, reason: str = "") -> None:
        """
        The client cancels the order; too late once the device is being handed over.
        """
        if self._is_closing or self._saga.cancelled:
            return
        self._saga.cancelled = True
        self._reason = reason or "the client changed their mind"
        if self._task is not None:
            self._task.cancel()

    def _approve_quote(self, amount_cents: int) -> str:
        """
        The client agrees to pay the amount that was quoted.
        """
        self._approved = True
        return f"approved {amount_cents} cents"

    def _refuse_approval(self, amount_cents: int) -> None:
        self._refuse_decline()
        if amount_cents != self._quote_cents:
            raise ApplicationError(
                f"amount {amount_cents}: the quote is {self._quote_cents} cents; approve that amount",
                type="WrongAmount",
            )

    def _decline_quote(self) -> str:
        """
        The client does not agree; the device goes back as it came.
        """
        self._approved = False
        return "declined"

    def _refuse_decline(self) -> None:
        if self._is_quote_open and self._approved is None:
            return
        answered = {None: "nothing", True: "approved", False: "declined"}[self._approved]
        raise ApplicationError(
            f"no quote is open: the order is at {self._stage!r} and {answered} was answered so far",
            type="NoQuoteOpen",
        )
