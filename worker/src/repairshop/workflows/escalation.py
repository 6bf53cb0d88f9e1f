"""
The deadline of an order: when it passes, a senior technician takes over and the client gets a discount.

It happens beside the repair and at most once; an order that cannot be escalated goes on as it was.
"""

from __future__ import annotations

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError

from repairshop.order_steps import OrderStep
from repairshop.workflows.flow_versions import REVOKE_UNANSWERED
from repairshop.workflows.retry_policies import EXTERNAL
from repairshop.workflows.saga import Saga, root_cause, unstoppable


class Escalation:
    """
    What becomes of an order that is late.

    Attributes:
        technician: Who took over; empty unless the order was escalated.
    """

    def __init__(self, saga: Saga) -> None:
        self.technician = ""
        self._saga = saga
        self._task: asyncio.Task[None] | None = None
        self._is_late = False

    def begin(self, seconds: float) -> None:
        """
        Let the clock run.
        """
        self._task = asyncio.create_task(self._escalate_after(seconds))

    async def end(self) -> None:
        """
        Stop the clock, or await the escalation that goes on; one that has no answer is taken back.

        Raises:
            asyncio.CancelledError: The order was cancelled meanwhile.
        """
        await self._end(stop=False)
        self._saga.stop_if_cancelled()
        is_unanswered = self._saga.has_done(OrderStep.ESCALATE) and not self.technician
        if is_unanswered and workflow.patched(REVOKE_UNANSWERED):
            await self._saga.take_back(OrderStep.ESCALATE)
            self._saga.stop_if_cancelled()

    async def stop(self) -> None:
        """
        Stop the clock and the escalation alike, as the order itself is to be undone.
        """
        await self._end(stop=True)

    async def _escalate_after(self, seconds: float) -> None:
        await workflow.sleep(seconds, summary="the deadline")
        self._is_late = True
        self.technician = (await self._saga.do(OrderStep.ESCALATE, EXTERNAL)).value

    async def _end(self, *, stop: bool) -> None:
        task, self._task = self._task, None
        if task is None:
            return
        if stop or not self._is_late:
            task.cancel()
        try:
            await unstoppable(task)
        except asyncio.CancelledError:
            return
        except FailureError as error:
            workflow.logger.warning("the order is late and was not escalated: %s", root_cause(error))
