"""
How an activity writes into the ledger: once, whatever happens to the attempt.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from temporalio import activity

from repairshop.activities.activity_errors import AlreadyWithdrawn
from repairshop.activities.simulated_work import progress, spend, strikes, suffer
from repairshop.ledger import Delivery, Ledger, WithdrawnError
from repairshop.order_steps import OrderStep
from repairshop.step_payloads import StepContext, StepOutput


class EffectRecorder:
    """
    The ledger, as used by the running attempt.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def note(
        self, given: StepContext, value: str, *, passed: bool = True, part: str = ""
    ) -> StepOutput:
        """
        Record the effect of a step, and use the time and CPU that the step costs.

        Args:
            given: Input of the activity.
            value: Value that the activity decided.
            passed: Whether an inspection found its item in order.
            part: Name that distinguishes several effects of one step in one round.

        Returns:
            The value of the recorded effect, which may be that of an earlier delivery.
        """
        return await self.note_by(given, lambda delivery: self._ledger.record(delivery, value), passed, part)

    async def take_back(self, given: StepContext, step: OrderStep) -> StepOutput:
        """
        Undo the effect of another step.

        Returns:
            ``undone``, or an empty value when there was no effect.
        """
        await suffer(given, after_effect=False)
        was_done = await self._ledger.undo(delivery_of(given), step)
        await suffer(given, after_effect=True)
        await spend(given)
        return StepOutput("undone" if was_done else "", blob=given.blob)

    async def note_by(
        self,
        given: StepContext,
        record: Callable[[Delivery], Awaitable[str]],
        passed: bool = True,
        part: str = "",
    ) -> StepOutput:
        """
        Record an effect with a function of its own, and use the time and CPU that the step costs.
        """
        delivery = delivery_of(given, part)
        if given.fault is not None and given.fault.fails and strikes(given.fault, after_effect=False):
            await self._ledger.deliver(delivery)
        await suffer(given, after_effect=False)
        try:
            value = await record(delivery)
        except WithdrawnError as error:
            raise AlreadyWithdrawn(str(error)) from None
        await suffer(given, after_effect=True)
        await spend(given)
        return StepOutput(value, passed, given.blob)


def delivery_of(given: StepContext, part: str = "") -> Delivery:
    """
    Return what the ledger keeps of the running attempt.
    """
    info = activity.info()
    done = progress()
    return Delivery(
        given.order_id,
        f"{info.activity_type}/{part}" if part else info.activity_type,
        given.round,
        info.attempt,
        activity.client().identity,
        f"resumed at {done:.3f}" if done else "",
    )
